"""Folding, tokens, sentences: lengths stay, spans index the original."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Article, SourceKind
from rules.text import MAX_CHARS, MAX_SENTENCE, fold, full_text, sentences, tokenize, words


def article(text: str, title: str = "A headline") -> Article:
    published = datetime(2025, 10, 29, 12, tzinfo=UTC)
    return Article("1", "East Gate Daily", SourceKind.WIRE, "https://gate.example/1", published, title, text)


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("raw", "low"),
    [
        ("The US and the U.S. agreed", "the u.s and the u.s agreed"),
        ("let us go", "let us go"),
        ("25 per cent", "25 %"),
        ("a hundred percent", "100 %"),
        ("rare-earth rules", "rare earth rules"),
        ("in May", "in may."),
        ("it may", "it may"),
        ("won’t", "won't"),
        ("Beijing’s “truce”", 'beijing \'s " truce "'),
        ("Trump – Xi", "trump — xi"),
        ("<b>cut</b>&nbsp;it", "cut it"),
    ],
)
def test_tokens_are_words_of_one_spelling(raw: str, low: str) -> None:
    assert " ".join(words(raw)) == low


@given(st.text(), st.integers(0, 50))
def test_tokens_stand_in_order_where_they_say(raw: str, offset: int) -> None:
    tokens = tokenize(raw, offset)
    edges = [edge for token in tokens for edge in (token.start, token.end)]
    assert edges == sorted(edges)
    assert all(offset <= edge <= offset + len(raw) for edge in edges)


@given(st.text(), st.text())
def test_sentences_are_slices_of_title_and_text(title: str, text: str) -> None:
    item = article(text, title)
    for sentence in sentences(item):
        assert full_text(item)[sentence.start : sentence.end] == sentence.raw


def test_the_headline_comes_first_and_is_marked() -> None:
    found = sentences(article("One thing. Another thing."))
    assert [(s.raw, s.title) for s in found] == [("A headline", True), ("One thing.", False), ("Another thing.", False)]


def test_per_cent_with_its_full_stop_ends_a_sentence() -> None:
    found = sentences(article("The rate is 10 per cent. The Chinese rate is 20 per cent."))
    assert [s.raw for s in found[1:]] == ["The rate is 10 per cent.", "The Chinese rate is 20 per cent."]


def test_a_transcript_has_speakers_and_questions() -> None:
    found = sentences(article("Q: Will it end?\nSECRETARY BESSENT: It will end.\n\nThat was all."))
    assert [(s.speaker, s.question) for s in found[1:]] == [("q", True), ("secretary bessent", False), (None, False)]


def test_a_text_without_an_end_is_cut_into_pieces() -> None:
    found = sentences(article("tariff " * 40_000))
    assert found[-1].end <= MAX_CHARS
    assert max(len(s.raw) for s in found) <= MAX_SENTENCE
