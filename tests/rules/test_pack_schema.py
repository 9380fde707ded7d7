"""The JSON Schema of a pack: made of the loader's table, up to date, and no stricter or laxer than it can be."""

import re
from pathlib import Path
from typing import Any, ClassVar

import fastjsonschema
import pytest
import yaml

from rules.pack import FactSpec, installed_packs, load_pack
from rules.packkeys import FACT, STATE
from rules.packschema import SCHEMA_FILE, pack_schema, schema_text

DATA = Path(__file__).parents[1] / "data" / "packs"
VALIDATE = fastjsonschema.compile(pack_schema())
CASES = yaml.load((DATA / "pack.yaml").read_text("utf-8"), yaml.CSafeLoader)
ONLY_THE_LOADER_KNOWS = {
    "an unknown topic",
    "an unknown party",
    "a mark that stands for a party which is none",
    "a day that is not in the calendar",
    "a value in a unit that the fact does not have",
    "a key that stands twice",
    "a fact that stands twice",
    "a baseline article that is not there",
    "a baseline article outside the folder",
    "an alias, which could blow up",
    "a country whose code YAML reads as no",
}
"""What no schema can say, or what is a text in YAML 1.2 and something else in 1.1."""


class Editor(yaml.SafeLoader):
    """YAML 1.2, as editors read it: days are texts, and so are `on` and `no`."""

    yaml_implicit_resolvers: ClassVar = {
        first: [
            (tag, shape if not tag.endswith(":bool") else re.compile("true|false"))
            for tag, shape in resolvers
            if not tag.endswith(":timestamp")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def plain(text: str) -> Any:
    return yaml.load(text, Editor)


def accepts(data: Any) -> bool:
    try:
        VALIDATE(data)
    except fastjsonschema.JsonSchemaException:
        return False
    return True


def test_the_schema_file_is_up_to_date() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == schema_text(), "deltawire pack schema > rules/pack.schema.json"


@pytest.mark.parametrize("name", installed_packs())
def test_every_installed_pack_fits_the_schema_and_names_it_to_editors(name: str) -> None:
    text = (load_pack(name).path / "pack.yaml").read_text("utf-8")
    assert accepts(plain(text))
    (named,) = re.findall(r"\A# yaml-language-server: \$schema=(\S+)\n", text)
    assert (load_pack(name).path / named).resolve() == SCHEMA_FILE


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_what_the_loader_refuses_the_schema_refuses_where_it_can(case: dict[str, str]) -> None:
    text = (DATA / "good/pack.yaml").read_text("utf-8")
    assert accepts(plain(text))
    try:
        data = plain(text.replace(case["find"], case["put"], 1))
    except yaml.YAMLError:
        return  # no YAML at all: the editor tells that by itself
    assert accepts(data) is (case["case"] in ONLY_THE_LOADER_KNOWS)


def test_the_table_of_keys_has_what_a_fact_and_a_state_are_made_of() -> None:
    assert set(FACT) | {"id"} == set(FactSpec.__dataclass_fields__)
    assert list(STATE) == ["status", "value", "effective", "until"]
    assert all(key.doc.endswith(".") for key in FACT.values())
