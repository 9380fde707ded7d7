"""Who stands behind a sentence: somebody who can decide, unnamed sources, an outsider, or the outlet itself."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from itertools import pairwise

from rules.lexicon import Hit, Label
from rules.text import Token
from rules.words import AUXILIARY, CONDITION, MODAL_FUTURE, MODAL_HEDGE, MODAL_WISH


class Speaker(StrEnum):
    OUTLET = "outlet"
    """Nobody is named: the outlet itself says so."""
    DECIDER = "decider"
    UNNAMED = "unnamed"
    OUTSIDER = "outsider"
    """Analysts, lobbies, legislators, companies: they decide nothing."""


REPORTING = frozenset(
    (
        "forecast stressed think believe expect expects reckon predict reckons reckoned hinted hints "
        "signalled signaled indicated argues "
        "argued predicts predicted estimates estimated believes believed thinks said says say saying warned warns told "
        "tells tell statement announced announces confirmed confirms replied replies added adds wrote writes informed "
        "stated according disclosed revealed reveals reported reports recalled claimed insisted noted explained "
        "declared posted notified"
    ).split()
)
"""Words by which somebody is told to have said something."""
_INVERTED = frozenset("said says told wrote writes added adds noted argued argues reckoned reckons explained".split())
"""Those that stand before their subject when what is said comes first."""
_PARTICIPLES = frozenset("announced reported confirmed disclosed revealed declared".split())
_ADDRESSING = frozenset("told tell tells informed notified".split())
_FINITE = (AUXILIARY - {"'s", "being"}) | MODAL_FUTURE | MODAL_HEDGE | MODAL_WISH | {"would"}
_UNNAMED = frozenset(
    ("sources source people person insiders insider anonymity unnamed executives managers familiar briefed").split()
)
_OUTSIDER = frozenset(
    (
        "manufacturers producers exporters unions campaigners charity shippers millers mills dealers industry ngo "
        "ngos analyst analysts economist economists strategist strategists trader traders lawyer lawyers "
        "professor lobby association federation growers farmers senator senators lawmaker lawmakers congressman "
        "congresswoman congressmen legislator legislators committee chairman chairwoman expert experts broker "
        "brokers investor investors former retired company companies firm firms union think-tank importer "
        "importers retailer retailers group pundit columnist blogger critics opposition institute bank fund "
        "ex chamber chambers counsel plaintiff plaintiffs petitioner petitioners litigant litigants claimant maker "
        "executive chief council board parliament mep meps lobbyist lobbyists consultant consultants researcher "
        "researchers sponsor sponsors cosponsors backers"
    ).split()
)
_RUMOUR = frozenset(
    (
        "report reports article post posts video videos clip rumour rumor rumours rumors screenshot picture meme "
        "tweet newspaper"
    ).split()
)
_OFFICIAL = frozenset(
    (
        "spokesman spokesperson spokeswoman minister ministry secretary president government commission "
        "commissioner embassy envoy ambassador official customs notice order court judge judges justices treasury "
        "office presidential administration cabinet statement negotiator premier readout department agency "
        "leaders presidents delegations capitals governments chancellor"
    ).split()
)
COURTS = frozenset("court courts judge judges justice justices bench panel tribunal".split())
_SEGMENT = frozenset('; : — ( ) . " ! ? , that'.split())


def speaker_of(tokens: Sequence[Token], hits: Sequence[Hit]) -> tuple[Speaker, str | None]:
    """Who says what a sentence says: the class, and the words that name him.

    Unnamed sources weigh more than whom they quote.
    """
    text = [token.low for token in tokens]
    hidden = "named" in text and {"not", "none", "neither", "nor"} & set(text)
    if "anonymity" in text or hidden or {"reportedly", "rumoured", "rumored"} & set(text):
        return Speaker.UNNAMED, "unnamed sources"
    found: list[tuple[Speaker, str | None]] = []
    for k, word in enumerate(text):
        if word in REPORTING and not _inside_a_quotation(text, k):
            verdict, start, end = _sayer(text, k, hits)
            if verdict is not None:
                found.append((verdict, " ".join(token.raw for token in tokens[start:end])))
    unnamed = [each for each in found if each[0] is Speaker.UNNAMED]
    return (unnamed or found or [(Speaker.OUTLET, None)])[0]


def _inside_a_quotation(text: Sequence[str], k: int) -> bool:
    """Whether a word stands in words that the sentence quotes, and that open and close within it behind others."""
    before = text[:k].count('"')
    return before % 2 == 1 and text[0] != '"' and '"' in text[k:]


def by_pronoun(tokens: Sequence[Token]) -> bool:
    """Whether somebody says it who has been named before: "he told our morning programme"."""
    return any(one.low in ("he", "she") and other.low in REPORTING for one, other in pairwise(tokens))


def heading_of(tokens: Sequence[Token], hits: Sequence[Hit]) -> Speaker | None:
    """Who a headline begins with, before a colon: "Ex-negotiator: the truce will be stretched"."""
    text = [token.low for token in tokens[:7]]
    return classify(text, 0, text.index(":"), hits) if ":" in text else None


def _sayer(text: Sequence[str], k: int, hits: Sequence[Hit]) -> tuple[Speaker | None, int, int]:
    """Who stands with the verb of saying at `k`, and where: before it, or behind "according to" and "said"."""
    start = _segment_start(text, k)
    if start == k and text[k] in _INVERTED and (inverted := _named_behind(text, k, hits)):
        return inverted
    if start == k and start > 1 and text[start - 1] == ",":  # "…, chief economist at the bank, forecast"
        start = _segment_start(text, start - 1)
    if _says_nothing(text, start, k):
        return None, start, k
    verdict = classify(text, start, k, hits)
    if verdict is Speaker.OUTSIDER and text[start] in ("its", "their") and _party_opens(hits):
        verdict = Speaker.DECIDER  # "the union may prolong the strike, its chairman said"
    if (verdict is None and text[k] not in _ADDRESSING) or text[k] == "according":
        behind = k + 2 if text[k] == "according" else k + 1
        end = next((j for j in range(k + 1, len(text)) if text[j] in _SEGMENT), len(text))
        return classify(text, k + 1, min(end, k + 12), hits), behind, end
    return verdict, start, k


def _party_opens(hits: Sequence[Hit]) -> bool:
    """Whether a party is what a sentence begins with."""
    return any(h.entry.label in (Label.PARTY, Label.DECIDER) and h.start <= 1 for h in hits)


def _segment_start(text: Sequence[str], k: int) -> int:
    while k > 0 and (text[k - 1] not in _SEGMENT or _initial(text, k - 1)):
        k -= 1
    return k


def _says_nothing(text: Sequence[str], start: int, k: int) -> bool:
    """Whether the verb at `k`, with the segment that begins at `start`, names nobody who says the sentence.

    "… arguments that lawyers said pointed to defeat", "if Beijing were to reinstate its rules, expect worse", "China
    has postponed the controls announced in October".
    """
    remark = start > 0 and text[start - 1] == "that" and not (start > 1 and text[start - 2] in REPORTING)
    describes = text[k] in _PARTICIPLES and any(word in _FINITE for word in text[start : k - 1])
    return remark or describes or text[start] in CONDITION


def _initial(text: Sequence[str], k: int) -> bool:
    """Whether a full stop closes an initial: "S. Jaishankar"."""
    return text[k] == "." and k > 0 and len(text[k - 1]) == 1 and text[k - 1].isalpha()


def _named_behind(text: Sequence[str], k: int, hits: Sequence[Hit]) -> tuple[Speaker, int, int] | None:
    """Who stands behind a verb of saying that its comma or quotation mark has just opened: "…, said an analyst"."""
    end = next((j for j in range(k + 1, len(text)) if text[j] in _SEGMENT), len(text))
    if any(word in _FINITE for word in text[k + 1 : end]):
        return None  # what is said, and not who says it
    verdict = classify(text, k + 1, end, hits)
    if verdict is None and text[end : end + 1] == [","] and text[end + 1 : end + 2] in (["a"], ["an"], ["the"]):
        behind = next((j for j in range(end + 1, len(text)) if text[j] in _SEGMENT), len(text))
        verdict = classify(text, end + 1, behind, hits)  # "…, says our first guest, a former negotiator, …"
    return (verdict, k + 1, end) if verdict else None


def _titles(segment: set[str]) -> set[str]:
    """The words of a speaker without those that mean something else in a title: "chief of staff", "executive order"."""
    for title in ({"person", "charge"}, {"chief", "staff"}, {"chief", "negotiator"}, {"chief", "negotiators"}):
        if title <= segment:
            segment = (segment - title) | {"official"}
    return segment - {"executive"} if segment & {"office", "order", "orders"} else segment


def _names_an_outsider(words: AbstractSet[str]) -> bool:
    return bool(words & (_OUTSIDER | _RUMOUR)) or any(word.endswith("makers") for word in words)


def _party_words(text: Sequence[str], start: int, end: int, hits: Sequence[Hit]) -> set[str]:
    """The words of parties' names in a token range: the European Union is no union."""
    inside = (h for h in hits if h.entry.label is Label.PARTY and start <= h.start and h.end <= end)
    return {word for h in inside for word in text[h.start : h.end]}


def classify(text: Sequence[str], start: int, end: int, hits: Sequence[Hit]) -> Speaker | None:
    """The class of the person or institution named in a token range, or None where it names none."""
    segment = _titles(set(text[start:end]))
    several = segment & {"two", "three", "four", "five", "several", "some", "unnamed", "senior", "one", "at least"}
    if "people" in segment and "'s" in segment:
        segment.discard("people")
    if segment & _UNNAMED or ("officials" in segment and several) or ("sources" in segment):
        return Speaker.UNNAMED
    if segment & COURTS and not segment & {"lawyer", "lawyers", "former", "retired"}:
        return Speaker.DECIDER
    named = any(h.entry.label is Label.DECIDER and start <= h.start < end for h in hits)
    if named and not segment & {"former", "retired"}:
        return Speaker.DECIDER
    if _names_an_outsider(segment - _party_words(text, start, end, hits)):
        return Speaker.OUTSIDER
    if segment & _OFFICIAL or "officials" in segment:
        return Speaker.DECIDER
    if any(h.entry.label is Label.PARTY and start <= h.start < end for h in hits):
        return Speaker.DECIDER
    return None
