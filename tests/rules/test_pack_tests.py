"""The tests of a pack: what they hold, how they fail, and what is wrong with a file of them."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rules.pack import PACKS, Pack, installed_packs, load_pack
from rules.packform import Form
from rules.packlint import lint
from rules.packtests import FILE, Failure, PackTest, read_tests, run_tests

GOOD = Path(__file__).parents[1] / "data" / "packs" / "good"
CUT = "Norland announced that it will cut the cod duty on Estmark to 20 percent."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "island-fish"))


def given(folder: Path, text: str) -> tuple[Pack, tuple[PackTest, ...]]:
    (folder / FILE).write_text(text, "utf-8")
    pack, form = load_pack(folder), Form(FILE, [])
    tests = read_tests(pack, form)
    assert form.problems == []
    return pack, tests


def failures(folder: Path, test: str) -> list[Failure]:
    return list(run_tests(*given(folder, f"tests:\n  - {{text: '{CUT}', fact: norland_cod_duty, {test}}}\n")))


@pytest.mark.parametrize(
    "test",
    [
        "kind: change",
        "kind: change, state: {value: {percent: 20}}",
        "kind: change, state: {status: announced, value: {percent: 20}, effective: 2026-04-01}",
    ],
)
def test_a_test_passes_if_all_that_it_states_is_found(folder: Path, test: str) -> None:
    assert failures(folder, test) == []


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("kind: change, state: {value: {percent: 25}}", "change of norland_cod_duty {value: {percent: 25}}"),
        ("kind: change, state: {status: suspended}", "change of norland_cod_duty {status: suspended}"),
        ("kind: change, state: {until: 2026-05-01}", "change of norland_cod_duty {until: 2026-05-01}"),
        ("kind: change, state: {effective: 2026-05-01}", "change of norland_cod_duty {effective: 2026-05-01}"),
        ("kind: signal", "signal of norland_cod_duty"),
        ("kind: none", "nothing"),
    ],
)
def test_a_test_that_fails_says_what_was_found_instead_and_why(folder: Path, test: str, expected: str) -> None:
    (failure,) = failures(folder, test)

    assert failure.expected == expected
    assert failure.found.startswith("change of norland_cod_duty {status: announced, value: {percent: 20}")
    assert "status differs from the record (rule new_status/lower, on the words will / cut)" in failure.found
    assert str(failure).startswith(f"{FILE}:2: expected {expected}; found ")
    assert CUT in str(failure)


def test_a_text_that_speaks_of_another_fact_as_well_must_name_it(folder: Path) -> None:
    text = f"{CUT} The summit of Norland and Estmark was cancelled."
    test = f"tests:\n  - text: {text}\n    fact: norland_cod_duty\n    kind: change\n"
    summit = load_pack(folder).path / "pack.yaml"
    summit.write_text(summit.read_text().replace("noun: meeting", 'noun: meeting\n    marks: ["@norland + @estmark"]'))

    (failure,) = run_tests(*given(folder, test))
    assert failure.expected == "nothing but norland_cod_duty"
    assert failure.found.startswith("change of islands_summit {status: cancelled")
    assert list(run_tests(*given(folder, test + "    also: islands_summit\n"))) == []


def test_a_text_that_does_not_name_the_fact_fails_with_that(folder: Path) -> None:
    (failure,) = run_tests(*given(folder, "tests:\n  - {text: It rained., fact: islands_summit, kind: change}\n"))
    assert failure.found.startswith("nothing that names islands_summit: its marks and nouns")


def test_a_text_whose_verb_is_not_known_fails_with_that(folder: Path) -> None:
    text = "Norland has gilded its duty on cod from Estmark."
    (failure,) = run_tests(*given(folder, f"tests:\n  - {{text: {text}, fact: norland_cod_duty, kind: change}}\n"))
    assert failure.found.startswith(f'norland_cod_duty named in "{text}", and no verb that the engine knows')


@pytest.mark.parametrize(
    ("published", "moment"),
    [
        ("", datetime(2026, 3, 2, 12, tzinfo=UTC)),
        (", published: 2026-03-09", datetime(2026, 3, 9, 12, tzinfo=UTC)),
        (", published: '2026-03-09T01:00:00+02:00'", datetime(2026, 3, 8, 23, tzinfo=UTC)),
    ],
)
def test_a_test_is_published_at_noon_of_its_day_or_of_the_baselines(
    folder: Path, published: str, moment: datetime
) -> None:
    _, (test,) = given(folder, f"tests:\n  - {{text: It rained., fact: islands_summit, kind: none{published}}}\n")
    assert test.article.published == moment


@pytest.mark.parametrize(
    ("test", "problem"),
    [
        ("fact: cod_duty, kind: none", 'tests[1].fact: "cod_duty" is none of the facts of the pack known here.'),
        ("fact: islands_summit, kind: nothing", 'tests[1].kind: "nothing" is none of the kinds of test known here.'),
        ("fact: islands_summit, kind: none, state: {status: held}", "tests[1].state: a text that must raise nothing"),
        ("fact: islands_summit, kind: change, state: {status: signed}", 'tests[1].state.status: "signed" is none of'),
        ("fact: islands_summit, kind: none, published: May", 'tests[1].published: "May" is no moment'),
        ("fact: islands_summit, kind: none, published: 2026-03-09T08:00:00", "tests[1].published: .* no time zone"),
        ("fact: islands_summit, kind: none, also: cod", 'tests[1].also: "cod" is none of the facts'),
        ("kind: none", "tests[1].fact: is missing"),
        ("fact: islands_summit, kind: none, source_kind: radio", 'tests[1].source_kind: "radio" is none of'),
        ("fact: islands_summit, kind: none, expected: {}", 'tests[1].expected: "expected" is none of the keys'),
    ],
)
def test_what_is_wrong_with_a_test_is_told_with_its_line_and_field(folder: Path, test: str, problem: str) -> None:
    (folder / FILE).write_text(f"tests:\n  - {{text: It rained., {test}}}\n")
    (told,) = map(str, lint(folder))
    start, _, end = problem.partition(" .* ")
    assert told.startswith(f"{FILE}:2: {start}")
    assert end in told


def test_a_running_story_never_reads_the_tests(folder: Path) -> None:
    (folder / FILE).write_text("tests: [")
    assert [problem.file for problem in lint(folder)] == [FILE]
    assert load_pack(folder).id == "island-fish"


@pytest.mark.parametrize("name", installed_packs())
def test_every_installed_pack_passes_its_tests_and_has_enough_of_them(name: str) -> None:
    pack, form = load_pack(name), Form(FILE, [])
    tests = read_tests(pack, form)

    assert form.problems == []
    assert [str(failure) for failure in run_tests(pack, tests)] == []
    for fact in pack.facts:
        mine = [test.kind for test in tests if test.fact == fact]
        assert mine.count("none") >= 2, fact
        assert len(mine) - mine.count("none") >= 2, fact
    assert PACKS / name == pack.path
