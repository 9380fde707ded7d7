"""From a feed's bytes to entries. Pure, and light to import: the child process of `worker.feeds` loads nothing else.

child      the process that reads one feed, under limits
document   decode, and refuse what is no feed
entries    feedparser's findings as entries
markup     HTML as plain text
links      one key for all the addresses of one article
"""
