"""A new pack: a commented example that lints clean and passes its tests, to be changed step by step."""

from __future__ import annotations

import re
from pathlib import Path

from rules.packkeys import ID_PATTERN
from rules.packschema import schema_text

SKELETON = Path(__file__).parent / "skeleton"
SCHEMA_NAME = "pack.schema.json"
"""Beside a pack's `pack.yaml`, where its first line names it to editors."""
EDITORS = f"# yaml-language-server: $schema=./{SCHEMA_NAME}\n"
_ID = "example-story"


def skeleton(story: str) -> dict[str, str]:
    """The files of a new pack by name, for a story with this id."""
    files = {path.name: path.read_text("utf-8") for path in sorted(SKELETON.iterdir())}
    files["pack.yaml"] = files["pack.yaml"].replace(f"story: {_ID}", f"story: {story}")
    return {**files, SCHEMA_NAME: schema_text()}


def story_id(name: str) -> str:
    """An id out of any words: "My Packs: Fish" gives my-packs-fish; an empty text where there is no letter."""
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
    return found if re.fullmatch(ID_PATTERN, found) else ""
