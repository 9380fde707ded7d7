from __future__ import annotations

import stat
from ipaddress import ip_network
from pathlib import Path

import pytest

from worker.errors import SettingsError
from worker.settings import load_settings


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(f"DELTAWIRE_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return str(caught.value)


def test_without_any_variable_everything_lives_in_var_below_the_current_folder(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.database == f"sqlite:///{tmp_path}/var/deltawire.db"
    assert settings.mailbox == tmp_path / "var" / "mailbox"
    assert settings.redis_url is None
    assert settings.packs == ("us-china-trade",)
    assert settings.deadline_days == (7, 3, 1)
    assert not settings.port_was_set


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELTAWIRE_PACKS", "us-china-trade, /etc/packs/steel")
    monkeypatch.setenv("DELTAWIRE_ALLOW_NETWORKS", "10.0.0.0/8,fd00::/8")
    monkeypatch.setenv("DELTAWIRE_DEADLINE_DAYS", "1,14,14")
    settings = load_settings()
    assert settings.packs == ("us-china-trade", "/etc/packs/steel")
    assert settings.allow_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert settings.deadline_days == (14, 1)


def test_the_env_file_counts_and_the_environment_wins_over_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DELTAWIRE_PORT=9000\nDELTAWIRE_HOST=0.0.0.0\nOTHER=1\n")
    monkeypatch.setenv("DELTAWIRE_PORT", "9001")
    settings = load_settings()
    assert (settings.host, settings.port, settings.port_was_set) == ("0.0.0.0", 9001, True)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgres://u:p@db/news", "postgresql+psycopg://u:p@db/news"),
        ("postgresql://u:p@db:5432/news?sslmode=require", "postgresql+psycopg://u:p@db:5432/news?sslmode=require"),
        ("postgresql+psycopg://db/news", "postgresql+psycopg://db/news"),
        ("sqlite:////srv/news.db", "sqlite:////srv/news.db"),
    ],
)
def test_database_addresses_get_the_driver_we_use(url: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELTAWIRE_DATABASE_URL", url)
    assert load_settings().database == address


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "http"}, ["DELTAWIRE_PORT is 'http'", "valid integer"]),
        ({"PORT": "70000"}, ["DELTAWIRE_PORT is '70000'", "less than or equal to 65535"]),
        ({"REDIS_URL": "amqp://u:hunter2@h"}, ["DELTAWIRE_REDIS_URL is (hidden)", "redis://host:6379/0"]),
        ({"DATABASE_URL": "mysql://u:hunter2@h/x"}, ["DELTAWIRE_DATABASE_URL is (hidden)", "postgresql://user"]),
        ({"BASE_URL": "deltawire.example"}, ["DELTAWIRE_BASE_URL is 'deltawire.example'", "https://"]),
        ({"ALLOW_NETWORKS": "10.0.0.1/8"}, ["DELTAWIRE_ALLOW_NETWORKS is '10.0.0.1/8'", "network"]),
        ({"DEADLINE_DAYS": "7,0"}, ["DELTAWIRE_DEADLINE_DAYS is '7,0'", "7,3,1"]),
        ({"SMTP_SECURITY": "ssl"}, ["DELTAWIRE_SMTP_SECURITY is 'ssl'", "'starttls'"]),
        ({"SMTP_USER": "ann"}, ["DELTAWIRE_SMTP_USER and DELTAWIRE_SMTP_PASSWORD belong together"]),
        ({"SECRET_KEY": "hunter2"}, ["DELTAWIRE_SECRET_KEY is (hidden)", "16 characters"]),
        ({"MAIL_FROM": "Deltawire"}, ["DELTAWIRE_MAIL_FROM is 'Deltawire'"]),
        ({"MAX_ATTEMPTS": "9"}, ["DELTAWIRE_MAX_ATTEMPTS is '9'", "less than or equal to 8"]),
        ({"SMTP_HOTS": "mail"}, ["DELTAWIRE_SMTP_HOTS is no setting; did you mean DELTAWIRE_SMTP_HOST?"]),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_its_value_and_what_would_be_right(
    variables: dict[str, str], words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refusal(monkeypatch, **variables)
    assert [word for word in words if word not in said] == []
    assert "hunter2" not in said


def test_a_slip_of_the_pen_in_the_env_file_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DELTAWIRE_SMTP_HOTS=mail\n")
    assert "did you mean DELTAWIRE_SMTP_HOST?" in refusal(monkeypatch)


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, PORT="x", TICK_SECONDS="0")
    assert {line.partition(" ")[0] for line in said.splitlines()} == {"DELTAWIRE_PORT", "DELTAWIRE_TICK_SECONDS"}


def test_variables_that_a_cluster_sets_by_itself_are_no_slips_of_the_pen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELTAWIRE_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("DELTAWIRE_PORT_80_TCP_ADDR", "10.0.0.1")
    assert load_settings().port == 8000


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELTAWIRE_SMTP_USER", "ann")
    monkeypatch.setenv("DELTAWIRE_SMTP_PASSWORD", "hunter2hunter2")
    monkeypatch.setenv("DELTAWIRE_SECRET_KEY", "hunter2hunter2hunter2")
    monkeypatch.setenv("DELTAWIRE_REDIS_URL", "redis://:hunter2@h/0")
    assert "hunter2" not in repr(load_settings())


def test_the_signing_key_is_made_once_and_is_readable_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load_settings()
    key = settings.signing_key()
    assert len(key) == 64
    assert load_settings().signing_key() == key
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret.key"]


def test_a_signing_key_that_is_set_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    settings = load_settings(secret_key="0123456789abcdef")
    assert settings.signing_key() == b"0123456789abcdef"
    assert not (tmp_path / "var").exists()
