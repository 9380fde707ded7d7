"""From an article's claims to its findings: one for each fact, the best that the article says of it.

The body beats the headline, a decision beats a prospect, the specific beats the vague; a denial in the same article
silences a change. Claims that agree lend each other their values and dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

from rules.assign import RATE_OPS
from rules.claims import Claim
from rules.compare import Verdict, Why, compare
from rules.frames import DECIDED, Mode
from rules.grammar import Op
from rules.model import Article, Entry, Finding, Kind, Ledger, PartialDate, SourceKind, State, Status
from rules.pack import FactSpec, Pack
from rules.record import merge
from rules.severity import weigh
from rules.speakers import Speaker
from rules.values import Change

_PLAIN = frozenset({Op.HAPPEN, Op.SCHEDULE, Op.CONSIDER})
"""Ops that say that something is to be, and not what became of it."""
_BELYING = (Why.BACKGROUND, Why.HYPOTHETICAL, Why.NEGATED)
"""Said of a fact in the body, these belie a change in the headline."""
_OWN_REPORT = frozenset("version reported wrote we correction".split())
"""Words of an outlet that takes back what it said itself."""
_SECOND_WITHIN = timedelta(days=3)
"""After a turn, another outlet's word for it is a second source; later it is only what everybody knows."""
_ORDER = [Kind.CHANGE, Kind.SIGNAL, Kind.CONFIRM, Kind.CONFLICT, Kind.MENTION]


Judged = tuple[Claim, Verdict]


def consolidate(article: Article, claims: Sequence[Claim], ledger: Ledger, pack: Pack) -> tuple[Finding, ...]:
    """One finding for each fact that the article speaks of, in the order of first mention."""
    judged = judge(article, claims, ledger, pack)
    return tuple(finding(article, heard, pack.facts[fact], ledger, pack) for fact, heard in judged.items())


def judge(article: Article, claims: Sequence[Claim], ledger: Ledger, pack: Pack) -> dict[str, list[Judged]]:
    """The claims on each fact, with what each does to the record."""
    by_fact: dict[str, list[Claim]] = {}
    for claim in claims:
        by_fact.setdefault(claim.fact, []).append(claim)
    return {fact: _judged(article, found, pack.facts[fact], ledger) for fact, found in by_fact.items()}


def finding(article: Article, heard: Sequence[Judged], spec: FactSpec, ledger: Ledger, pack: Pack) -> Finding:
    """What the claims on one fact come to: that of the best of them, with what the others add."""
    judged = sifted(heard)
    claim, verdict = best(judged)
    acts = [pair for pair in heard if pair[0].act or _only_dates(pair[0], claim)]
    before = ledger.state(spec.id)
    if verdict.kind is Kind.CHANGE and verdict.why is not Why.PART:
        claimed = _dated(_enriched(claim, verdict.claimed, judged), acts, article)
        verdict = replace(verdict, claimed=claimed, after=merge(before, claimed))
    told = _write(article, claim, verdict, before, pack)
    if verdict.kind is Kind.CHANGE:
        return replace(told, beside=_beside(heard, told, article, spec, ledger))
    if verdict.why is Why.LATE and verdict.kind is Kind.CONFIRM:
        return replace(told, late=verdict.after)
    repeats = verdict.why in (Why.SAME, Why.BESIDE) and verdict.kind is Kind.CONFIRM
    return replace(told, update=repeats and _is_second(article, ledger.current(spec.id)))


def _judged(article: Article, claims: Sequence[Claim], spec: FactSpec, ledger: Ledger) -> list[Judged]:
    """Each claim with its verdict. What is said again in the same words, and not denied since, is judged once."""
    verdicts: dict[tuple[int, Mode], Verdict] = {}
    heard: list[Judged] = []
    held = (None, ledger.state(spec.id).value)
    named = any(claim.state.value not in held and claim.mode in DECIDED and not claim.negated for claim in claims)
    for claim in claims:
        same = id(claim.first or claim), claim.mode
        if same not in verdicts:
            verdicts[same] = compare(_unreckoned(claim) if named else claim, spec, ledger, article)
        heard.append((claim, verdicts[same]))
    return heard


def _unreckoned(claim: Claim) -> Claim:
    """Beside a value that the article names, "has doubled" comes to no other one."""
    return claim if claim.state.value else replace(claim, change=Change())


