"""An explanation as JSON for programs. Spans index `title + "\\n" + text`."""

from __future__ import annotations

from typing import Any

from rules import Ledger, Pack
from rules.explanation import Counted, Dated, Explained, Explanation, Named, Outcome, Told, Words
from worker.cli.archive import finding_json


def as_data(explanation: Explanation, ledger: Ledger, pack: Pack) -> dict[str, Any]:
    """Everything that the explanation holds, as plain JSON; days and moments as RFC 3339."""
    article = explanation.article
    return {
        "article": {
            "id": article.id,
            "source": article.source,
            "source_kind": article.source_kind.value,
            "url": article.url,
            "published": article.published.isoformat(),
            "title": article.title,
        },
        "story": pack.id,
        "record_begins": ledger.start.isoformat(),
        "unread": str(explanation.unread) if explanation.unread else None,
        "sentences": [_sentence(each) for each in explanation.sentences],
        "findings": [_outcome(each) for each in explanation.outcomes],
    }


def _sentence(each: Explained) -> dict[str, Any]:
    return {
        "number": each.number,
        **_words(each.words),
        "title": each.title,
        "facts": [_named(one) for one in each.named],
        "parties": [{**_words(one.words), "label": one.label, "of": one.of} for one in each.parties],
        "dates": [_dated(one) for one in each.dates],
        "amounts": [_counted(one) for one in each.amounts],
        "claims": [_told(one) for one in each.claims],
        "passed_over": [{**_words(one.words), "reason": one.reason} for one in each.passed],
    }


def _words(words: Words) -> dict[str, Any]:
    return {"text": words.text, "span": list(words.span)}


def _named(one: Named) -> dict[str, Any]:
    return {
        "fact": one.fact,
        "words": [_words(each) for each in one.words],
        "how": one.how,
        "part": one.part,
        "reason": one.silent,
    }


def _dated(one: Dated) -> dict[str, Any]:
    return {**_words(one.words), "when": str(one.when) if one.when else None, "role": one.role, "cue": one.cue or None}


def _counted(one: Counted) -> dict[str, Any]:
    return {**_words(one.words), "number": one.number, "unit": one.unit, "role": one.role}


def _told(one: Told) -> dict[str, Any]:
    return {
        "fact": one.fact,
        "named_by": [_words(each) for each in one.named.words],
        "verb": {**_words(one.verb), "op": one.op.value},
        "mode": one.told.mode.value,
        "mode_because": one.told.because or None,
        "mode_cues": list(one.told.cues),
        "negated": one.negated,
        "speaker": one.speaker.value,
        "speaker_named": one.named_speaker,
        "claimed": one.state.to_json(),
        "resolved": one.resolved.to_json(),
        "dates": [_dated(each) for each in one.dates],
        "kind": one.kind.value,
        "why": one.why,
        "reason": one.reason,
        "set_aside": one.set_aside,
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    return {
        **finding_json(one.finding),
        "sentence": one.sentence,
        "reason": one.reason,
        "chosen_because": one.won,
        "record_since": one.record.valid.isoformat() if one.record else None,
        "deadlines": [
            {"phase": event.phase.value, "role": event.role, "due": event.due.isoformat()} for event in one.moved
        ],
    }
