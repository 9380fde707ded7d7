"""How much of its words one article shares with another."""

from __future__ import annotations

import pytest

from worker.likeness import FEWEST, Sketch, bands, likeness, relation, shingles

WIRE = (
    "Dockers in the northern port went back to work on Monday after the union and the harbour board had settled on a "
    "pay rise of four percent. The strike had lasted nine days. Forty ships were waiting in the bay when it ended, "
    "and the board said that the last of them would be unloaded by the weekend. Neither side would say who gave way."
)
BRIEF = WIRE[: WIRE.index(" Neither")]
OWN = (
    "The strike in the northern port is over. Cranes began to move at dawn on Monday, nine days after the union had "
    "walked out, and a pay rise of four percent has been agreed. A harbour pilot counted forty ships at anchor. "
    "Shopkeepers who had run short of fruit expect the shelves to fill again before Sunday, one of them told us."
)


def like(one: str, other: str, *, title: str = "Port strike ends") -> float:
    return likeness(shingles(title, one), shingles(title, other))


def test_case_punctuation_and_spaces_make_no_other_article() -> None:
    assert like(WIRE, WIRE.upper().replace(". ", " –\n\n")) == 1.0


def test_one_number_changed_leaves_a_copy() -> None:
    assert relation(like(WIRE, WIRE.replace("four percent", "six percent"))) == "copy"


def test_what_was_cut_off_at_the_end_leaves_a_copy_of_what_is_there() -> None:
    assert like(WIRE, BRIEF) == 1.0


def test_an_article_of_which_half_is_new_is_a_rewrite() -> None:
    other = BRIEF + " " + OWN[OWN.index("A harbour") :]
    assert relation(like(WIRE, other)) == "rewrite"


def test_another_article_on_the_same_subject_is_neither() -> None:
    assert relation(like(WIRE, OWN)) is None
    assert like(WIRE, OWN) < 0.2


@pytest.mark.parametrize(
    ("share", "what"), [(1, "copy"), (0.9, "copy"), (0.89, "rewrite"), (0.5, "rewrite"), (0.49, None)]
)
def test_where_a_copy_begins_and_where_a_rewrite_does(share: float, what: str | None) -> None:
    assert relation(share) == what


def test_a_text_that_says_too_little_is_like_no_other() -> None:
    short = " ".join(f"word{n}" for n in range(FEWEST + 1))
    assert shingles("", short) == frozenset()
    assert len(shingles("", short + " more")) == FEWEST
    assert (likeness(shingles("", short), shingles("", short)), bands("ports", shingles("", short))) == (0.0, ())


def test_articles_that_share_most_of_their_words_share_a_band_and_others_share_none() -> None:
    wire, brief, own = (set(Sketch.of("ports", "Port strike ends", text).bands) for text in (WIRE, BRIEF, OWN))
    assert len(wire) == len(own) == 24
    assert wire & brief
    assert not wire & own


def test_bands_are_the_same_in_every_process_and_others_in_another_story() -> None:
    runs = shingles("Port strike ends", WIRE)
    assert bands("ports", runs)[0] == 7481692591413927961
    assert not set(bands("ports", runs)) & set(bands("cranes", runs))


def test_words_in_any_script_and_broken_text_have_bands() -> None:
    assert bands("ports", shingles("港口\ud800", " ".join(f"слово{n}\x00 é{n}" for n in range(20))))
