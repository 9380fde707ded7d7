"""What is wrong with a pack, and what is only suspicious, for those who write one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from rules.lexicon import NOUNS
from rules.model import FactKind
from rules.pack import FactSpec, Pack, read_pack
from rules.packfile import Problem, Tree, read_yaml, short
from rules.packform import Form
from rules.packtests import FILE, read_tests
from rules.text import words

COMMON = frozenset(
    (
        "a about after again against all also an and another any are as at away back be because been before "
        "being best better between big both business but by can case change company country day down each "
        "early end even every few first for form free from full general get go going good government great "
        "group half has have head high his home hot how if important in into issue it its just key last late "
        "law leader less level like line local long low made main major make man many market matter million "
        "money more most much must name national need new news next no not now number of off official old on "
        "one only open or order other our out over own part party people per percent person place plan point "
        "policy political power present president price private program programme project public question "
        "real recent report right round same say second see set several short side situation small so some "
        "special state step still such system talk than that the their them then there these they thing this "
        "those three through time to today together too top town two under up use very vote war was way we "
        "week well what when where which while who whole will with without word work world would year years "
        "young"
    ).split()
)
"""Very common words of English news: a phrase of nothing else says nothing about what is meant."""
_KNOWN = (FactKind.DEAL, FactKind.TRUCE)
"""Kinds whose bare noun is known in an article about both sides: "the framework"."""
_LISTS = ("noun", "marks", "names", "without", "part")


def lint(folder: str | Path) -> list[Problem]:
    """Everything that is wrong with the pack in a folder, its feeds, history and tests included; empty where all is
    well."""
    return check(folder)[0]


def check(folder: str | Path) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with the pack in a folder, and what is suspicious. Warnings are told of a pack that can be read."""
    pack, problems = read_pack(Path(folder))
    if pack is None:
        return problems, []
    tests = read_tests(pack, Form(FILE, problems))
    if problems:
        return problems, []
    facts = _at(read_yaml(Path(folder) / "pack.yaml"), "facts")
    warnings: list[Problem] = []
    form = Form("pack.yaml", warnings)
    for spec in pack.facts.values():
        tree = _at(facts, spec.id)
        for key in _LISTS:
            items = form.items(tree.value[key]) if isinstance(tree.value, dict) and key in tree.value else []
            for item, message in (
                *_repeated(items, key),
                *_never(items, key, spec, pack),
                *_too_much(items, key, spec),
                *_mistyped(items, key),
            ):
                form.wrong(item, f"facts.{spec.id}.{key}", message)
        if spec.noun and not spec.marks and not spec.names and spec.kind not in _KNOWN:
            noun, field = _at(tree, "noun"), f"facts.{spec.id}.noun"
            form.wrong(noun, field, "never matches by itself: give marks, the words that stand beside it")
        for message in _by_verb_alone(spec):
            form.wrong(tree, f"facts.{spec.id}.marks", message)
        kinds = {test.kind == "none" for test in tests if test.fact == spec.id}
        for message in _untested(kinds):
            form.wrong(tree, f"facts.{spec.id}", message)
    return problems, sorted(warnings, key=lambda warning: warning.line)


def _at(tree: Tree, key: str) -> Tree:
    assert isinstance(tree.value, dict)
    return tree.value[key]


def _mistyped(items: Sequence[Tree], key: str) -> Iterator[tuple[Tree, str]]:
    """Nouns of the author's own that are a slip of the pen away from a family, or from a word of one."""
    known = {*NOUNS, *(word for family in NOUNS.values() for word in family.split("; "))}
    for item in items if key == "noun" else ():
        near = [] if item.raw in known else get_close_matches(item.raw.lower(), sorted(known), n=1, cutoff=0.85)
        if near:
            yield item, f"{short(item.raw)} is a word of your own, and of no family: did you mean {near[0]}?"


def _members(phrase: str) -> list[tuple[str, ...]]:
    """The words of each part of `a + b`, parties left out."""
    return [words(part) for part in phrase.split("+") if not part.strip().startswith("@")]


def _holds(long: Sequence[str], part: Sequence[str]) -> bool:
    """Whether one sequence of words stands inside another."""
    return any(long[k : k + len(part)] == part for k in range(len(long) - len(part) + 1))


def _repeated(items: Sequence[Tree], key: str) -> Iterator[tuple[Tree, str]]:
    """Phrases that are empty to the engine, or that find nothing which another one of their list does not find."""
    seen = [(item, words(item.raw)) for item in items]
    for at, (item, own) in enumerate(seen):
        if not own:
            yield item, f"{short(item.raw)} holds no word, so no text can match it: take it out"
            continue
        parts = _members(item.raw)
        for other, (second, theirs) in enumerate(seen):
            held = any(_holds(part, theirs) for part in parts)
            if not theirs or other == at or "+" in second.raw or "@" in second.raw or not held:
                continue
            if own == theirs:
                if other < at:
                    yield (
                        item,
                        f"{short(item.raw)} is {short(second.raw)} to the engine (case, hyphens): keep one of them",
                    )
            elif key != "noun":
                yield item, f"{short(item.raw)} adds nothing: {short(second.raw)} matches wherever it does"
                break


def _never(items: Sequence[Tree], key: str, spec: FactSpec, pack: Pack) -> Iterator[tuple[Tree, str]]:
    """Marks and names that hold what makes the fact another matter, and names that are another fact's first."""
    if key not in ("marks", "names"):
        return
    for item in items:
        for where, phrases in (("without", spec.without), ("others", pack.others)):
            shadow = next(
                (p for p in phrases for own in _members(item.raw) if words(p) and _holds(own, words(p))), None
            )
            if shadow:
                yield item, f"{short(item.raw)} never matches: it holds {short(shadow)} of {where}"
        if key == "names":
            for other in pack.facts.values():
                if other.id == spec.id:
                    break
                if words(item.raw) in map(words, other.names):
                    yield item, f"{short(item.raw)} never matches: it is a name of {other.id}, which comes first"


def _too_much(items: Sequence[Tree], key: str, spec: FactSpec) -> Iterator[tuple[Tree, str]]:
    """Names of common words, which nothing restricts; and marks of them where neither owner nor target does."""
    families = {words(noun)[0] for family in NOUNS.values() for noun in family.split("; ") if len(words(noun)) == 1}
    for item in items:
        own = words(item.raw)
        if key == "names" and own and COMMON | families >= set(own):
            yield item, f"{short(item.raw)} is in every other text, and a name needs no mark: make it longer, or a noun"
        if key == "marks" and own and not (spec.by or spec.on) and set(own) <= COMMON:
            yield item, f"{short(item.raw)} stands beside anything, and neither by nor on restricts it: choose another"


def _by_verb_alone(spec: FactSpec) -> Iterator[str]:
    """What a visit lacks to be found by "arrived in": who travels and where to, in one mark."""
    if spec.kind is FactKind.VISIT and spec.by is None and not any("+" in mark for mark in spec.marks):
        yield 'is found by its noun alone: give a mark of who travels and where to, as in marks: ["@one + @other"]'


def _untested(none: set[bool]) -> Iterator[str]:
    """What the tests of a fact lack. `none`: whether each of them expects nothing."""
    if not none:
        yield f"has no test in {FILE}: write a text that must raise it, and one that comes near and must not"
    elif False not in none:
        yield f"has no test in {FILE} that expects a change or a signal: write a text that must raise it"
    elif True not in none:
        yield f"has no test in {FILE} with kind: none: write a text that comes near and must raise nothing"
