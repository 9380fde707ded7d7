"""How much a change weighs, one step at a time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules import Kind, PackError, PartialDate, Severity, State, Status, load_pack
from rules.pack import PACKS
from rules.severity import Weights, weigh

TODAY = date(2025, 11, 1)
TWENTY = State(Status.IN_FORCE, {"percent": 20})
OTHER = "another date or a part of it (30)"
SOON, LATER = PartialDate(2025, 11, 3), PartialDate(2025, 12, 31)


@pytest.mark.parametrize(
    ("after", "severity", "why"),
    [
        (State(Status.AGREED, {"percent": 19}), "medium", "agreed (40)"),
        (State(Status.ANNOUNCED, {"percent": 19}), "medium", "announced (45)"),
        (State(Status.IN_FORCE, {"percent": 19}), "high", "in force (70)"),
        (State(Status.SUSPENDED, {"percent": 20}), "high", "suspended (70)"),
        (State(Status.PROPOSED, {"percent": 19}), "low", "proposed (30)"),
        (State(Status.AGREED, {"percent": 16}), "medium", "agreed (40), the amount changes by 20 % or more (10)"),
        (State(Status.AGREED, {"percent": 30}), "medium", "agreed (40), the amount changes by 50 % or more (15)"),
        (
            State(Status.AGREED, {"percent": 10}, SOON),
            "high",
            "agreed (40), the amount changes by 50 % or more (15), a date within 3 days (15)",
        ),
        (State(Status.AGREED, {"percent": 20}, LATER), "medium", "agreed (40)"),
        (
            State(Status.IN_FORCE, {"percent": 20}, SOON),
            "medium",
            "another date or a part of it (30), a date within 3 days (15)",
        ),
        (State(Status.IN_FORCE, {"percent": 20}, LATER), "low", OTHER),
    ],
)
def test_in_force_beats_announced_and_size_and_nearness_add_to_it(after: State, severity: str, why: str) -> None:
    assert weigh(Kind.CHANGE, TWENTY, after, TODAY, Weights()) == (severity, why)


def test_a_prospect_weighs_little_however_large_it_is() -> None:
    doubled = State(Status.THREATENED, {"percent": 40}, SOON)
    found = weigh(Kind.SIGNAL, TWENTY, doubled, TODAY, Weights())
    assert found.why.startswith("only in prospect (10)")
    assert found.severity is Severity.MEDIUM
    assert weigh(Kind.SIGNAL, TWENTY, State(), TODAY, Weights()).severity is Severity.LOW


@pytest.mark.parametrize("kind", [Kind.MENTION, Kind.CONFIRM])
def test_what_changes_nothing_weighs_nothing(kind: Kind) -> None:
    assert weigh(kind, TWENTY, TWENTY, TODAY, Weights()) == (Severity.LOW, "")


def test_a_date_gone_by_or_on_record_already_is_not_near() -> None:
    gone = State(Status.AGREED, {"percent": 20}, PartialDate(2025, 10, 30))
    assert weigh(Kind.CHANGE, TWENTY, gone, TODAY, Weights()).why == "agreed (40)"
    known = State(Status.AGREED, {"percent": 20}, SOON)
    assert weigh(Kind.CHANGE, State(Status.ANNOUNCED, None, SOON), known, TODAY, Weights()).why == "agreed (40)"


def pack_that_says(tmp_path: Path, severity: str) -> Path:
    given = (PACKS / "us-china-trade" / "pack.yaml").read_text("utf-8")
    (tmp_path / "pack.yaml").write_text(f"{given}\nseverity: {severity}\n", "utf-8")
    (tmp_path / "baseline.md").write_text("As it was.", "utf-8")
    return tmp_path


def test_a_pack_weighs_as_it_says_and_otherwise_as_usual(tmp_path: Path) -> None:
    said = load_pack(pack_that_says(tmp_path, "{status: {agreed: 75}, days: {30: 5}}")).severity
    assert weigh(Kind.CHANGE, TWENTY, State(Status.AGREED, {"percent": 19}), TODAY, said) == ("high", "agreed (75)")
    assert (said.status[Status.IN_FORCE], said.days, said.value) == (70, {30: 5}, Weights().value)


@pytest.mark.parametrize(
    ("severity", "complaint"),
    [
        ("{status: {agred: 75}}", 'severity.status: "agred" is none of the statuses known here. Did you mean agreed?'),
        ("{status: {agreed: much}}", "severity.status.agreed: should be a whole number from 0 to 100"),
        ("{value: {half: 5}}", 'severity.value: "half" should be a whole number from 1 to 1000'),
        ("{high: 10}", "severity.medium: is 40, above high (10)"),
        ("{hihg: 10}", "Did you mean high?"),
    ],
)
def test_weights_that_cannot_be_meant_are_refused(tmp_path: Path, severity: str, complaint: str) -> None:
    with pytest.raises(PackError) as raised:
        load_pack(pack_that_says(tmp_path, severity))
    assert complaint in str(raised.value)
