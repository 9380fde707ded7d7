"""HTML as plain text: paragraphs apart by an empty line, list items as lines with a bullet. Pure."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

DROPPED = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "head", "title", "select"})
"""Elements whose text nobody reads."""
PARAGRAPHS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    }
)
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|code|div|em|figure|font|h[1-6]|hr|i|iframe|img|li|ol|p|pre|s|script|small|span|strong"
    r"|style|sub|sup|table|td|tr|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)


def text_of(markup: str) -> str:
    """The text that a reader of the markup sees. What was escaped once too often is unescaped.

    Words keep their order; soft hyphens, zero-width and other invisible characters go.
    """
    text = _rendered(markup)
    if not _TAG.search(markup) and _TAG.search(text):
        text = _rendered(text)
    return tidy(_unescaped(text))


def line_of(title: str) -> str:
    """A title as one line: like `text_of`, but with its `<` and `&` left alone where they are no markup."""
    text = _unescaped(title)
    return " ".join((text_of(text) if _TAG.search(text) else tidy(text)).split())


def tidy(text: str) -> str:
    """Plain text with single spaces, no invisible characters, and at most one empty line in a row."""
    lines = (_SPACES.sub(" ", line).strip() for line in _INVISIBLE.sub("", text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _unescaped(text: str) -> str:
    return html.unescape(text) if _REFERENCE.search(text) else text


def _rendered(markup: str) -> str:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._dropping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED:
            self._dropping.append(tag)
        self._break(tag, "\n• ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._dropping:
            del self._dropping[self._dropping.index(tag) :]
        self._break(tag, "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag, "\n• ")

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str, item: str) -> None:
        if tag in PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append(item)
        elif tag in ("td", "th"):
            self.pieces.append(" ")
