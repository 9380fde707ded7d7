"""From a feed's bytes to XML that a parser can be given, or to a message about what was there instead. Pure.

The text is decoded here and not by the parser, so that nothing can hide from these checks behind an encoding.
"""

from __future__ import annotations

import codecs
import html
import re

from worker.errors import FetchError

ROOTS = frozenset({"rss", "feed", "rdf"})
PAGES = frozenset(
    {"html", "head", "body", "title", "meta", "script", "div", "h1", "h2", "p", "center", "table", "br", "b"}
)
"""What web pages begin with, those of careless servers too."""
SEARCHED = 100_000
"""Characters of a web page that are searched for its title."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_SEVEN_BITS = re.compile(r"iso-?2022|hz", re.IGNORECASE)
"""Encodings whose bytes are valid UTF-8 and mean something else."""
_STANDS_FOR = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
}
"""What the web means by these names."""
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
"""One piece of what may stand before the root element."""
_TITLE = re.compile(r"<(title|h1)\b[^>]*>([^<]{1,200})</\1", re.IGNORECASE)


def document(body: bytes, content_type: str = "") -> str:
    """The feed's XML from its root element on, decoded.

    Raises FetchError for what is empty, a web page, JSON or other XML, and for documents that declare entities.
    """
    text = _NOT_XML.sub("", decoded(body, content_type)).lstrip("\ufeff \t\r\n")
    if not text:
        raise FetchError("the feed is empty", permanent=True)
    start = _root_at(text)
    found = _ROOT.match(text, start)
    root = found.group(1).lower() if found else ""
    if root in ROOTS:
        return text[start:]
    if root in PAGES:
        raise FetchError(f"the address shows a web page{_titled(text)}, not a feed", permanent=True)
    if root:
        raise FetchError(f"this is XML, but no feed: it begins with <{root[:40]}>", permanent=True)
    if text.startswith(("{", "[")):
        raise FetchError("this is JSON, and only RSS and Atom can be read", permanent=True)
    raise FetchError(f"this is no feed: it begins with {' '.join(text[:60].split())!r}", permanent=True)


def decoded(body: bytes, content_type: str = "") -> str:
    """The text, by its byte order mark, as UTF-8 if it is, or by what the header or the document declares.

    Text that is valid UTF-8 is taken as that whatever was declared, since other text hardly ever is by chance. Where
    nothing is declared, or it is not so, it is read leniently: as UTF-8 with slips, or as Windows-1252.

    Raises FetchError for text that is not UTF-8 and names an encoding that is not known.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared = [found.group(1) for found in (_HEADER_CHARSET.search(content_type),) if found]
    declared += [found.group(1).decode() for found in (_DECLARED.match(body),) if found]
    known = [_STANDS_FOR.get(name.lower(), name) for name in declared if _is_known(name)]
    for name in [*filter(_SEVEN_BITS.match, known), "utf-8", *known]:
        try:
            return body.decode(name)
        except (UnicodeError, LookupError):
            continue
    if declared and not known:
        raise FetchError(f"the feed is not UTF-8, and its encoding {declared[0]!r} is not known", permanent=True)
    text = body.decode("utf-8", "replace")
    slips = text.count("\ufffd")
    return text if len(text.encode("ascii", "ignore")) < len(text) - 2 * slips else body.decode("cp1252", "replace")


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _root_at(text: str) -> int:
    """Where the root element begins, in one pass. Raises FetchError if entities are declared on the way there."""
    at = 0
    while found := _PROLOG.match(text, at):
        piece = found.group().upper()
        if piece.startswith("<!DOCTYPE") and "<!ENTITY" in piece:
            raise FetchError(
                "the feed declares entities, which are not read: they can blow up a reader", permanent=True
            )
        at = found.end()
    return at


def _titled(text: str) -> str:
    found = _TITLE.search(text[:SEARCHED])
    title = " ".join(html.unescape(found.group(2)).split()) if found else ""
    return f" (“{title[:80]}”)" if title else ""
