"""What the documents say is so: their commands run, and the files, settings and commands that they name are there."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
import typer

from rules import Article, DeadlineEvent, FactKind, Phase, SourceKind
from rules.draft import draft as pack_draft
from rules.lexicon import NOUNS
from rules.packkeys import BASELINE, FACT, PACK, PARTY, STATE, UNITS, Keys
from rules.packlint import check
from tests.servers import wait_until
from worker import alerts, pipeline
from worker.__main__ import app
from worker.desk import Desk
from worker.settings import PREFIX, Settings, load_settings

REPO = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/engine.md", "docs/subscribing.md")
DOCUMENTS = sorted(REPO.glob("*.md")) + sorted((REPO / "docs").rglob("*.md"))
STORY = "us-china-trade"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def commands(page: str) -> list[str]:
    """The lines that a reader types, of all console blocks of a page."""
    blocks = re.findall(r"^```console\n(.*?)^```", (REPO / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def receiver_code() -> str:
    (code,) = re.findall(r"^```python\n(.*?)^```", (REPO / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(code)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Reader:
    """Somebody who types the commands of a page one after the other, in the checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, f"{PREFIX}DATA_DIR": str(folder / "var")}
        self.port = free_port()
        """In place of the 9000 of the page, which may be taken here."""
        self.secret = ""

    def types(self, command: str) -> None:
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.env[name] = self.runs(["bash", "-c", f'printf %s "{value}"'])
        elif command == "make run":
            self.runs_it_and_stops_it()
        elif command in ("make test", "make check"):
            self.runs(["make", "--dry-run", command.removeprefix("make ")])  # would run this test again
        elif command.startswith("SECRET=whsec_… python3 "):
            self.receives_an_alert()
        else:
            mine = command.replace("127.0.0.1:9000", f"127.0.0.1:{self.port}")
            said = self.runs(["bash", "-c", re.sub(r"\bmy-packs\b", f"{self.folder}/my-packs", mine)])
            if found := re.search(r"whsec_\S+", said):
                self.secret = found[0]

    def runs(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=REPO, env=self.env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def runs_it_and_stops_it(self) -> None:
        """`make run` until its page says that all is well, and then Ctrl-C, which reaches the whole group."""
        log = self.folder / "run.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                ["make", "run"], cwd=REPO, env=self.env, stdout=file, stderr=file, start_new_session=True
            )
        try:
            page = wait_until(lambda: re.search(r"Deltawire runs: http://([\w.]+):(\d+)/", log.read_text()), "its page")
            wait_until(lambda: status_of(page[1], int(page[2]), "/healthz") == 200, "health", timeout=60)
            assert status_of(page[1], int(page[2]), f"/stories/{STORY}") == 200
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=20)
        assert "stopping" in log.read_text()
        assert "Traceback" not in log.read_text()

    def receives_an_alert(self) -> None:
        with self.receiver() as printed:
            headline = self.tells_of_a_date()
            wait_until(lambda: headline in printed.read_text(), f"{headline!r} at the receiver")
            assert status_of("127.0.0.1", self.port, "/", forged=True) == 401
            wait_until(lambda: "not from Deltawire" in printed.read_text(), "the refusal")

    @contextmanager
    def receiver(self) -> Iterator[Path]:
        """The page's own receiver, and the file that it prints into."""
        code, printed = self.folder / "receiver.py", self.folder / "receiver.log"
        code.write_text(receiver_code().replace("9000", str(self.port)))
        with printed.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, str(code)], env={**self.env, "SECRET": self.secret}, stdout=file, stderr=file
            )
        try:
            wait_until(lambda: status_of("127.0.0.1", self.port, "/") is not None, "the receiver")
            yield printed
        finally:
            process.terminate()
            process.wait(timeout=10)

    def tells_of_a_date(self) -> str:
        """A date of the record comes near: commit that and deliver it, as the worker does. Returns its headline."""
        allow = self.env[f"{PREFIX}ALLOW_NETWORKS"]
        desk = Desk.open(load_settings(data_dir=self.folder / "var", allow_networks=allow))
        try:
            story, pack = desk.store.story(STORY), desk.packs[STORY]
            state, due = story.ledger.state("tariff_truce"), date(2026, 11, 27)
            event = DeadlineEvent(STORY, "tariff_truce", "tariffs", "until", Phase.UPCOMING, due, NOW, state, 3)
            told = desk.store.subscriptions(STORY)
            plan = alerts.plan(pack, (), [event], told, NOW, ledger=story.ledger, mail=desk.compose_mail)
            committed = desk.store.commit(story, story.ledger, plan, NOW)
            assert committed.deliveries == len(told) >= 1
            asyncio.run(pipeline.deliver(NOW, desk))
            return plan.alerts[0].headline
        finally:
            desk.close()