def _is_second(article: Article, turn: Entry | None) -> bool:
    """Whether an article is another outlet's word for the last turn, within days of it."""
    if turn is None or turn.article is None or turn.source == article.source:
        return False
    return timedelta() <= article.published - turn.valid <= _SECOND_WITHIN


def _beside(
    heard: Sequence[Judged], told: Finding, article: Article, spec: FactSpec, ledger: Ledger
) -> tuple[tuple[State, str], ...]:
    """What else a copy of the article would tell as news, once the record has taken up what is told."""
    turned = ledger.add(turn_of(told, article, ledger))
    beside: list[tuple[State, str]] = []
    for claim, verdict in _judged(article, [claim for claim, _ in heard], spec, turned):
        said = State() if claim.part else claim.state
        new = claim.part or all(said != state for state, _ in beside)
        if new and verdict.kind in (Kind.CHANGE, Kind.SIGNAL):
            beside.append((said, claim.sentence.raw))
    return tuple(beside)


def turn_of(told: Finding, article: Article, ledger: Ledger, learned: datetime | None = None) -> Entry:
    """What the record takes up of a finding. A change is never dated before the turn that it follows."""
    current = ledger.current(told.fact) if told.kind is Kind.CHANGE else None
    return Entry(
        fact=told.fact,
        state=told.after if told.kind is Kind.CHANGE else told.claimed,
        kind=told.kind,
        valid=max(article.published, current.valid) if current else article.published,
        learned=learned or article.published,
        article=article.id,
        source=article.source,
        url=article.url,
        quote=told.quote,
        confidence="engine",
    )


def _body_over_headline(judged: Sequence[Judged]) -> Sequence[Judged]:
    """Drop the headline's verdict where the body says something of the fact, or said it in an earlier version."""
    body = [pair for pair in judged if not pair[0].headline]
    if any(verdict.kind in (Kind.CHANGE, Kind.SIGNAL, Kind.CONFIRM) for _, verdict in body):
        return body
    if body and all(verdict.why in (Why.OUTSIDER, Why.READ) for _, verdict in body):
        return body
    ops = {claim.op for claim, _ in judged if claim.headline}
    if any(_belies(claim, verdict, ops) for claim, verdict in body):
        return [pair for pair in judged if not pair[0].headline or pair[1].kind is not Kind.CHANGE]
    return judged


def _belies(claim: Claim, verdict: Verdict, ops: AbstractSet[Op]) -> bool:
    """Whether the body takes back what the headline says; what it tells of other things that were is no denial."""
    if claim.anaphor or verdict.why not in _BELYING:
        return False
    return verdict.why is not Why.BACKGROUND or (claim.op in ops and not claim.nominal)


def _without_denied(judged: Sequence[Judged]) -> Sequence[Judged]:
    """Drop the changes that the article itself denies, or says have not happened."""
    denials = [claim for claim, _ in judged if claim.mode is Mode.DENIED]
    negated = {claim.op for claim, verdict in judged if verdict.why is Why.NEGATED and not claim.headline}
    quiet = [
        (claim, verdict)
        for claim, verdict in judged
        if verdict.kind is not Kind.CHANGE
        or not (claim.op in negated or any(not _corrects(claim, denied) for denied in denials))
    ]
    return quiet or judged


def _corrects(claim: Claim, denied: Claim) -> bool:
    """ "An earlier version said that the duty would fall to 15 percent. In fact it falls to 12": that is told."""
    own = not _OWN_REPORT.isdisjoint(token.low for token in denied.sentence.tokens)
    said, other = claim.state, denied.state
    differs = (said.value, said.effective, said.until) != (other.value, other.effective, other.until)
    return own and differs and claim.sentence.start > denied.sentence.start


def _moved_not_cancelled(judged: Sequence[Judged]) -> Sequence[Judged]:
    """ "Will not go ahead on those dates. It has been moved to May 14": it is moved."""
    moved = any(verdict.claimed.status is Status.POSTPONED for _, verdict in judged if verdict.kind is Kind.CHANGE)
    kept = [pair for pair in judged if pair[1].claimed.status is not Status.CANCELLED]
    return kept if moved and kept else judged


def _without_acts(judged: Sequence[Judged]) -> Sequence[Judged]:
    """Drop what only dates what was done to the fact, where another claim tells of it."""
    return [pair for pair in judged if not pair[0].act] or judged


SIFTING = (_without_denied, _moved_not_cancelled, _body_over_headline, _without_acts)
"""Before the best claim is taken; each leaves one at least."""


