"""`deltawire explain` as it is typed: where the article comes from, what is printed, and what is refused."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.newsroom import Newsroom, pack_from_the_baseline
from tests.servers import Answer, FeedServer, HttpServer, Request
from tests.worker.commands import Command
from worker.settings import Settings
from worker.webpage import Page, is_page, read_page

CUT = "The United States cut the fentanyl tariff on Chinese goods to 10 percent, the White House said."
ITEM = {"id": "a", "source": "Courier", "published": "2025-10-28T09:00:00Z", "title": "Rate falls", "text": CUT}
PAGE = f"""<!doctype html><html><head><title>Rate falls | Courier</title>
<meta property="article:published_time" content="2025-10-28T09:00:00+00:00"><script>var a = "<p>"</script></head>
<body><nav><a href="/tariffs">Tariffs</a></nav><article><h1>Rate falls</h1><p>{CUT}</p></article>
<aside>China suspended its October rare-earth rules.</aside></body></html>"""


class Outlet(HttpServer):
    """An outlet's site: a path's answer."""

    says: dict[str, tuple[int, str, str]]

    def answer(self, request: Request) -> Answer:
        status, kind, body = self.says[request.path]
        return Answer(status, {"Content-Type": kind}, body.encode())


@pytest.fixture
def outlet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outlet]:
    """Reading from loopback is allowed."""
    monkeypatch.setenv("DELTAWIRE_ALLOW_NETWORKS", "127.0.0.0/8")
    with Outlet() as server:
        yield server


def test_a_page_is_read_without_its_margins_and_with_its_own_headline() -> None:
    assert read_page(PAGE) == Page("Rate falls", CUT, "2025-10-28T09:00:00+00:00")
    assert read_page("<html><body><p>One<p>Two <b>three") == Page("", "One\n\nTwo three", "")
    assert read_page("<title>A &amp; B</title><main><p>Text.</main><footer>Home</footer>") == Page("A & B", "Text.", "")
    assert is_page("\n<!-- a --><!DOCTYPE html><html>")
    assert not is_page("<!-- a -->" * 1000 + "One < two.")


def saved(folder: Path, text: str, name: str = "article.txt") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_file_of_plain_text_has_its_title_in_the_first_line(deltawire: Command, tmp_path: Path) -> None:
    path = saved(tmp_path, f"Rate falls\n\n{CUT}\n")

    ended = deltawire("explain", path, "--published", "2025-10-28", "--format", "json")

    said = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert (said["article"]["title"], said["article"]["published"]) == ("Rate falls", "2025-10-28T00:00:00+00:00")
    [finding] = said["findings"]
    assert (finding["kind"], finding["fact"], finding["sentence"]) == ("change", "us_tariff_fentanyl", 2)
    full = f"Rate falls\n\n{CUT}\n"
    [claim] = said["sentences"][1]["claims"]
    assert full[slice(*claim["verb"]["span"])] == claim["verb"]["text"] == "cut"
    assert (claim["mode"], claim["speaker_named"], claim["why"]) == ("asserted", "the White House", "new_value")


def test_in_words_it_shows_words_verb_record_and_reason(deltawire: Command, tmp_path: Path) -> None:
    path = saved(tmp_path, f"Rate falls\n{CUT} Rain fell. Wheat rose. Corn fell. Rye rose. India raised its tariff.")

    out = deltawire("explain", path, "--published", "2025-10-28").out

    assert "US fentanyl tariff on Chinese goods, by “fentanyl”, “tariff”" in out
    assert "“cut”, of the family “lower” · told as asserted · on the word of “the White House”" in out
    assert "so     change: the value differs from the record, which has said since 2025-10-27" in out
    assert "3–6  4 sentences that name nothing of the story" in out
    assert "not      “tariff”: another country: “India”" in out
    assert "Alert: 1 change, for whoever subscribes to them." in out
    assert max(map(len, out.splitlines())) <= 100
    assert "\x1b" not in out


def test_a_reader_learns_why_there_was_no_alert(deltawire: Command, tmp_path: Path) -> None:
    for text, why in (
        ("Rain fell in Iowa.", "No alert: the article is not read, because no word of it could name a fact"),
        ("The tariff on umbrellas was raised.", "No alert: the article names no fact of the story."),
        ("A look at the fentanyl tariff on Chinese goods.", "No alert: the article names facts of the story, and "),
        (CUT.replace("cut", "may cut") + " Analysts said so.", "Alert: 1 signal"),
        (CUT.replace("to 10", "to 20"), "No alert: nothing that the article says of the facts moves the record."),
    ):
        out = deltawire("explain", saved(tmp_path, f"Notes\n{text}"), "--published", "2025-10-28").out
        assert why in out


def test_what_is_older_than_the_record_raises_nothing_and_says_so(deltawire: Command, tmp_path: Path) -> None:
    out = deltawire("explain", saved(tmp_path, f"Rate falls\n{CUT}"), "--published", "2025-10-01").out

    assert "No alert: it is older than the record, and such articles are only stored." in out


def test_items_are_read_as_analyze_reads_them(
    deltawire: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = saved(tmp_path, "\n".join([json.dumps(ITEM), '{"id": 1}', json.dumps({**ITEM, "id": "b"})]))
    ended = deltawire("explain", lines, "--format", "json")
    assert [json.loads(line)["article"]["id"] for line in ended.out.splitlines()] == ["a", "b"]
    assert (ended.code, "line 2: id is 1, not a text" in ended.err) == (1, True)

    for form in (json.dumps(ITEM, indent=1), json.dumps([ITEM])):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(form.encode())))
        ended = deltawire("explain", "-", "--format", "json", "--title", "Another")
        assert json.loads(ended.out)["article"]["title"] == "Another"


def test_without_a_date_it_is_reckoned_from_now_and_that_is_said(deltawire: Command, tmp_path: Path) -> None:
    ended = deltawire("explain", saved(tmp_path, CUT), "--title", "Rate falls", "--from-history")

    assert ended.code == 0
    assert "does not say when it was published" in ended.err


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/page", "text/html; charset=utf-8", PAGE),
        ("/text", "text/plain", f"Rate falls\n{CUT}"),
        ("/item", "application/json", json.dumps(ITEM)),
    ],
)
def test_an_address_is_fetched_and_a_page_is_reduced_to_its_article(
    deltawire: Command, outlet: Outlet, path: str, kind: str, body: str
) -> None:
    outlet.says = {path: (200, kind, body)}

    ended = deltawire("explain", outlet.url.rstrip("/") + path, "--format", "json")

    said = json.loads(ended.out)
    assert ended.code == 0
    assert said["article"]["title"] == "Rate falls"
    assert [sentence["text"] for sentence in said["sentences"]] == ["Rate falls", CUT]
    if path != "/text":
        assert said["article"]["published"] == "2025-10-28T09:00:00+00:00"


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (404, "text/html", "127.0.0.1 answers 404 instead of an article"),
        (200, "application/pdf", "127.0.0.1 shows application/pdf; web pages, plain text and JSON are read"),
    ],
)
def test_an_address_that_shows_no_article_is_said_with_exit_code_1(
    deltawire: Command, outlet: Outlet, status: int, kind: str, sentence: str
) -> None:
    outlet.says = {"/x": (status, kind, "gone")}

    ended = deltawire("explain", outlet.url + "x")

    assert (ended.code, ended.out) == (1, "")
    assert sentence in ended.err


def test_an_address_that_is_not_public_is_refused(deltawire: Command) -> None:
    ended = deltawire("explain", "http://127.0.0.1:9/x")

    assert ended.code == 1
    assert "DELTAWIRE_ALLOW_NETWORKS" in ended.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.txt"], "nowhere.txt is no file, no http:// or https:// address, and no id of a stored article"),
        (["."], "cannot be read: Is a directory"),
        (["binary"], "binary is not UTF-8: give plain text, JSON, or a web page"),
        (["deep"], "deep: its elements are nested too deeply for a web page"),
        (["empty"], "has neither a title nor a text"),
        (["text", "--published", "tomorrow"], "published is 'tomorrow'; write it as 2025-10-30T08:15:00Z"),
        (["text", "--published", "2025-10-30T08:15:00"], "without a time zone"),
        (["text", "--story", "moon-trade"], "there is no story 'moon-trade'"),
        (["text", "--format", "xml"], "xml"),
        (["7"], "there is no article 7 in the store"),
        (["7", "--from-history"], "article 7 is in the store"),
    ],
)
def test_wrong_use_is_said_in_a_sentence_with_exit_code_2(
    deltawire: Command, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x9c")
    saved(tmp_path, "", "empty")
    saved(tmp_path, "<html>" + "<div>" * 100_000, "deep")
    saved(tmp_path, f"Rate falls\n{CUT}", "text")

    ended = deltawire("explain", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err


def test_a_stored_article_is_held_against_the_record_as_it_found_it(
    deltawire: Command,
    settings_for: Callable[..., Settings],
    tmp_path: Path,
    feed_server: FeedServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = pack_from_the_baseline(tmp_path / "pack", {"Courier": feed_server.url})
    monkeypatch.setenv("DELTAWIRE_PACKS", folder)
    feed_server.publishes("Rates before", CUT)
    room = Newsroom(settings_for(packs=[folder]), {"Courier": feed_server}, "2025-10-29 20:00")
    room.works()
    room.at("2025-10-29 20:10").publishes("Courier", "Rate falls", CUT).works()
    room.at("2025-10-29 20:20").publishes("Courier", "Rate fell", CUT + " It did.").works()
    room.desk.close()

    first, second, third = (deltawire("explain", str(number)).out for number in (1, 2, 3))

    assert "article 1 of the store, version 1, recorded: this is the record as it stands now" in first
    assert (
        "No alert: it came with the first poll of its feed, or is older than the story, and was only stored." in first
    )
    assert "article 2 of the store, version 1, evaluated on 2025-10-29 at 20:10 UTC" in second
    assert "Alert: 1 change" in second
    assert "the record has said the same since 2025-10-29: in force, 10 percent" in " ".join(third.split())
    wrong = deltawire("explain", "2", "--story", "moon-trade")
    assert (wrong.code, "belongs to the story us-china-trade, not to moon-trade" in wrong.err) == (2, True)


def seen_on_a_terminal(path: Path, **env: str) -> str:
    """What `explain` prints where somebody watches."""
    watched, terminal = pty.openpty()
    command = [sys.executable, "-m", "worker", "explain", str(path), "--published", "2025-10-28"]
    own = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    env = {**own, "TERM": "xterm", "COLUMNS": "300", **env}
    out = b""
    with subprocess.Popen(command, stdout=terminal, env=env) as process:
        os.close(terminal)
        try:
            while some := os.read(watched, 65536):
                out += some
        except OSError:  # how Linux says that the other end is closed
            pass
        assert process.wait(timeout=30) == 0
    os.close(watched)
    return out.decode()


def test_a_terminal_shows_colours_unless_no_color_says_otherwise(tmp_path: Path) -> None:
    path = saved(tmp_path, f"Rate falls\n{CUT} \x1b[2JRain fell.")

    coloured = seen_on_a_terminal(path)
    plain = seen_on_a_terminal(path, NO_COLOR="1")

    assert "\x1b[1;33mcut\x1b[0m" in coloured
    assert "\x1b[2J" not in coloured
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert max(map(len, plain.splitlines())) <= 100
