from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from worker import log


@pytest.fixture(autouse=True)
def _the_root_logger_is_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:hunter2@h:6379/0", "redis://…@h:6379/0"),
        ("postgresql://u:hunter2@db/x is down", "postgresql://…@db/x is down"),
        ("GET https://h/x?a=1&token=hunter2&b=2", "GET https://h/x?a=1&token=…&b=2"),
        ("https://h/unsubscribe/sub_1/hunter2", "https://h/unsubscribe/sub_1/…"),
        ("signed with whsec_aHVudGVyMg==", "signed with whsec_…"),
        ("Authorization: Bearer hunter2hunter2", "Authorization: Bearer …"),
        ("mail to ann.lee@example.org", "mail to a…@example.org"),
        ("https://news.example/2025/10/story", "https://news.example/2025/10/story"),
        ("a 20% tariff @ 10 November", "a 20% tariff @ 10 November"),
    ],
)
def test_what_is_secret_in_a_text_is_hidden_and_the_rest_stays(text: str, shown: str) -> None:
    assert log.redact(text) == shown


def test_of_a_subscribers_address_a_log_shows_only_where_it_leads() -> None:
    assert log.redact_address("https://u:p@hooks.example.org/services/T1/secret") == "https://hooks.example.org/…"
    assert log.redact_address("ann@example.org") == "a…@example.org"


def test_a_json_line_hides_values_under_telling_names_and_secrets_in_any_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.set_up("info", "json")
    log.get("test").info("sent", smtp_password="hunter2", to={"token": "hunter2"}, via=["redis://x:hunter2@h"], n=3)
    logging.getLogger("celery").warning("lost %s", "redis://:hunter2@h/0")
    try:
        int("https://u:hunter2@h/")
    except ValueError:
        log.get("test").exception("broke off", article=7)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["sent", "lost redis://…@h/0", "broke off"]
    assert lines[0] | {"timestamp": ""} == {
        "event": "sent",
        "level": "info",
        "logger": "test",
        "n": 3,
        "smtp_password": "…",
        "timestamp": "",
        "to": {"token": "…"},
        "via": ["redis://…@h"],
    }
    assert lines[2]["article"] == 7
    assert "ValueError" in lines[2]["exception"]
    assert "hunter2" not in json.dumps(lines)


def test_console_lines_hide_them_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info", "console")
    log.get("test").info("connected", url="redis://:hunter2@h/0", key_count=2)
    log.get("test").debug("not shown at this level")
    said = capsys.readouterr().err
    assert "connected" in said
    assert "key_count=2" in said
    assert "hunter2" not in said
    assert "not shown" not in said