def sifted(heard: Sequence[Judged]) -> Sequence[Judged]:
    """The claims on one fact that may be told."""
    for sift in SIFTING:
        heard = sift(heard)
    return heard


def best(judged: Sequence[Judged]) -> Judged:
    """The claim that is told; of equals the first."""
    return min(judged, key=lambda pair: preference(*pair))


def preference(claim: Claim, verdict: Verdict) -> tuple[int, ...]:
    """What sorts first is told: by kind, by name, with a verb of its own, and saying most."""
    state = verdict.claimed
    said = sum(part is not None for part in (state.status, state.value, state.effective, state.until))
    kept = int(verdict.claimed.status is not Status.POSTPONED)  # "has been postponed and will now begin on 14 May"
    return _ORDER.index(verdict.kind), int(claim.anaphor), kept, int(claim.op in _PLAIN), -said


def _enriched(claim: Claim, claimed: State, judged: Sequence[Judged]) -> State:
    """What is claimed, with what other claims of the article add: a value, a date, a second amount."""
    for other, judgement in judged:
        state = judgement.claimed
        if other is claim or judgement.kind not in (Kind.CHANGE, Kind.CONFIRM) or _at_odds(state, claimed):
            continue
        claimed = State(
            claimed.status or state.status,
            {**(state.value or {}), **(claimed.value or {})} or None,
            claimed.effective or state.effective,
            claimed.until or state.until,
        )
    return claimed


def _only_dates(claim: Claim, told: Claim) -> bool:
    """ "… has halved the duty. The lower rate applies from 10 November": the same, with its day."""
    starts = claim.anaphor and claim.op in (Op.START, Op.IMPOSE) and claim.state.value is None
    return starts and claim is not told and not claim.negated and claim.mode in DECIDED and told.op in RATE_OPS


def _dated(claimed: State, acts: Sequence[Judged], article: Article) -> State:
    """With the days that the article gives for the act itself; a rate from a later day on is not in force yet."""
    today = PartialDate.of(article.published.date())
    for claim, verdict in acts:
        told, own = claim.state, claimed.effective in (None, today)
        if verdict.kind in (Kind.CHANGE, Kind.CONFIRM):
            claimed = replace(
                claimed,
                effective=(told.effective if own else None) or claimed.effective,
                until=claimed.until or told.until,
            )
    later = claimed.effective is not None and claimed.effective.exact is not None and claimed.effective > today
    return replace(claimed, status=Status.ANNOUNCED) if later and claimed.status is Status.IN_FORCE else claimed


def _at_odds(other: State, claimed: State) -> bool:
    """Whether two claims name different statuses. "Postponed" and "will now take place on Friday" go together."""
    moved = claimed.status is Status.POSTPONED and other.status is Status.SCHEDULED
    return bool(other.status and claimed.status and other.status is not claimed.status and not moved)


def _write(article: Article, claim: Claim, verdict: Verdict, before: State, pack: Pack) -> Finding:
    sentence = claim.sentence
    now = verdict.after if verdict.kind is Kind.CHANGE else verdict.claimed
    weight = weigh(verdict.kind, before, now, article.published.date(), pack.severity)
    return Finding(
        kind=verdict.kind,
        story=pack.id,
        fact=claim.fact,
        topic=pack.facts[claim.fact].topic,
        before=before,
        claimed=verdict.claimed,
        after=verdict.after if verdict.kind is Kind.CHANGE else before,
        article=article.id,
        published=article.published,
        quote=sentence.raw,
        span=(sentence.start, sentence.end),
        why=str(verdict.why),
        rule=f"{verdict.why.name.lower()}/{claim.op}",
        cues=tuple(cue for cue in claim.cues if cue),
        speaker=claim.named,
        confidence=_confidence(article, claim),
        severity=weight.severity,
        severity_why=weight.why,
        source_kind=article.source_kind,
    )


_SOURCE = {SourceKind.OFFICIAL: 1.0, SourceKind.WIRE: 0.95, SourceKind.OUTLET: 0.9, SourceKind.BLOG: 0.6}
_WORD = {Speaker.DECIDER: 1.0, Speaker.OUTLET: 0.9, Speaker.UNNAMED: 0.6, Speaker.OUTSIDER: 0.4}


def _confidence(article: Article, claim: Claim) -> float:
    """Source, speaker and directness multiplied, each between 0 and 1."""
    directness = 0.85 if claim.anaphor else 0.95 if claim.headline else 1.0
    return round(_SOURCE[article.source_kind] * _WORD[claim.speaker] * directness, 2)
