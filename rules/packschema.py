"""The JSON Schema of `pack.yaml`, for editors: made of the loader's own table of keys (`rules.packkeys`)."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

from rules.lexicon import NOUNS
from rules.packkeys import PACK, Schema, mapping

SCHEMA_FILE = Path(__file__).parent / "pack.schema.json"


def pack_schema() -> Schema:
    """The schema, of draft 7, which editors read."""
    schema = deepcopy(mapping(PACK))
    noun = schema["properties"]["facts"]["additionalProperties"]["properties"]["noun"]
    for choice in (noun["anyOf"][0], noun["anyOf"][1]["items"]):
        choice["examples"] = sorted(NOUNS)  # families to complete; other words may stand there too
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "A rule pack of Deltawire", **schema}


def schema_text() -> str:
    """The schema as it is kept in `pack.schema.json`."""
    return json.dumps(pack_schema(), indent=1, ensure_ascii=False) + "\n"
