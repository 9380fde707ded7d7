"""Loading a pack: what is wrong is told with file, line and field, and with what would be right."""

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import packfile
from rules.model import FactKind, State
from rules.pack import PACKS, PackError, installed_packs, load_pack
from rules.packfile import MAX_BYTES
from rules.packkeys import UNITS
from rules.packlint import lint
from rules.values import units

DATA = Path(__file__).parents[1] / "data" / "packs"
FILES = ("pack.yaml", "feeds.yaml", "history.jsonl")
CASES = [
    pytest.param(name, case, id=f"{name}: {case['case']}")
    for name in FILES
    for case in yaml.load((DATA / f"{Path(name).stem}.yaml").read_text("utf-8"), yaml.CSafeLoader)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA / "good", tmp_path / "island-fish"))


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in lint(folder)]


def test_a_good_pack_is_loaded_whole(folder: Path) -> None:
    pack = load_pack(folder)

    assert (pack.id, pack.date, pack.others) == ("island-fish", date(2026, 3, 2), ("Sudmark",))
    assert pack.parties["norland"].deciders == ("Prime Minister Aas", "fisheries ministry")
    assert pack.parties["estmark"].deciders == ()
    duty = pack.facts["norland_cod_duty"]
    assert (duty.kind, duty.by, duty.on, duty.noun) == (FactKind.MEASURE, "norland", "estmark", ("tariff",))
    assert (duty.marks, duty.unit, duty.stated) == (("cod", "fish + salted"), ("percent",), True)
    assert duty.record == State.from_json({"status": "threatened", "value": {"percent": 40}, "effective": "2026-04-01"})
    assert [(feed.id, feed.source_kind, feed.every) for feed in pack.feeds] == [
        ("gazette", "outlet", 10),
        ("ministry", "official", 15),
    ]


@pytest.mark.parametrize("name", installed_packs())
def test_every_installed_pack_is_without_problems(name: str) -> None:
    assert lint(load_pack(name).path) == []
    assert load_pack(name).id == name


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_wrong_pack_is_refused_with_each_problem_in_words(folder: Path, name: str, case: dict[str, object]) -> None:
    file = folder / name
    text = file.read_text("utf-8")
    find, put = str(case["find"]), str(case["put"])
    assert text.count(find) >= 1
    file.write_text(text.replace(find, put, 1), "utf-8")

    assert told(folder) == case["problems"]
    with pytest.raises(PackError) as raised:
        load_pack(folder)
    for problem in case["problems"]:  # type: ignore[attr-defined]
        assert problem in str(raised.value)


@pytest.mark.parametrize("name", FILES)
def test_an_empty_file_is_told(folder: Path, name: str) -> None:
    (folder / name).write_text(" \n")
    assert told(folder) == [f"{name}: is empty"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_utf_8_is_told_with_its_line(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"# first\n# caf\xe9\n")
    assert told(folder) == [f"{name}:2: is not UTF-8 (byte 0xe9): save the file as UTF-8"]


@pytest.mark.parametrize("name", FILES)
def test_a_huge_file_is_refused_before_it_is_read(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"#" * (MAX_BYTES + 1))
    assert told(folder) == [f"{name}: is larger than 512 KB, more than a pack needs: is it the right file?"]


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    for name in FILES:
        file = folder / name
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert told(folder) == []


def test_feeds_and_history_may_be_left_out(folder: Path) -> None:
    (folder / "feeds.yaml").unlink()
    (folder / "history.jsonl").unlink()
    assert load_pack(folder).feeds == ()


def test_a_pack_without_pack_yaml_is_told(folder: Path) -> None:
    (folder / "pack.yaml").unlink()
    assert told(folder) == ["pack.yaml: is missing"]
    with pytest.raises(PackError, match=r"holds no pack\.yaml, so it is no pack"):
        load_pack(folder)


def test_a_file_in_place_of_a_folder_is_told(folder: Path) -> None:
    with pytest.raises(PackError, match=r"is a file: name the folder that holds pack\.yaml"):
        load_pack(folder / "pack.yaml")


def test_an_id_that_is_not_installed_names_the_nearest() -> None:
    with pytest.raises(PackError, match=r"no pack and no folder 'us-china-trad'\. Did you mean us-china-trade\?"):
        load_pack("us-china-trad")


def test_an_id_never_walks_out_of_the_installed_packs() -> None:
    with pytest.raises(PackError):
        load_pack("../packs")


def test_a_pack_can_count_in_whatever_the_engine_reads() -> None:
    assert {*units.CODES.values(), *units.SYMBOLS.values()} <= UNITS


def test_a_yaml_number_with_an_exponent_is_a_number(folder: Path) -> None:
    file = folder / "pack.yaml"
    file.write_text(file.read_text().replace("{percent: 40}", "{percent: 4e1}"))
    assert load_pack(folder).facts["norland_cod_duty"].record.value == {"percent": 40}


@pytest.mark.parametrize("amount", [".nan", ".inf", "1e999", "true", "[40]"])
def test_an_amount_that_nothing_can_be_compared_with_is_refused(folder: Path, amount: str) -> None:
    file = folder / "pack.yaml"
    file.write_text(file.read_text().replace("{percent: 40}", f"{{percent: {amount}}}"))
    (problem,) = lint(folder)
    assert problem.field == "facts.norland_cod_duty.record.value.percent"
    assert problem.message.startswith("should be a number")


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(FILES),
    at=st.floats(0, 1),
    length=st.integers(0, 40),
    put=st.text(max_size=12) | st.binary(max_size=4),
)
def test_whatever_stands_in_a_file_is_told_and_never_breaks_the_loader(
    tmp_path_factory: pytest.TempPathFactory, name: str, at: float, length: int, put: str | bytes
) -> None:
    folder = Path(shutil.copytree(DATA / "good", tmp_path_factory.mktemp("packs") / "pack"))
    data = (folder / name).read_bytes()
    start = int(at * len(data))
    middle = put.encode("utf-8", "surrogatepass") if isinstance(put, str) else put
    (folder / name).write_bytes(data[:start] + middle + data[start + length :])

    for problem in lint(folder):
        assert problem.file in FILES
        assert problem.message


@pytest.mark.parametrize(
    "text",
    [
        (PACKS / "us-china-trade" / "pack.yaml").read_text("utf-8"),
        "a: [1, 0x1, 1:30, yes, ~, 2025-11-01, 1e3, .inf, '', \"\\u00e9\"]\nb: {c: |\n  d\n}\n",
        "a: b\tc\n",
        "a: b\n\ufeff",
        "a: [b? c]\n",
        "a: &b c\n",
        "a: !c d\n",
        "a: b\n---\nc: d\n",
        "a: b\na: c\n",
        "a: 'b\n",
        "# nothing\n",
        "[" * 13 + "]" * 13,
        "[" * 14 + "]" * 14,
    ],
)
def test_the_fast_reader_and_the_one_that_explains_agree(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> object:
        try:
            return packfile.read_yaml(file)
        except packfile.UnreadableError as error:
            return error.line, error.message

    file = tmp_path / "pack.yaml"
    file.write_text(text, "utf-8")
    assert yaml.__with_libyaml__
    fast = read()
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert fast == read()
