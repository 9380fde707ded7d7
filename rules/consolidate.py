"""From an article's claims to its findings: one for each fact, the best that the article says of it.

The body beats the headline, a decision beats a prospect, the specific beats the vague; a denial in the same article
silences a change. Claims that agree lend each other their values and dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rules.claims import Claim
from rules.compare import Verdict, Why, compare
from rules.frames import Mode
from rules.grammar import Op
from rules.model import Article, Finding, Kind, Ledger, Severity, SourceKind, State, Status
from rules.pack import FactSpec, Pack
from rules.record import merge
from rules.speakers import Speaker

_PLAIN = frozenset({Op.HAPPEN, Op.SCHEDULE, Op.CONSIDER})
"""Ops that say that something is to be, and not what became of it."""
_ORDER = [Kind.CHANGE, Kind.SIGNAL, Kind.CONFIRM, Kind.CONFLICT, Kind.MENTION]


def consolidate(article: Article, claims: Sequence[Claim], ledger: Ledger, pack: Pack) -> tuple[Finding, ...]:
    """One finding for each fact that the article speaks of, in the order of first mention."""
    by_fact: dict[str, list[Claim]] = {}
    for claim in claims:
        by_fact.setdefault(claim.fact, []).append(claim)
    return tuple(_finding(article, found, pack.facts[fact], ledger, pack) for fact, found in by_fact.items())


def _finding(article: Article, claims: Sequence[Claim], spec: FactSpec, ledger: Ledger, pack: Pack) -> Finding:
    judged = [(claim, compare(claim, spec, ledger, article)) for claim in claims]
    judged = _body_over_headline(judged)
    claim, verdict = min(judged, key=lambda pair: _preference(*pair))
    if verdict.kind is Kind.CHANGE:
        verdict = _enrich(claim, verdict, judged, ledger.state(spec.id))
    return _write(article, claim, verdict, spec, ledger.state(spec.id), pack)


def _body_over_headline(judged: list[tuple[Claim, Verdict]]) -> list[tuple[Claim, Verdict]]:
    """Drop the headline's verdict where the body says something of the fact; drop changes that the article denies."""
    denied = any(claim.mode is Mode.DENIED for claim, _ in judged)
    negated = {claim.op for claim, verdict in judged if verdict.why is Why.NEGATED and not claim.headline}
    if denied or negated:
        quiet = [pair for pair in judged if pair[1].kind is not Kind.CHANGE or not (denied or pair[0].op in negated)]
        judged = quiet or judged
    body = [pair for pair in judged if not pair[0].headline]
    if any(verdict.kind in (Kind.CHANGE, Kind.SIGNAL, Kind.CONFIRM) for _, verdict in body):
        return body
    if any(
        verdict.why in (Why.BACKGROUND, Why.HYPOTHETICAL, Why.NEGATED) and not claim.anaphor for claim, verdict in body
    ):
        return [pair for pair in judged if pair in body or pair[1].kind is not Kind.CHANGE]
    return judged


def _preference(claim: Claim, verdict: Verdict) -> tuple[int, int, int, int]:
    said = sum(
        part is not None
        for part in (verdict.claimed.status, verdict.claimed.value, verdict.claimed.effective, verdict.claimed.until)
    )
    return _ORDER.index(verdict.kind), int(claim.anaphor), int(claim.op in _PLAIN), -said


def _enrich(claim: Claim, verdict: Verdict, judged: Sequence[tuple[Claim, Verdict]], before: State) -> Verdict:
    """Add what other claims of the article say in the same sense: a value, a date, a second amount."""
    claimed = verdict.claimed
    for other, judgement in judged:
        state = judgement.claimed
        if other is claim or judgement.kind not in (Kind.CHANGE, Kind.CONFIRM) or _at_odds(state, claimed):
            continue
        value = {**(state.value or {}), **(claimed.value or {})} or None
        claimed = State(
            claimed.status or state.status, value, claimed.effective or state.effective, claimed.until or state.until
        )
    if verdict.why is Why.PART:
        return verdict
    return replace(verdict, claimed=claimed, after=merge(before, claimed))


def _at_odds(other: State, claimed: State) -> bool:
    """Whether two claims name different statuses. "Postponed" and "will now take place on Friday" go together."""
    moved = claimed.status is Status.POSTPONED and other.status is Status.SCHEDULED
    return bool(other.status and claimed.status and other.status is not claimed.status and not moved)


def _write(article: Article, claim: Claim, verdict: Verdict, spec: FactSpec, before: State, pack: Pack) -> Finding:
    sentence = claim.sentence
    after = verdict.after if verdict.kind is Kind.CHANGE else before
    return Finding(
        kind=verdict.kind,
        story=pack.id,
        fact=spec.id,
        topic=spec.topic,
        before=before,
        claimed=verdict.claimed,
        after=after,
        article=article.id,
        published=article.published,
        quote=sentence.raw.strip(),
        span=(sentence.start, sentence.end),
        why=str(verdict.why),
        rule=f"{verdict.why.name.lower()}/{claim.op}",
        cues=tuple(cue for cue in claim.cues if cue),
        speaker=claim.named,
        confidence=_confidence(article, claim),
        severity=_severity(verdict, before),
    )


_SOURCE = {SourceKind.OFFICIAL: 1.0, SourceKind.WIRE: 0.95, SourceKind.OUTLET: 0.9, SourceKind.BLOG: 0.6}
_WORD = {Speaker.DECIDER: 1.0, Speaker.OUTLET: 0.9, Speaker.UNNAMED: 0.6, Speaker.OUTSIDER: 0.4}


def _confidence(article: Article, claim: Claim) -> float:
    """Source, speaker and directness multiplied, each between 0 and 1."""
    directness = 0.85 if claim.anaphor else 0.95 if claim.headline else 1.0
    return round(_SOURCE[article.source_kind] * _WORD[claim.speaker] * directness, 2)


def _severity(verdict: Verdict, before: State) -> Severity:
    """In force, ended or cancelled weighs most; a prospect least."""
    if verdict.kind is not Kind.CHANGE:
        return Severity.LOW
    heavy = {
        Status.IN_FORCE,
        Status.WITHDRAWN,
        Status.BLOCKED,
        Status.EXPIRED,
        Status.CANCELLED,
        Status.COLLAPSED,
        Status.SUSPENDED,
        Status.SIGNED,
    }
    return (
        Severity.HIGH
        if verdict.after.status in heavy and verdict.after.status is not before.status
        else Severity.MEDIUM
    )
