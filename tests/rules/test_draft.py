"""A first pack out of a baseline article: what it finds, and that whatever it writes loads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rules.draft import DraftError, draft
from rules.model import Article, SourceKind, State
from rules.pack import Pack, load_pack
from rules.packlint import lint

ROOT = Path(__file__).parents[2]
WHEAT = (ROOT / "tests/data/draft/wheat.txt").read_text("utf-8")
REAL = ROOT.parent / "shared/baseline/article-2025-10-27.txt"
ITEMS = ROOT / "tests/data/eval/story.jsonl"


def drafted(text: str, day: str, folder: Path) -> Pack:
    title, _, body = text.partition("\n")
    published = datetime.fromisoformat(day).replace(tzinfo=UTC)
    files = draft(Article("a", "", SourceKind.OUTLET, "", published, title, body), "a-story")
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8")
    assert lint(folder) == []
    return load_pack(folder)


def states(pack: Pack) -> dict[str, dict[str, object]]:
    return {fact: spec.record.to_json() for fact, spec in pack.facts.items()}


def test_an_article_gives_its_facts_with_values_and_days(tmp_path: Path) -> None:
    pack = drafted(WHEAT, "2026-04-13", tmp_path)

    assert states(pack) == {
        "ferreyra_prado_meeting": {"status": "scheduled", "effective": "2026-05-22"},
        "brazil_wheat_tariff": {"status": "threatened", "value": {"percent": 15}, "effective": "2026-06-01"},
        "argentina_beef_ban": {"status": "in_force", "until": "2026-06-30"},
        "brazil_argentina_energy_deal": {"status": "framework"},
        "brazil_corn_purchases": {"status": "agreed", "value": {"tonnes": 2_000_000}},
        "brazil_lorry_drivers_controls": {"status": "announced", "effective": "2026-07-15"},
    }
    assert pack.title == "Argentina and Brazil look for a way out of the wheat quarrel"
    tariff, corn = pack.facts["brazil_wheat_tariff"], pack.facts["brazil_corn_purchases"]
    assert (tariff.by, tariff.on, tariff.noun, tariff.marks) == ("brazil", "argentina", ("tariff",), ("wheat",))
    assert (corn.by, corn.on, corn.unit) == ("brazil", "argentina", ("tonnes",))
    assert pack.facts["ferreyra_prado_meeting"].title == "Meeting of Ferreyra and Prado in Montevideo"


def test_an_article_gives_its_sides_their_leaders_and_who_decides(tmp_path: Path) -> None:
    parties = drafted(WHEAT, "2026-04-13", tmp_path).parties

    assert {"Argentina", "Argentine", "Buenos Aires"} <= set(parties["argentina"].names)
    assert set(parties["argentina"].deciders) == {"Lucía Ferreyra", "Ferreyra", "Ministry of Economy"}
    assert set(parties["brazil"].deciders) == {"Otávio Prado", "Prado", "Helena Couto", "Couto"}
    assert parties["ferreyra"].names == ("Lucía Ferreyra", "Ferreyra")
    assert parties["prado"].names == ("Otávio Prado", "Prado")


def test_what_is_denied_is_no_status_and_what_is_off_is_suspended(tmp_path: Path) -> None:
    text = (ROOT / "docs/examples/pipeline.txt").read_text("utf-8")
    found = states(drafted(text, "2026-04-20", tmp_path))
    assert found["kenya_uganda_pipeline_deal"] == {"status": "framework"}  # "has never been signed"
    assert found["uganda_drilling_controls"] == {"status": "suspended", "until": "2026-06-30"}


def test_every_fact_stands_under_the_sentences_it_rests_on(tmp_path: Path) -> None:
    drafted(WHEAT, "2026-04-13", tmp_path)
    above, _, _ = (tmp_path / "pack.yaml").read_text("utf-8").partition("  argentina_beef_ban:\n")
    assert above.splitlines()[-2:] == [
        "  # “Argentina, which fears for its own dinner tables, banned exports of beef in March.",
        "  # “The ban is in force until 30 June.",
    ]


def test_a_day_that_belongs_to_no_fact_is_told_at_the_end(tmp_path: Path) -> None:
    drafted(WHEAT + "\nElections in Brazil follow on 4 October.\n", "2026-04-13", tmp_path)
    end = (tmp_path / "pack.yaml").read_text("utf-8").splitlines()[-2:]
    assert end == ["# 2026-10-04 is in no fact yet:", "# “Elections in Brazil follow on 4 October."]


def test_an_article_without_facts_is_told(tmp_path: Path) -> None:
    with pytest.raises(DraftError, match="no fact was found"):
        drafted("It rained in Brazil.\nIt rained in Argentina as well.", "2026-04-13", tmp_path)


def test_an_article_without_countries_gives_facts_to_be_marked(tmp_path: Path) -> None:
    pack = drafted("Ports\nTruckers have agreed a truce until 15 May. A deal is close.", "2026-04-21", tmp_path)
    assert (dict(pack.parties), pack.facts["truce"].marks) == ({}, ())
    assert states(pack) == {"truce": {"status": "agreed", "until": "2026-05-15"}, "deal": {}}
    assert "    # marks: what tells it apart?\n" in (tmp_path / "pack.yaml").read_text("utf-8")


def test_whatever_is_drafted_loads(tmp_path: Path) -> None:
    """Any texts: those of the development story, each by itself and all in one."""
    texts = [f"{item['title']}\n{item['text']}" for item in map(json.loads, ITEMS.read_text("utf-8").splitlines())]
    texts.append("Ports\nMinister Ana Šebest said that a deal is close, and President Ana Lee that a truce was agreed.")
    texts.append(
        "Two\nChinese President Li and US President Li, and Premier China Łęź are to meet on Friday on 10% on fish."
    )
    odd = 'On "Yes" - no: #1\nThe U.S. said: "no"; on Monday Iran [sic] agreed to buy {all} 5 tonnes of *oil* & more.'
    drafts = 0
    for text in [*texts, "\n".join(texts), odd, *(text.upper() for text in texts[:9])]:
        try:
            drafted(text, "2025-11-01", tmp_path)
            drafts += 1
        except DraftError:
            continue
    assert drafts > len(texts) / 2


@pytest.mark.shared
@pytest.mark.skipif(not REAL.exists(), reason=f"the first baseline article is not there: {REAL}")
def test_the_first_baseline_article_gives_its_facts(tmp_path: Path) -> None:
    pack = drafted(REAL.read_text("utf-8"), "2025-10-27", tmp_path)
    records = [spec.record for spec in pack.facts.values()]
    titles = [spec.title for spec in pack.facts.values()]
    found = {
        "100 percent": any(record.value == {"percent": 100} for record in records),
        "1 November": day("effective", "2025-11-01") in map(start, records),
        "rare earths": any("rare earth" in spec.marks for spec in pack.facts.values()),
        "1 December": day("effective", "2025-12-01") in map(start, records),
        "the meeting": any(spec.marks == ("@trump + @xi",) for spec in pack.facts.values()),
        "its day": day("effective", "2025-10-30") in map(start, records),
        "its place": any("Gyeongju" in title for title in titles),
        "farm purchases": any("agricultural products" in title for title in titles),
        "the framework": any(record == State.from_json({"status": "framework"}) for record in records),
        "Trump": "Donald Trump" in pack.parties["trump"].names,
        "Xi": "Xi Jinping" in pack.parties["xi"].names,
    }
    assert sum(found.values()) >= 8, found
    assert len(pack.facts) <= 8


def start(state: State) -> State:
    return State(effective=state.effective)


def day(field: str, value: str) -> State:
    return State.from_json({field: value})
