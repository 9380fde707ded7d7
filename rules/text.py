"""An article as folded text, sentences and tokens. Spans always index the original `title + "\\n" + text`.

Folding never changes the length: case, quotes, dashes, spaces, full-width letters and mark-up are mapped one to one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import nupunkt

from rules.model import Article

MAX_CHARS = 200_000
"""What is read of an article; the rest is cut."""
MAX_SENTENCE = 2_000
"""Characters of a sentence; a longer one is cut into pieces."""
MAX_PIECES = 10
"""Of so many. Nobody writes such a sentence: what goes on without an end is not read to it."""

_FOLD = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("–—―−", "—"),
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\u2002\u2003\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\ufeff\u00ad", " "),
        **{chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
    }
)
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, _FOLD)))}]+")
"""The same as a pattern: `translate` looks up every character, and is slow for a text that is not ASCII."""
_MARKUP = re.compile(r"<[^<>\n]{0,300}>|&(?:nbsp|amp|hellip|quot|lt|gt|#\d{1,5});")
_TOKEN = re.compile(
    r"[a-z]++(?=[ ,])|"  # what most of them are, at once
    r"(?:[a-z]\.){2,}|(?:[a-z]+[^\W\d_]*|[^\W\d_]+)(?:(?<=[a-z]n)'t)?|'(?:s|ll|re|ve|d|m)\b|\d+(?:[.,:]\d+)*|[^\w\s]"
)
_LABEL = re.compile(
    r"\s*(?:[*•·>]+\s*|\d{1,2}[.)]\s+(?=[A-Z])|\d{1,2}[.:]\d\d\s*(?:[AaPp]\.?[Mm]\.?)?\s*[.:–—-]*\s*)?"
    r"(?P<who>Q(?:uestion)?|A(?:nswer)?|[A-Z][A-Z’'.\- ]{2,60})(?:[:.]\s|\s{2,})"
)
_QUESTION_LABELS = {"q", "question", "reporter", "moderator", "senator", "journalist", "host", "interviewer"}
_BRIEFING = re.compile(r"(?m)^ {0,8}(?:the )?spokes(?:person|man|woman)\b[^:\n]{0,40}:\s", re.IGNORECASE)
_TURN = re.compile(r"\s*(?P<who>[A-Z][\w’'.&\- ]{2,40}):\s")
"""A label of a press conference, where every outlet that asks has its own."""


_SECTION = re.compile(r"\W*(?:sec(?:tion)?|art(?:icle)?)\.? ?\d{1,3}\w?[.:]?\W*$", re.IGNORECASE)
_HEADING = 40
"""Characters that the heading behind the number of a section may have."""


@dataclass(slots=True)
class Token:
    """A word, a number or a mark. Not frozen: there is one for each word of an article, and frozen ones cost thrice."""

    low: str
    """Folded; "u.s." and an upper-case "US" become "u.s"."""
    raw: str
    start: int
    end: int


@dataclass(slots=True)
class Sentence:
    """One sentence of an article: a headline, a sentence of the body, a bullet, or one turn of a transcript."""

    start: int
    end: int
    raw: str
    title: bool
    question: bool
    speaker: str | None
    """The label before a colon in a transcript, or None."""
    paragraph: int
    tokens: list[Token] = field(default_factory=list)
    heading: bool = False
    """The number or the heading of a section ("Sec. 2.", "Amendment."), which says nothing itself."""


def full_text(article: Article) -> str:
    """What spans index: headline, newline, body; at most MAX_CHARS of it."""
    return (article.title + "\n" + article.text)[:MAX_CHARS]


def fold(text: str) -> str:
    """Lower case, plain quotes, dashes and spaces, mark-up blanked. The result has exactly the length of `text`."""
    text = text.translate(_FOLD) if text.isascii() else _FOLDED.sub(lambda m: m[0].translate(_FOLD), text)
    if "<" in text or "&" in text:
        text = _MARKUP.sub(lambda m: " " * len(m[0]), text)
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def tokenize(raw: str, offset: int = 0) -> list[Token]:
    """Words, numbers and punctuation. A hyphen inside a word separates two tokens and vanishes; a dash is kept."""
    tokens: list[Token] = []
    folded = fold(raw)
    for found in _TOKEN.finditer(folded):
        low = found[0]
        start, end = found.span()
        if low in _RESPELLED:
            if low in "-—":
                if start > 0 and end < len(raw) and _in_word(raw[start - 1]) and raw[end].isalnum():
                    continue
                low = "—"
            elif low == "cent" and tokens and tokens[-1].low == "per":
                low, start = "%", tokens.pop().start - offset
            else:
                low = _respelled(low, raw[start:end], folded[end : end + 2], tokens)
            if low == "%" and tokens and tokens[-1].low == "hundred":
                _hundred(tokens)
        if low == "." and tokens and tokens[-1].low in ("no", "nos") and _NUMBERED.match(folded, end):
            tokens[-1] = Token(
                tokens[-1].low + ".", raw[tokens[-1].start - offset : end], tokens[-1].start, offset + end
            )
            continue  # "No. 61": the full stop ends no clause
        if low == "." and tokens and _is_initial(tokens[-1], offset + start) and _NAME.match(raw, end):
            tokens[-1].low, tokens[-1].raw, tokens[-1].end = tokens[-1].low + ".", tokens[-1].raw + ".", offset + end
            continue  # "Donald J. Trump"
        if low == ")" and len(tokens) > 1 and _abbreviates(tokens):
            del tokens[-2:]
            continue  # "metric tons (MMT) of soybeans": the bracket says nothing, and closes no clause
        tokens.append(Token(low, raw[start:end], offset + start, offset + end))
    return tokens


def _abbreviates(tokens: list[Token]) -> bool:
    """Whether an opening bracket and one word in capitals come last."""
    word = tokens[-1].raw
    return tokens[-2].low == "(" and len(tokens) > 2 and 1 < len(word) < 9 and word.isupper() and word.isalpha()


_NUMBERED = re.compile(r"\s*\d")
_NAME = re.compile(r"\s+[A-Z][a-z]")


def _is_initial(token: Token, stop: int) -> bool:
    """Whether a full stop at `stop` abbreviates a name to its first letter."""
    return len(token.raw) == 1 and token.raw.isupper() and token.end == stop


def _in_word(char: str) -> bool:
    """Whether a hyphen may stand behind a character inside a word: "rare-earth", "U.S.-China"."""
    return char.isalnum() or char == "."


_RESPELLED = frozenset("- — us u.s. u.s.a. may percent pct cent %".split())
"""The tokens that are not always kept as they stand."""


def _respelled(low: str, raw: str, after: str, tokens: list[Token]) -> str:
    """One spelling for "US" and "U.S.", for "percent" and "pct", and one of its own for the month of May."""
    if low in ("percent", "pct"):
        return "%"
    if low == "may":
        return "may." if raw == "May" and _month(after, tokens) else low
    return low if (low == "us" and raw != "US") or low in ("cent", "%") else "u.s"


def _hundred(tokens: list[Token]) -> None:
    """ "A hundred per cent" is 100 per cent."""
    last = tokens.pop()
    first = tokens.pop() if tokens and tokens[-1].low in ("a", "one") else last
    tokens.append(Token("100", last.raw, first.start, last.end))


_BEFORE_MONTH = frozenset(
    (
        "in since of until till by mid early late next last from through to and for during after before every this past"
    ).split()
)


def _month(after: str, tokens: list[Token]) -> bool:
    """Whether a capital "May" is the month and not the verb. `after`: the two characters behind it."""
    return after.strip()[:1].isdigit() or (
        bool(tokens) and (tokens[-1].low in _BEFORE_MONTH or tokens[-1].low.isdigit())
    )


def sentences(article: Article) -> list[Sentence]:
    """The sentences of headline and body in order. Never raises; linear in the length of the text."""
    text = full_text(article)
    out: list[Sentence] = []
    speaker: str | None = None
    question = False
    position = 0
    briefing = bool(_BRIEFING.search(text))
    for number, line in enumerate(text.split("\n")):
        if not line or line.isspace():
            speaker, question = (speaker, question) if speaker in ("answer", "a") else (None, False)
            position += len(line) + 1
            continue
        label = ((briefing and _TURN.match(line)) or _LABEL.match(line)) if number else None
        if label and label["who"]:
            speaker = label["who"].strip().lower()
            question = speaker in _QUESTION_LABELS or speaker.split()[0] in _QUESTION_LABELS
            question = question or (briefing and not _answers(speaker))
        heading = False
        for start, end in _spans(line):
            piece = line[start:end]
            if piece.strip():
                asks = question or piece.rstrip(" \"'”’)").endswith("?")
                heading = bool(_SECTION.match(piece)) or (heading and len(piece) < _HEADING)
                first, last = position + start, position + end
                out.append(Sentence(first, last, piece, number == 0, asks, speaker, number, heading=heading))
        position += len(line) + 1
    return out


def _answers(label: str) -> bool:
    """Whether a label of a press conference is one of those who answer."""
    return label in ("a", "answer") or "spokes" in label


def _spans(line: str) -> list[tuple[int, int]]:
    """Sentence spans of one line; one without an end is cut into pieces of MAX_SENTENCE characters, ten at most."""
    if not line.strip():
        return []
    spans: list[tuple[int, int]] = []
    for first, end in _resplit(line):
        for start in range(first, min(end, first + MAX_PIECES * MAX_SENTENCE), MAX_SENTENCE):
            piece = line[start : min(start + MAX_SENTENCE, end)]
            left = len(piece) - len(piece.lstrip())
            spans.append((start + left, start + len(piece.rstrip())))
    return spans


_LETTERS_A_STOP = 5
"""With fewer characters for each of its full stops a long line is no prose."""
_PER_CENT = re.compile(r"\b(?:per cent|percent|pct|cents?)\.\s+(?=[A-Z\"“])")


def _resplit(line: str) -> list[tuple[int, int]]:
    """The library's sentences, split again where it takes the full stop of "per cent." for that of a currency.

    A line of little but full stops has none: looking for them would take long.
    """
    if len(line) > MAX_SENTENCE and line.count(".") * _LETTERS_A_STOP > len(line):
        return [(0, len(line))]
    out: list[tuple[int, int]] = []
    for start, end in nupunkt.sent_spans(line):
        edges = [start, *(found.end() for found in _PER_CENT.finditer(line, start, end)), end]
        out += [(first, last) for first, last in pairwise(edges) if first < last]
    return out


@lru_cache(maxsize=4096)
def words(phrase: str) -> tuple[str, ...]:
    """A phrase of a pack as folded token texts, to be matched against tokens."""
    return tuple(token.low for token in tokenize(phrase))
