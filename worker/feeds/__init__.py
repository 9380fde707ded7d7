"""Feeds: fetched politely, read in a process of their own, and handed on as plain entries.

fetching   an address becomes bytes, or a message for a person
reading    bytes become entries, in a child process that can be killed
document   what the child does first: decode, and refuse what is no feed
entries    feedparser's findings as entries
markup     HTML as plain text
links      one key for all the addresses of one article
"""

from worker.feeds.entries import FeedEntry
from worker.feeds.fetching import Fetched, NotModified, fetch
from worker.feeds.links import canonical_link
from worker.feeds.reading import parse

__all__ = ["FeedEntry", "Fetched", "NotModified", "canonical_link", "fetch", "parse"]
