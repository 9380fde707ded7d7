"""The fields of a pack, checked: each reader takes what can be used and notes what is wrong, so one look shows all."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from datetime import date
from urllib.parse import urlsplit

from rules.model import FactKind, PartialDate, State, Status
from rules.packfile import Problem, Tree, UnreadableError, choice, short
from rules.packkeys import ID_PATTERN, REGEX_PATTERN, STATE, UNIT_PATTERN, UNITS, split

Fields = dict[str, Tree]

_UNIT, _REGEX, _NAME = re.compile(UNIT_PATTERN), re.compile(REGEX_PATTERN), re.compile(ID_PATTERN)


class Form:
    """Reads the fields of one file, and collects its problems."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def wrong(self, at: Tree | int, field: str, message: str) -> None:
        """Note a problem at a value or a line."""
        self.problems.append(Problem(self.file, at if isinstance(at, int) else at.line, field, message))

    def unreadable(self, error: UnreadableError) -> None:
        """Note that the file, or a line of it, cannot be read."""
        self.wrong(error.line, "", error.message)

    def mapping(self, tree: Tree, field: str) -> Fields:
        """The mapping at `tree`; an empty one, and a problem, where it is something else. Double keys are problems."""
        for key, line in tree.twice:
            self.wrong(line, _join(field, key), f"stands twice (first in line {_first(tree, key)}): keep one of them")
        if isinstance(tree.value, dict):
            return tree.value
        self.wrong(tree, field, f"should be a mapping of keys to values, and is {tree.kind}")
        return {}

    def fields(self, tree: Tree, field: str, required: Collection[str], optional: Collection[str] = ()) -> Fields:
        """The mapping at `tree`, without keys that mean nothing here. Unknown and missing keys are problems."""
        found = self.mapping(tree, field)
        known = (*required, *optional)
        for key, value in found.items():
            if key not in known:
                self.wrong(value, _join(field, key), choice(key, known, "keys"))
        if isinstance(tree.value, dict):
            for key in required:
                if key not in found:
                    self.wrong(tree, _join(field, key), "is missing")
        return {key: value for key, value in found.items() if key in known}

    def items(self, tree: Tree | None) -> list[Tree]:
        """The list at `tree`, or the single value as a list of one."""
        if tree is None or tree.value is None:
            return []
        return tree.value if isinstance(tree.value, list) else [tree]

    def text(self, tree: Tree | None, field: str) -> str:
        """A text that is not empty; numbers and days are taken as they are written."""
        if tree is None:
            return ""
        if isinstance(tree.value, (dict, list, bool)) or tree.value is None:
            self.wrong(tree, field, f"should be a text, and is {tree.kind}")
            return ""
        if not tree.raw.strip():
            self.wrong(tree, field, "should be a text, and is empty")
        return tree.raw.strip()

    def texts(self, tree: Tree | None, field: str) -> tuple[str, ...]:
        """One text or a list of texts."""
        return tuple(self.text(item, field) for item in self.items(tree))

    def phrases(self, tree: Tree | None, field: str) -> tuple[str, ...]:
        """Plain phrases. They are looked for as they stand, so a regular expression is refused."""
        for item in self.items(tree):
            if isinstance(item.value, str) and (sign := _REGEX.search(item.raw)):
                self.wrong(
                    item,
                    field,
                    f"{short(item.raw)} holds {short(sign[0])}, as a regular expression would. Phrases are plain text: "
                    'write out each form in the list, and "a + b" where both must be there',
                )
        return self.texts(tree, field)

    def name(self, key: str, at: Tree, field: str) -> None:
        """An id: small letters, figures, and - or _ between them."""
        if not _NAME.fullmatch(key):
            self.wrong(at, field, f"{short(key)} is no id: use small letters, figures and _ or -, such as tariff_truce")

    def one_of(self, tree: Tree | None, field: str, known: Collection[str], what: str) -> str:
        """One of a few words; an empty text where it is none of them. `what`: the plural, for the message."""
        word = self.text(tree, field)
        if tree is None or not word or word in known:
            return word
        self.wrong(tree, field, choice(word, known, what))
        return ""

    def day(self, tree: Tree | None, field: str) -> date | None:
        """A day, such as 2026-04-13."""
        when = self.when(tree, field)
        if tree is not None and when and not when.exact:
            self.wrong(tree, field, f"{short(tree.raw)} should be a day, such as 2026-04-13")
        return when.exact if when else None

    def when(self, tree: Tree | None, field: str) -> PartialDate | None:
        """A day, a month or a year."""
        word = self.text(tree, field)
        if tree is None or not word:
            return None
        try:
            return PartialDate.parse(word)
        except ValueError as error:
            reason = str(error) if "is not a date" in str(error) else f"{short(word)} is not in the calendar: {error}"
            self.wrong(tree, field, reason)
            return None

    def yes(self, tree: Tree | None, field: str, default: bool) -> bool:
        """`true` or `false`."""
        if tree is None:
            return default
        if not isinstance(tree.value, bool):
            self.wrong(tree, field, f"should be true or false, and is {tree.kind}")
            return default
        return tree.value

    def whole(self, tree: Tree | None, field: str, default: int, least: int, most: int) -> int:
        """A whole number between `least` and `most`."""
        if tree is None:
            return default
        if not isinstance(tree.value, int) or isinstance(tree.value, bool) or not least <= tree.value <= most:
            self.wrong(tree, field, f"should be a whole number from {least} to {most}, and is {tree.kind}")
            return default
        return tree.value

    def whole_key(self, key: str, at: Tree, field: str, most: int) -> int:
        """A key that is a whole number from 1 to `most`."""
        if key.isdecimal() and 1 <= int(key) <= most:
            return int(key)
        self.wrong(at, field, f"{short(key)} should be a whole number from 1 to {most}")
        return 1

    def unit(self, tree: Tree, word: str, field: str, allowed: Collection[str] = ()) -> None:
        """A unit: one of `allowed` where a fact names its own, or any that is known."""
        if allowed and word not in allowed:
            self.wrong(tree, field, choice(word, allowed, "units"))
        elif not _UNIT.fullmatch(word):
            self.wrong(tree, field, choice(word, UNITS, "units") + "; and rates of these, such as tonnes_per_year")

    def state(self, tree: Tree | None, field: str, kind: FactKind | None, units: Collection[str] = ()) -> State:
        """Where a fact stands: status (one that its kind can have), value, effective, until."""
        if tree is None:
            return State()
        found = self.fields(tree, field, *split(STATE))
        statuses = [status.value for status in (kind.statuses if kind else Status)]
        of = f"statuses of a {kind.value}" if kind else "statuses"
        status = self.one_of(found.get("status"), f"{field}.status", statuses, of)
        return State(
            status=Status(status) if status else None,
            value=self._value(found["value"], f"{field}.value", units) if "value" in found else None,
            effective=self.when(found.get("effective"), f"{field}.effective"),
            until=self.when(found.get("until"), f"{field}.until"),
        )

    def _value(self, tree: Tree, field: str, units: Collection[str]) -> dict[str, float] | None:
        if not isinstance(tree.value, dict):
            self.wrong(tree, field, f"should name a unit, such as {{percent: 10}}, and is {tree.kind}")
            return None
        amounts = {}
        for unit, amount in self.mapping(tree, field).items():
            self.unit(amount, unit, f"{field}.{unit}", units)
            number = _number(amount)
            if number is None:
                self.wrong(amount, f"{field}.{unit}", f"should be a number, and is {amount.kind}")
            else:
                amounts[unit] = number
        return amounts or None

    def url(self, tree: Tree | None, field: str) -> str:
        """An http(s) address of a host, without a user name or password in it."""
        word = self.text(tree, field)
        if tree is None or not word:
            return ""
        try:
            parts = urlsplit(word)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", word)
            secret = parts.username is not None or parts.password is not None
        except ValueError:
            good = secret = False
        if secret:
            self.wrong(tree, field, "holds a user name or password; a pack is no place for them")
        elif not good:
            self.wrong(tree, field, f"{short(word)} is no address: write https:// (or http://) and a host")
        return word


def _number(tree: Tree) -> float | None:
    """A finite number. YAML takes 5e9 for a text; a person does not."""
    if isinstance(tree.value, bool):
        return None
    try:
        number = float(tree.value) if isinstance(tree.value, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return tree.value if isinstance(tree.value, int) else number


def _join(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key


def _first(tree: Tree, key: str) -> int:
    return tree.value[key].line if isinstance(tree.value, dict) else tree.line
