"""The deployment files pass their lint, and each of the lint's rules can fail."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from tests import lint_deploy as lint
from worker.__main__ import app
from worker.settings import PREFIX, Settings

DOCKERFILE = (lint.ROOT / "deploy" / "Dockerfile").read_text("utf-8")
COMPOSE = (lint.ROOT / "deploy" / "compose.yaml").read_text("utf-8")
ENV = (lint.ROOT / "deploy" / "env.example").read_text("utf-8")
LOCK = (lint.ROOT / "requirements" / "runtime.txt").read_text("utf-8")

Change = Callable[[dict[str, Any]], Any]


def test_the_deployment_files_have_no_violation() -> None:
    assert list(lint.violations()) == []


def test_the_first_violation_is_told_alone_and_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("deploy", "requirements"):
        shutil.copytree(lint.ROOT / name, tmp_path / name)
    shutil.copy(lint.ROOT / ".dockerignore", tmp_path)
    (tmp_path / "deploy" / "Dockerfile").write_text(re.sub(r"slim-bookworm|:3\.13-", "", DOCKERFILE))
    found = lint.violations
    monkeypatch.setattr(lint, "violations", lambda: found(tmp_path))
    assert lint.main() == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_hadolint_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text("FROM debian\nRUN cd /tmp && apt-get install curl\n")
    assert any("DL3006" in line for line in lint.hadolint(path))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("FROM python:3.13-slim-bookworm AS build", "FROM python AS build", "names no version"),
        ("FROM python:3.13-slim-bookworm AS build", "FROM python:latest AS build", "names no version"),
        ("USER 10001:10001", "USER root", "the last USER"),
        ("USER 10001:10001\n", "", "the last USER"),
        ('ENTRYPOINT ["deltawire"]', 'ENTRYPOINT ["sh"]', "ENTRYPOINT"),
        ("EXPOSE 8000", "HEALTHCHECK CMD true", "HEALTHCHECK"),
        ("--require-hashes ", "", "installs without hashes"),
        ("--no-index ", "--index-url https://pypi.example/simple ", "names an address"),
    ],
)
def test_each_rule_for_the_image_can_fail(before: str, after: str, said: str) -> None:
    assert before in DOCKERFILE
    assert any(said in line for line in lint.dockerfile(DOCKERFILE.replace(before, after)))


def changed(change: Change) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(yaml.safe_load(COMPOSE))
    change(data["services"])
    return data


RULES: list[tuple[Change, str]] = [
    (lambda s: s.pop("scheduler"), "there is no service scheduler"),
    (lambda s: s["postgres"].update(ports=["5432:5432"]), "postgres can be reached from outside"),
    (lambda s: s["redis"].update(networks=["inside", "outside"]), "redis can be reached from outside"),
    (lambda s: s["redis"].pop("networks"), "redis can be reached from outside"),
    (lambda s: s["worker"].pop("healthcheck"), "worker has no health check"),
    (lambda s: s["postgres"]["environment"].update(POSTGRES_PASSWORD="hunter2"), "POSTGRES_PASSWORD written down"),
    (
        lambda s: s["web"]["environment"].update(DELTAWIRE_DATABASE_URL="postgresql://a:hunter2@postgres/a"),
        "a password written into DELTAWIRE_DATABASE_URL",
    ),
    (lambda s: s["web"].update(command=["up"]), "web runs ['up']"),
    (lambda s: s["worker"].pop("env_file"), "worker does not take its secrets from the env file"),
    (lambda s: s["worker"].update(stop_grace_period="10s"), "worker is given less than 20 s to stop"),
    (lambda s: s["worker"].pop("stop_grace_period"), "worker is given less than 20 s to stop"),
    (lambda s: s["migrate"].update(depends_on={}), "migrate does not wait for postgres"),
    (
        lambda s: s["web"].update(depends_on={"migrate": {"condition": "service_started"}}),
        "web does not wait for migrate to succeed",
    ),
    (lambda s: s["web"].update(ports=["8000:8000"]), "web publishes 8000:8000 to every network"),
    (lambda s: s["redis"].update(image="redis:8.2.1"), "may be older than 8.2.2"),
    (lambda s: s["redis"].update(image="redis:8"), "may be older than 8.2.2"),
    (lambda s: s["redis"].update(image="redis"), "may be older than 8.2.2"),
    (lambda s: s["redis"].update(command=["redis-server", "--maxmemory-policy", "noeviction"]), "--appendonly yes"),
    (lambda s: s["redis"].update(command=["redis-server", "--appendonly", "yes"]), "noeviction"),
    (lambda s: s["worker"]["environment"].update(REMAP_SIGTERM="SIGQUIT"), "REMAP_SIGTERM"),
    (lambda s: s["web"]["environment"].update(DELTAWIRE_MAIL_FROM="${SENDER:?who}"), "SENDER is asked for"),
]


@pytest.mark.parametrize(("change", "said"), RULES, ids=[said for _, said in RULES])
def test_each_rule_for_the_services_can_fail(change: Change, said: str) -> None:
    assert any(said in line for line in lint.compose(changed(change), ENV))


@pytest.mark.parametrize("key", ["helthcheck", "stop_grace"])
def test_a_key_that_compose_does_not_know_is_found(key: str) -> None:
    assert list(lint.compose_spec(changed(lambda s: s["web"].update({key: "10s"}))))


def test_every_setting_that_the_services_are_given_is_one() -> None:
    given = {name for s in yaml.safe_load(COMPOSE)["services"].values() for name in s.get("environment", {})}
    ours = {name.removeprefix(PREFIX).lower() for name in given if name.startswith(PREFIX)}
    assert ours <= set(Settings.model_fields)


def test_every_role_of_the_services_is_a_command() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert commands.keys() >= lint.ROLES
    assert "upgrade" in commands["db"].commands


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("--index-url https://pypi.example/simple\n", "names an address"),
        ("celery @ https://files.example/celery.whl\n", "names an address"),
        ("celery==5.7.0\n", "no hash"),
        ("celery[redis]==5.7.0 ; python_version < '4'\n", "no hash"),
    ],
)
def test_a_lock_file_with_an_address_or_without_a_hash_is_found(text: str, said: str) -> None:
    assert [line for line in lint.requirements("x", LOCK + text) if said in line]


@pytest.mark.parametrize("text", ["var\n.env\n", "*\n!.env\n", "*\n!var\n", "*\n!*\n", "*\n!deploy/.env\n"])
def test_settings_and_data_cannot_slip_into_the_image(text: str) -> None:
    assert list(lint.dockerignore(text))
