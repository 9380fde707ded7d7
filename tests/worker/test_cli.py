"""The command line as it is typed: what it prints, where, and with which exit code it ends."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import pytest

from rules.pack import PACKS
from tests.servers import FeedServer
from tests.worker.commands import Command
from worker.settings import Settings
from worker.store import Store

CUT = {
    "id": "a",
    "source": "Courier",
    "source_kind": "wire",
    "url": "https://courier.example/1",
    "published": "2025-10-28T09:00:00Z",
    "title": "Rate to fall",
    "text": "The United States agreed on Tuesday to cut the fentanyl tariff on Chinese goods to 10%, Bessent said.",
}
QUIET = {**CUT, "id": "b", "title": "Harvest", "text": "Rain is expected in Iowa."}
COMMANDS = [
    *(
        "up",
        "worker",
        "scheduler",
        "web",
        "demo",
        "analyze",
        "replay",
        "explain",
        "subscribe",
        "db upgrade",
        "pack lint",
        "pack test",
    ),
    *("feeds list", "feeds add", "feeds remove", "feeds check", "subscriptions list", "subscriptions remove"),
    *("why", "acknowledge", "silences add", "silences list", "silences end"),
    *("subscriptions change", "subscriptions pause", "subscriptions resume"),
]


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(map(json.dumps, [CUT, QUIET])))
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example(deltawire: Command, command: str) -> None:
    ended = deltawire(*command.split(), "--help")

    assert ended.code == 0
    assert re.search(rf"Examples?:\n( .*\n)*? +(\S+=\S+ )*deltawire {command}", ended.out)


def test_a_command_that_is_none_is_wrong_use(deltawire: Command) -> None:
    assert deltawire("fly").code == 2


def test_analyze_prints_for_each_item_what_it_says_of_each_fact(deltawire: Command, items: Path) -> None:
    ended = deltawire("analyze", items, "--story", "us-china-trade", "--format", "jsonl")

    first, second = map(json.loads, ended.out.splitlines())
    assert (ended.code, second) == (0, {"id": "b", "findings": []})
    assert first["id"] == "a"
    [finding] = first["findings"]
    assert (finding["kind"], finding["fact"], finding["status"]) == ("change", "us_tariff_fentanyl", "agreed")
    assert finding["value"] == {"percent": 10}
    assert finding["quote"] in CUT["text"]
    assert "effective" not in finding


def test_analyze_in_words_shows_the_sentence_and_the_reason(deltawire: Command, items: Path) -> None:
    ended = deltawire("analyze", items, "--story", "us-china-trade")

    assert "change" in ended.out
    assert CUT["text"] in ended.out
    assert "speaks of no fact on record" in ended.out


def test_a_broken_line_is_named_the_rest_is_read_and_the_exit_code_is_1(deltawire: Command, tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    no_zone = {**CUT, "published": "2025-10-28T09:00:00"}
    path.write_text("\n".join([json.dumps(QUIET), "{oops", json.dumps(no_zone), json.dumps(CUT)]))

    for command in ("analyze", "replay"):
        ended = deltawire(command, path, "--story", "us-china-trade", "--format", "jsonl")

        assert ended.code == 1
        assert re.search(r"line 2: is not JSON.*\n.*line 3: published is .*without a time zone", ended.err)
        assert '"us_tariff_fentanyl"' in ended.out


def test_items_are_read_from_standard_input(deltawire: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(CUT).encode())))

    assert '"id": "a"' in deltawire("analyze", "-", "--format", "jsonl").out


def test_without_a_story_the_one_that_is_watched_is_taken(
    deltawire: Command, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '"us_tariff_fentanyl"' in deltawire("analyze", items, "--format", "jsonl").out
    monkeypatch.setenv("DELTAWIRE_PACKS", str(PACKS / "india-eu-trade"))
    assert '"us_tariff_fentanyl"' not in deltawire("analyze", items, "--format", "jsonl").out
    monkeypatch.setenv("DELTAWIRE_PACKS", "us-china-trade, india-eu-trade")
    ended = deltawire("analyze", items)
    assert ended.code == 2
    assert "give --story or --pack: several stories are watched, us-china-trade, india-eu-trade" in ended.err


def test_replay_prints_one_alert_a_line(deltawire: Command, items: Path) -> None:
    ended = deltawire("replay", items, "--story", "us-china-trade", "--format", "jsonl", "--until", "2025-10-30")

    alerts = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 0
    assert ("change", "us_tariff_fentanyl", ["a"]) in [(a["alert"], a["fact"], a["articles"]) for a in alerts]
    assert {"alert": "deadline", "phase": "due", "due": "2025-10-30", "fact": "trump_xi_meeting"}.items() <= alerts[
        -1
    ].items()
    assert "2 items, of which 0 before 2025-10-27: 1 change alert," in ended.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl"),
        (["items.jsonl", "--story", "moon-trade"], "there is no story 'moon-trade'"),
        (["items.jsonl", "--pack", "no-pack"], "no-pack"),
        (["items.jsonl", "--story", "us-china-trade", "--pack", "."], "not both"),
        (["items.jsonl", "--format", "xml"], "xml"),
    ],
)
@pytest.mark.parametrize("command", ["analyze", "replay"])
def test_wrong_use_is_said_in_a_sentence_with_exit_code_2(
    deltawire: Command, items: Path, command: str, arguments: list[str], sentence: str
) -> None:
    ended = deltawire(command, *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err


@pytest.mark.parametrize("day", ["tomorrow", "2025-02-30", "9999-12-31"])
def test_a_last_day_that_is_none_is_wrong_use(deltawire: Command, items: Path, day: str) -> None:
    assert deltawire("replay", items, "--until", day).code == 2


def test_a_pack_that_is_not_installed_is_used_by_its_folder(deltawire: Command, items: Path, tmp_path: Path) -> None:
    folder = tmp_path / "my pack"
    shutil.copytree(PACKS / "us-china-trade", folder)

    assert '"us_tariff_fentanyl"' in deltawire("analyze", items, "--pack", folder, "--format", "jsonl").out


def test_pack_lint_names_file_line_and_field_of_what_is_wrong(deltawire: Command, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(PACKS / "us-china-trade", folder)
    assert deltawire("pack", "lint", folder).code == 0
    assert deltawire("pack", "lint").code == 0

    text = (folder / "pack.yaml").read_text()
    (folder / "pack.yaml").write_text(text.replace("topic: summit", "topic: sumit", 1))
    ended = deltawire("pack", "lint", folder)

    line = next(number for number, one in enumerate(text.splitlines(), 1) if "topic: summit" in one)
    assert ended.code == 1
    assert f"pack.yaml:{line}: " in ended.out
    assert deltawire("analyze", "/dev/null", "--pack", folder).code == 1


def test_a_warning_of_pack_lint_is_a_failure_only_where_that_is_asked_for(deltawire: Command, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(PACKS / "us-china-trade", folder)
    assert deltawire("pack", "lint", "--strict", folder).code == 0
    (folder / "tests.yaml").write_text("tests: []\n")

    ended = deltawire("pack", "lint", folder)
    assert ended.code == 0
    assert re.search(rf"{folder}/pack.yaml:\d+: warning: facts.tariff_truce: has no test", ended.out)
    assert "1 pack: nothing is wrong, 12 warnings" in ended.out
    assert deltawire("pack", "lint", "--strict", folder).code == 1


def test_a_new_pack_lints_clean_and_passes_its_tests(deltawire: Command, tmp_path: Path) -> None:
    folder = tmp_path / "My packs" / "Port Strike 2026"
    ended = deltawire("pack", "new", folder)
    assert ended.code == 0
    assert "a new pack, port-strike" in ended.out

    assert deltawire("pack", "lint", "--strict", folder).code == 0
    ended = deltawire("pack", "test", folder)
    assert (ended.code, ended.out) == (0, "port-strike: 6 tests, none failed\n")
    named = (folder / "pack.yaml").read_text().splitlines()[0].partition("$schema=")[2]
    assert (folder / named).read_text() == deltawire("pack", "schema").out

    ended = deltawire("pack", "new", folder)
    assert (ended.code, "is not empty: nothing was written" in ended.err) == (2, True)
    assert deltawire("pack", "new", tmp_path / "2026").code == 2
    assert not (tmp_path / "2026").exists()


def test_a_pack_is_drafted_from_an_article(deltawire: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Kenya and Uganda quarrel\nKenya threatened a tariff of 20 percent on Ugandan milk from Friday."
    article, folder = tmp_path / "article.txt", tmp_path / "milk"
    article.write_text(text)
    printed = deltawire("pack", "draft", article, "--published", "2026-04-13")
    assert printed.code == 0
    record = "record: {status: threatened, value: {percent: 20}, effective: 2026-04-17}"
    assert record in printed.out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.splitlines()[1].encode())))
    piped = deltawire("pack", "draft", "-", "--published", "2026-04-13", "--title", "Kenya and Uganda quarrel")
    assert piped.out == printed.out
    item = {"id": "k", "published": "2026-04-13T08:00:00Z", "title": "Kenya and Uganda quarrel"}
    (tmp_path / "item.json").write_text(json.dumps({**item, "text": text.splitlines()[1]}))
    assert deltawire("pack", "draft", tmp_path / "item.json").out == printed.out

    ended = deltawire("pack", "draft", article, "--published", "2026-04-13", "--into", folder)
    assert ended.code == 0
    assert "a first pack, milk, with 1 fact" in ended.out
    assert deltawire("pack", "lint", folder).out.endswith("nothing is wrong, 1 warning\n")
    assert deltawire("pack", "draft", article, "--published", "2026-04-13", "--into", folder).code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["article.txt", "--published", "Friday"], 2, "Friday"),
        (["article.txt", "--published", "2026-04-13"], 1, "no fact was found"),
        (["article.txt"], 1, "does not say when it was published"),
        (["nowhere.txt", "--published", "2026-04-13"], 2, "nowhere.txt cannot be read"),
        (["empty.txt", "--published", "2026-04-13"], 2, "empty.txt: has neither a title nor a text"),
        (["latin.txt", "--published", "2026-04-13"], 2, "latin.txt is not UTF-8"),
        (["broken.json", "--published", "2026-04-13"], 2, "broken.json, line 1"),
        (["article.txt", "--published", "2026-04-13", "--into", "2026"], 2, "makes no id of a story"),
    ],
)
def test_an_article_that_no_pack_can_be_drafted_from_is_told(
    deltawire: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text("Rain\nIt rained in Kenya.")
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "broken.json").write_text('{"title": 1}')
    (tmp_path / "latin.txt").write_bytes(b"Caf\xe9")
    ended = deltawire("pack", "draft", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert sentence in ended.err


def test_pack_test_prints_each_failure_with_what_was_found_instead(deltawire: Command, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(PACKS / "us-china-trade", folder)
    ended = deltawire("pack", "test", folder, PACKS / "india-eu-trade")
    assert ended.code == 0
    assert re.fullmatch(r"us-china-trade: \d+ tests, none failed\nindia-eu-trade: \d+ tests, none failed\n", ended.out)

    text = "China and the United States extended their tariff truce until 1 May 2026, Bessent said."
    (folder / "tests.yaml").write_text(f"tests:\n  - {{text: '{text}', fact: tariff_truce, kind: none}}\n")
    ended = deltawire("pack", "test", folder)
    assert ended.code == 1
    assert f"{folder}/tests.yaml:2: expected nothing; found change of tariff_truce" in ended.out
    assert text in ended.out
    assert "us-china-trade: 1 test, 1 failed" in ended.out

    (folder / "tests.yaml").write_text("tests:\n  - {text: Rain., fact: truce, kind: none}\n")
    ended = deltawire("pack", "test", folder)
    assert ended.code == 1
    assert "tests.yaml:2: tests[1].fact" in ended.err
    (folder / "tests.yaml").unlink()
    assert "holds no tests.yaml" in deltawire("pack", "test", folder).err
    assert deltawire("pack", "test", tmp_path / "nowhere").code == 2


def test_a_subscriber_by_webhook_is_given_a_secret_once(deltawire: Command) -> None:
    ended = deltawire("subscribe", "--webhook", "https://hooks.example.org/in", "--kinds", "change,deadline")

    assert ended.code == 0
    [secret] = re.findall(r"whsec_\S+", ended.out)
    listed = deltawire("subscriptions", "list")
    assert "https://hooks.example.org/in" in listed.out
    assert "change, deadline" in listed.out
    assert secret not in listed.out
    with_store = Store.open(Settings())
    assert [one.secret for one in with_store.subscriptions()] == [secret]
    with_store.close()


def test_a_mail_address_is_subscribed_at_once_and_ended_by_its_id(deltawire: Command) -> None:
    begun = deltawire("subscribe", "--email", "desk@example.org", "--facts", "tariff_truce", "--phases", "due")
    assert begun.code == 0
    assert "whsec_" not in begun.out
    [ident] = re.findall(r"sub_\w+", begun.out)
    assert re.search(rf"{ident}.*desk@example.org +active", deltawire("subscriptions", "list").out)

    again = deltawire("subscribe", "--email", "desk@example.org")
    assert (again.code, "already" in again.err) == (2, True)

    assert deltawire("subscriptions", "remove", ident).code == 0
    assert ident not in deltawire("subscriptions", "list").out
    assert deltawire("subscriptions", "remove", ident).code == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "either --webhook or --email"),
        (["--webhook", "https://hooks.example.org", "--email", "desk@example.org"], "either --webhook or --email"),
        (["--webhook", "ftp://hooks.example.org"], "only http:// and https://"),
        (["--webhook", "http://192.168.0.10/in"], "DELTAWIRE_ALLOW_NETWORKS"),
        (["--email", "desk.example.org"], "no mail address"),
        (["--email", "desk@example.org\nBcc: all@example.org"], "no mail address"),
        (["--email", "desk@example.org", "--facts", "moon_landing"], "tariff_truce"),
        (["--email", "desk@example.org", "--topics", "weather"], "the topics are tariffs"),
        (["--email", "desk@example.org", "--kinds", "gossip"], "change, signal, deadline"),
        (["--email", "desk@example.org", "--story", "moon-trade"], "us-china-trade"),
        (["--email", "desk@example.org", "--min-confidence", "7"], "a number from 0 to 1"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused_with_what_would_be_right(
    deltawire: Command, arguments: list[str], sentence: str
) -> None:
    ended = deltawire("subscribe", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err


@pytest.mark.usefixtures("loopback")
def test_a_feed_is_added_checked_listed_and_removed(
    deltawire: Command, feed_server: FeedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DELTAWIRE_PACKS", str(shutil.copytree(PACKS / "us-china-trade", tmp_path / "pack")))
    (tmp_path / "pack" / "feeds.yaml").unlink()
    feed_server.publishes("Harvest begins")

    added = deltawire("feeds", "add", feed_server.url, "--name", "courier", "--every", "5", "--source", "The Courier")
    assert added.code == 0
    assert re.search(r"us-china-trade/courier +5 min +not polled yet +http", deltawire("feeds", "list").out)
    assert deltawire("feeds", "check").out == "ok      us-china-trade/courier: 1 entry\n"

    feed_server.says(404)
    failed = deltawire("feeds", "check", "us-china-trade/courier")
    assert (failed.code, "404" in failed.out) == (1, True)

    assert deltawire("feeds", "add", feed_server.url, "--name", "again").code == 2
    assert deltawire("feeds", "remove", "us-china-trade/courier").code == 0
    assert "courier" not in deltawire("feeds", "list").out
    assert deltawire("feeds", "remove", "us-china-trade/courier").code == 2
    assert deltawire("feeds", "check", "us-china-trade/courier").code == 2


@pytest.mark.parametrize(
    "arguments",
    [["file:///etc/passwd"], ["http://10.0.0.1/rss"], ["https://news.example.org/rss", "--name", "a b"]],
)
def test_a_feed_that_cannot_be_is_refused(deltawire: Command, arguments: list[str]) -> None:
    assert deltawire("feeds", "add", *arguments).code == 2


def test_a_wrong_setting_is_refused_by_its_name(deltawire: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELTAWIRE_PORT", "many")

    for command in (["up"], ["subscriptions", "list"], ["db", "upgrade"]):
        ended = deltawire(*command)
        assert ended.code == 2
        assert "DELTAWIRE_PORT is 'many'" in ended.err


@pytest.mark.parametrize("role", ["web", "worker", "scheduler"])
def test_a_role_refuses_a_database_without_the_tables_of_this_version(
    deltawire: Command, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setenv("DELTAWIRE_REDIS_URL", "redis://127.0.0.1:1/0")

    ended = deltawire(role)

    assert ended.code == 1
    assert "deltawire db upgrade" in ended.err


@pytest.mark.parametrize("command", ["up", "db upgrade", "subscriptions list"])
def test_a_data_folder_that_cannot_be_used_is_said_in_a_sentence(
    deltawire: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DELTAWIRE_DATA_DIR", str(tmp_path / "file"))

    ended = deltawire(*command.split())

    assert ended.code == 1
    assert str(tmp_path / "file") in ended.err


@pytest.mark.parametrize("command", ["up", "db upgrade", "web", "subscriptions list"])
def test_a_database_that_cannot_be_reached_is_said_without_its_password(
    deltawire: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("DELTAWIRE_DATABASE_URL", "postgresql://ann:open-sesame@127.0.0.1:1/news")

    ended = deltawire(*command.split())

    assert ended.code == 1
    assert "cannot be reached" in ended.err
    assert "open-sesame" not in ended.err


def test_the_example_of_settings_names_each_of_them_with_its_default() -> None:
    text = (Path(__file__).parents[2] / "deploy" / "env.example").read_text()
    example = dict(re.findall(r"^#?DELTAWIRE_(\w+)=(.*)$", text, re.MULTILINE))
    shown_otherwise = {"base_url"}

    assert {name.lower() for name in example} == set(Settings.model_fields)
    for name, value in example.items():
        default = Settings.model_fields[name.lower()].default
        said = ",".join(map(str, default)) if isinstance(default, tuple) else "" if default is None else f"{default}"
        if name.lower() not in shown_otherwise:
            assert value == said, name


@pytest.mark.parametrize("role", ["worker", "scheduler"])
def test_the_roles_that_need_a_broker_say_so_where_none_is_named(deltawire: Command, role: str) -> None:
    alone = deltawire(role)
    assert alone.code == 2
    assert "DELTAWIRE_REDIS_URL" in alone.err
