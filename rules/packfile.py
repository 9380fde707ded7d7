"""The files of a pack as trees that remember their lines, and problems worded for the person who wrote them.

YAML is composed, never constructed: tags, anchors and aliases are refused, so a pack can hold nothing but plain data.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

MAX_BYTES = 512 * 1024
"""More than a pack file of a thousand facts holds; beyond it somebody named the wrong file."""
MAX_DEPTH = 12

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a pack."""

    file: str
    """The file's name within the pack's folder."""
    line: int
    """From 1; 0 where it is the whole file that is wrong."""
    field: str
    """The path of the field, such as `facts.tariff_truce.record.until`; empty for the whole file."""
    message: str
    """What is wrong, and what would be right."""

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def said(self) -> str:
        """Field and message."""
        return f"{self.field}: {self.message}" if self.field else self.message

    def __str__(self) -> str:
        return f"{self.place}: {self.said}"


_DISPUTED = frozenset("\t?\ufeff")
"""Characters that libyaml lets pass in places where `_Loader` does not."""


class UnreadableError(Exception):
    """A file, or one line of it, cannot be read at all."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Tree:
    """One value of a file, with the line where it stands."""

    value: Scalar | list[Tree] | dict[str, Tree]
    line: int
    raw: str = ""
    """A scalar as it was written."""
    twice: tuple[tuple[str, int], ...] = ()
    """Keys of a mapping that came again, with the line of the repetition."""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        match self.value:
            case dict():
                return "a mapping of keys to values"
            case list():
                return "a list"
            case None:
                return "nothing"
            case bool():
                return f"{self.raw!r}, which YAML reads as yes or no (write it in quotes if it is a word)"
            case str():
                return f"the text {short(self.raw)}"
            case _:
                return f"the number {self.raw}"


def short(text: str) -> str:
    """A text as it is shown in a message: in quotes, and not longer than a line."""
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def choice(word: str, known: Collection[str], what: str) -> str:
    """Says that `word` is none of `known`, and what was perhaps meant. `what` is the plural: "statuses"."""
    near = get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"{short(word)} is none of the {what} known here.{meant} Known: {', '.join(sorted(known))}"


def read_text(path: Path) -> str:
    """The text of a file. Raises UnreadableError where it is missing, empty, too large or not UTF-8."""
    try:
        if path.stat().st_size > MAX_BYTES:
            size = f"{MAX_BYTES // 1024} KB"
            raise UnreadableError(0, f"is larger than {size}, more than a pack needs: is it the right file?")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError(0, "is missing") from None
    except OSError as error:
        raise UnreadableError(0, f"cannot be read: {error.strerror or error}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(line, f"is not UTF-8 (byte 0x{data[error.start]:02x}): save the file as UTF-8") from None
    if not text.strip():
        raise UnreadableError(0, "is empty")
    return text


def read_yaml(path: Path) -> Tree:
    """A YAML file as a tree. Raises UnreadableError with the line of the first thing that is no plain YAML."""
    text = read_text(path)
    try:
        node = _composed(text)
        if node is None:
            raise UnreadableError(0, "holds nothing but comments")
        return _tree(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(
            mark.line + 1 if mark else 0, f"is not valid YAML: {error.problem}. {_hint(error.problem)}".strip()
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableError(
            line, f"holds the character {error.character:#04x}, which YAML does not allow: take it out"
        ) from None


def read_json_lines(path: Path) -> Iterator[Tree | UnreadableError]:
    """The lines of a JSON Lines file, empty ones left out; an error in the place of a line that is none."""
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            try:
                yield _json_tree(json.loads(line, object_pairs_hook=_pairs), number)
            except json.JSONDecodeError as error:
                yield UnreadableError(number, f"is not valid JSON: {error.msg} (column {error.colno})")
            except RecursionError:
                yield UnreadableError(number, "is nested too deeply")


def _composed(text: str) -> yaml.Node | None:
    """The document, by libyaml where it is there, which is ten times as fast. What is wrong is told by `_Loader`."""
    if yaml.__with_libyaml__ and _DISPUTED.isdisjoint(text):
        with suppress(yaml.YAMLError):
            if _is_plain(text):
                return yaml.compose(text, Loader=yaml.CSafeLoader)
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _is_plain(text: str) -> bool:
    """Whether `_Loader` would refuse nothing of it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent) or (isinstance(event, yaml.NodeEvent) and event.anchor):
            return False
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            if event.tag or depth > MAX_DEPTH:
                return False
            depth += isinstance(event, yaml.CollectionStartEvent)
    return True


class _Loader(yaml.SafeLoader):
    """Refuses what a pack has no use for: aliases (which can blow up), tags, and nesting without end."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise yaml.MarkedYAMLError(problem="packs use no aliases (& and *)", problem_mark=event.start_mark)
        if event.tag:
            raise yaml.MarkedYAMLError(problem="packs use no tags (!)", problem_mark=event.start_mark)
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


_HINTS = {
    "found character '\\t'": "Indent with spaces, not with tabs.",
    "mapping values are not allowed": "Put a text that holds a colon in quotes, and check the indentation.",
    "could not find expected ':'": "Is a colon missing after a key?",
    "expected <block end>": "Check the indentation of this line and of those above it.",
    "but found another document": "One file holds one document: take out the line ---.",
    "found unexpected end of stream": "Is a closing quote or bracket missing?",
}


def _hint(problem: str | None) -> str:
    return next((hint for start, hint in _HINTS.items() if start in (problem or "")), "")


_CONSTRUCT = {
    "tag:yaml.org,2002:int": SafeConstructor.construct_yaml_int,
    "tag:yaml.org,2002:float": SafeConstructor.construct_yaml_float,
    "tag:yaml.org,2002:bool": SafeConstructor.construct_yaml_bool,
    "tag:yaml.org,2002:null": SafeConstructor.construct_yaml_null,
}


def _tree(node: yaml.Node) -> Tree:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        fields: dict[str, Tree] = {}
        twice = []
        for key, value in node.value:
            name, at = (str(key.value) if isinstance(key, yaml.ScalarNode) else "?"), key.start_mark.line + 1
            if name in fields:
                twice.append((name, at))
            else:
                fields[name] = replace(_tree(value), line=at)  # a person looks for the key
        return Tree(fields, line, twice=tuple(twice))
    if isinstance(node, yaml.SequenceNode):
        return Tree([_tree(item) for item in node.value], line)
    assert isinstance(node, yaml.ScalarNode)
    construct = _CONSTRUCT.get(node.tag)
    try:
        return Tree(construct(SafeConstructor(), node) if construct else str(node.value), line, str(node.value))
    except ValueError:  # a number only by its tag or by its colons, such as 0x
        return Tree(str(node.value), line, str(node.value))


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON before its double keys are lost."""


def _pairs(pairs: list[tuple[str, Any]]) -> _Pairs:
    return _Pairs(pairs)


def _json_tree(value: Any, line: int) -> Tree:
    if isinstance(value, _Pairs):
        names = [name for name, _ in value]
        twice = tuple((name, line) for name in dict.fromkeys(names) if names.count(name) > 1)
        return Tree({name: _json_tree(item, line) for name, item in value}, line, twice=twice)
    if isinstance(value, list):
        return Tree([_json_tree(item, line) for item in value], line)
    return Tree(value, line, value if isinstance(value, str) else json.dumps(value))
