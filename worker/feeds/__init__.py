"""Feeds: fetched politely, read in a process of their own, and handed on as plain entries.

fetching   an address becomes bytes, or a message for a person
reading    bytes become entries, in a child process (`worker.feedparse`) that can be killed
"""

from worker.feedparse.entries import FeedEntry
from worker.feedparse.links import canonical_link
from worker.feeds.fetching import Fetched, NotModified, fetch
from worker.feeds.reading import parse

__all__ = ["FeedEntry", "Fetched", "NotModified", "canonical_link", "fetch", "parse"]
