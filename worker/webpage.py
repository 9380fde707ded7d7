"""A web page as an article: its headline, its text, and when it says that it was published. Pure.

nh3 parses the page as browsers do, and leaves out what is no text of it: scripts, menus, forms, footers, margins.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import NamedTuple

import nh3

from worker.feedparse.markup import DROPPED, PARAGRAPHS, line_of, text_of

_LEFT_OUT = (DROPPED | {"nav", "aside", "footer", "form", "button", "dialog"}) - {"head", "title"}
_KEPT = (PARAGRAPHS | {"title", "meta", "br", "li", "td", "th"}) - _LEFT_OUT
_REGIONS = ("article", "main")
"""The elements that hold the text, where a page has them: of several the longest."""
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_HEADLINE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


class Page(NamedTuple):
    """What a reader of the page sees of its article."""

    title: str
    text: str
    published: str
    """As the page writes it (RFC 3339, where it is right); empty where it does not say."""


DEEPEST = 5_000
"""Elements inside of one another at most: the time that nh3 takes grows with the square of it."""
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_CLOSED_BY_THEMSELVES = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dt dd tr td th option".split()
)


def is_page(text: str) -> bool:
    """Whether a text begins as web pages do."""
    return _PAGE.match(text[:10_000]) is not None


def read_page(markup: str) -> Page:
    """The article of a page. Links to other articles stay in the text where they stand inside of it.

    Raises ValueError where elements are nested so deeply that a parser would take minutes.
    """
    if _unclosed(markup) > DEEPEST:
        raise ValueError("its elements are nested too deeply for a web page")
    clean = nh3.clean(
        markup,
        tags=set(_KEPT),
        clean_content_tags=set(_LEFT_OUT),
        attributes={"meta": {"property", "content"}},
        link_rel=None,
    )
    body = _region(clean)
    titles = (_said(clean, "og:title"), *_HEADLINE.findall(body), *_TITLE.findall(clean))
    title = next((line for each in titles if (line := line_of(each))), "")
    text = text_of(_TITLE.sub("", _HEADLINE.sub("", body)))
    return Page(title, text, _said(clean, "article:published_time"))


def _unclosed(markup: str) -> int:
    """How many elements are open at once, at most."""
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for closing, name in _TAG.findall(markup):
        tag = name.lower()
        if closing and opened[tag]:
            opened[tag] -= 1
            depth -= 1
        elif not closing and tag not in _CLOSED_BY_THEMSELVES:
            opened[tag] += 1
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _region(clean: str) -> str:
    for name in _REGIONS:
        found = re.findall(rf"<{name}>(.*?)</{name}>", clean, re.DOTALL)
        if found:
            return str(max(found, key=len))
    return clean


def _said(clean: str, name: str) -> str:
    """What the page says of itself under a name of the Open Graph."""
    found = re.search(rf'<meta property="{name}" content="([^"]*)">|<meta content="([^"]*)" property="{name}">', clean)
    return html.unescape(found[1] or found[2] or "").strip() if found else ""
