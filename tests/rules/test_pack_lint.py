"""What the linter warns of: phrases that never match, or match too much, and facts that no test speaks of."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.pack import installed_packs, load_pack
from rules.packlint import check
from rules.packtests import FILE

DATA = Path(__file__).parents[1] / "data" / "packs"
CASES = yaml.load((DATA / "warnings.yaml").read_text("utf-8"), yaml.CSafeLoader)
TESTS = """tests:
  - {text: It rained., fact: norland_cod_duty, kind: none}
  - {text: It rained., fact: norland_cod_duty, kind: change}
  - {text: It rained., fact: islands_summit, kind: none}
  - {text: It rained., fact: islands_summit, kind: signal}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The good pack, with marks and tests: nothing to warn of."""
    folder = Path(shutil.copytree(DATA / "good", tmp_path / "island-fish"))
    edit(folder, {"find": "    noun: meeting\n", "put": "    noun: meeting\n    marks: [islands]\n"})
    (folder / FILE).write_text(TESTS)
    return folder


def edit(folder: Path, change: dict[str, str]) -> None:
    file = folder / "pack.yaml"
    assert file.read_text().count(change["find"]) == 1
    file.write_text(file.read_text().replace(change["find"], change["put"]))


def warnings(folder: Path) -> list[str]:
    problems, found = check(folder)
    assert problems == []
    return [str(warning) for warning in found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_what_is_suspicious_is_warned_of_in_words(folder: Path, case: dict[str, Any]) -> None:
    assert warnings(folder) == []
    edit(folder, case)
    if "also" in case:
        edit(folder, case["also"])
    assert sorted(warnings(folder)) == sorted(case["warnings"])


@pytest.mark.parametrize(
    ("kinds", "lacks"),
    [
        ((), ["a text that must raise it, and one that comes near and must not"]),
        (("change",), ["with kind: none"]),
        (("none",), ["that expects a change or a signal"]),
        (("signal", "none"), []),
    ],
)
def test_a_fact_needs_tests_of_both_kinds(folder: Path, kinds: tuple[str, ...], lacks: list[str]) -> None:
    lines = [line for line in TESTS.splitlines() if "islands_summit" not in line]
    lines += [f"  - {{text: It rained., fact: islands_summit, kind: {kind}}}" for kind in kinds]
    (folder / FILE).write_text("\n".join(lines))

    told = warnings(folder)
    assert len(told) == len(lacks)
    for warning, lack in zip(told, lacks, strict=True):
        assert warning.startswith("pack.yaml:26: facts.islands_summit: has no test in tests.yaml")
        assert lack in warning


def test_a_pack_that_is_wrong_is_told_that_first(folder: Path) -> None:
    edit(folder, {"find": "topic: talks", "put": "topic: tallks"})
    edit(folder, {"find": "marks: [islands]", "put": "marks: [islands, new]"})
    problems, found = check(folder)
    assert ([problem.field for problem in problems], found) == (["facts.islands_summit.topic"], [])


@pytest.mark.parametrize("name", installed_packs())
def test_there_is_nothing_to_warn_of_in_an_installed_pack(name: str) -> None:
    assert check(load_pack(name).path) == ([], [])
