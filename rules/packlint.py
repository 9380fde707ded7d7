"""What is wrong with a pack, for those who write one."""

from __future__ import annotations

from pathlib import Path

from rules.pack import read_pack
from rules.packfile import Problem
from rules.packform import Form
from rules.packtests import FILE, read_tests


def lint(folder: str | Path) -> list[Problem]:
    """Everything that is wrong with the pack in a folder, its feeds, history and tests included; empty where all is
    well."""
    pack, problems = read_pack(Path(folder))
    if pack is not None:
        read_tests(pack, Form(FILE, problems))
    return problems