def status_of(host: str, port: int, path: str, *, forged: bool = False) -> int | None:
    """What an HTTP server answers; None if there is none."""
    connection = HTTPConnection(host, port, timeout=5)
    signature = {"webhook-id": "x", "webhook-timestamp": "0", "webhook-signature": "v1,bm8="}
    try:
        connection.request("POST" if forged else "GET", path, b"{}" if forged else None, signature if forged else {})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_each_command_of_a_page_runs(page: str, tmp_path: Path) -> None:
    typed = commands(page)
    assert typed
    reader = Reader(tmp_path)
    for command in typed:
        reader.types(command)


def test_the_readme_opens_with_the_two_commands() -> None:
    assert commands("README.md")[:2] == ["make run", "make test"]
    assert (REPO / "README.md").read_text("utf-8").index("```console") < 20


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPO)))
def test_what_a_document_names_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")]
    assert [link for link in links if not (document.parent / link).exists()] == []
    paths = re.findall(r"`((?:rules|worker|tests|docs|deploy)/[\w./-]*|\.ci/run|pyproject\.toml)`", text)
    assert [path for path in paths if not (REPO / path).exists()] == []
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+\b", text)) <= settings
    targets = set(re.findall(r"^([a-z-]+):", (REPO / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", text)) <= targets


def test_each_command_that_a_document_names_exists() -> None:
    root = typer.main.get_command(app)
    named = {
        tuple(words.split()[:2])
        for document in DOCUMENTS
        for words in re.findall(r"`(?:\.venv/bin/)?deltawire ((?:[a-z]+ ?)+)", document.read_text("utf-8"))
    }
    assert ("up",) in named
    for first, *second in named:
        command = root.commands[first]  # type: ignore[attr-defined]
        assert not second or second[0] in getattr(command, "commands", ())


@pytest.mark.parametrize("keys", [PACK, BASELINE, PARTY, FACT, STATE], ids=lambda keys: "-".join(list(keys)[:2]))
def test_the_page_of_packs_explains_every_key(keys: Keys) -> None:
    text = (REPO / "docs/packs.md").read_text("utf-8")
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_the_page_of_packs_lists_what_the_engine_knows() -> None:
    text = (REPO / "docs/packs.md").read_text("utf-8")
    for kind in FactKind:
        row = re.search(rf"^\| `{kind.value}` \|[^|]*\|([^|]*)\|", text, re.MULTILINE)
        assert row, kind
        assert row[1].strip() == "the same" or {word.strip() for word in row[1].split(",")} == set(kind.statuses)
    rows = {family: f"| `{family}` | {names.replace('; ', ', ')} |" for family, names in NOUNS.items()}
    assert [row for row in rows.values() if row not in text] == []
    (units,) = re.findall(r"counted in: ([a-z, ]+);", text)
    assert set(units.split(", ")) == UNITS


def test_the_yaml_on_the_page_of_packs_is_that_of_the_example() -> None:
    text = (REPO / "docs/packs.md").read_text("utf-8")
    example = (REPO / "docs/examples/pipeline/pack.yaml").read_text("utf-8")
    example += (REPO / "docs/examples/pipeline/tests.yaml").read_text("utf-8")
    draft, strike, tests, _ = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert strike in example
    assert [line for line in tests.splitlines() if line not in example] == []
    title, _, body = (REPO / "docs/examples/pipeline.txt").read_text("utf-8").partition("\n")
    article = Article("pipeline", "", SourceKind.OUTLET, "", datetime(2026, 4, 20, tzinfo=UTC), title, body)
    files = pack_draft(article, "pipeline")
    assert draft in files["pack.yaml"]


def test_the_example_pack_lints_clean() -> None:
    assert check(REPO / "docs/examples/pipeline") == ([], [])
