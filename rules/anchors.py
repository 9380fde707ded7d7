"""One automaton over the anchors of every story in use: whichever of them asks, a text is passed over once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from weakref import WeakKeyDictionary

import ahocorasick_rs

from rules.text import fold


class Anchors:
    """Phrases by their owners, and which owners have a phrase in a text.

    An owner is held weakly: one that nobody uses any more takes its phrases with it when the automaton is next built,
    that is, when another one comes. Built once for all, it costs a text hardly more than that of one owner.
    """

    def __init__(self) -> None:
        self._phrases: WeakKeyDictionary[Hashable, frozenset[str]] = WeakKeyDictionary()
        self._built: tuple[ahocorasick_rs.AhoCorasick, list[tuple[Hashable, ...]]] | None = None
        self._last: tuple[str, set[Hashable]] = "", set()

    def add(self, owner: Hashable, phrases: Iterable[str]) -> None:
        """Take up the folded phrases of an owner."""
        self._phrases[owner] = frozenset(phrases)
        self._built, self._last = None, ("", set())

    def owners(self, text: str) -> set[Hashable]:
        """The owners of all phrases that stand in a text, whatever its case, quotes and hyphens.

        The answer for the last text is kept, because every story asks for the same article in turn.
        """
        last, found = self._last
        if text != last:
            found = self._find(fold(text).replace("-", " "))
            self._last = text, found
        return found

    def _find(self, folded: str) -> set[Hashable]:
        automaton, owners = self._built or self._build()
        if not folded.isascii():  # a lone surrogate is in no phrase, and the automaton takes none
            folded = folded.encode("utf-8", "replace").decode("utf-8")
        found = {index for index, _, _ in automaton.find_matches_as_indexes(folded, overlapping=True)}
        return {owner for index in found for owner in owners[index]}

    def _build(self) -> tuple[ahocorasick_rs.AhoCorasick, list[tuple[Hashable, ...]]]:
        by_phrase: dict[str, list[Hashable]] = {}
        for owner, phrases in list(self._phrases.items()):
            for phrase in phrases:
                by_phrase.setdefault(phrase, []).append(owner)
        ordered = sorted(by_phrase)
        self._built = ahocorasick_rs.AhoCorasick(ordered), [tuple(by_phrase[phrase]) for phrase in ordered]
        return self._built


ANCHORS = Anchors()
"""Those of all lexicons in use."""
