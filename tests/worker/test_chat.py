"""Chat services by Apprise, with real servers on loopback; and their addresses, which are secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest

from tests.servers import Answer, HttpServer, Request
from tests.worker.samples import NOW, STORY, finding, ledger, pack
from worker import log
from worker.alerts import Subscription, Telling, alerts_of
from worker.errors import TransportError, WrongUse
from worker.transports.chat import LONGEST, ChatTransport, open_service, render

TOKEN = "s3cr3t-t0p1c"
ALLOWED = ("json", "ntfy")


@dataclass
class Out:
    address: str
    body: bytes = b"A headline\nand what it rests on"
    id: str = "dlv_1"
    secret: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Service(HttpServer):
    """A chat service that answers as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.says = Answer(200)

    def answer(self, _request: Request) -> Answer:
        return self.says

    def address(self, scheme: str = "json") -> str:
        return f"{scheme}://{urlsplit(self.url).netloc}/{TOKEN}"


def send(out: Out, **how: float) -> str:
    return asyncio.run(ChatTransport(ALLOWED, **how).send(out)).answer


def test_a_message_arrives_with_its_title_and_its_body() -> None:
    with Service() as service:
        assert send(Out(service.address())) == "taken by the service"
        [request] = service.requests
    said = json.loads(request.body)
    assert (said["title"], said["message"]) == ("A headline", "and what it rests on")
    assert request.path == f"/{TOKEN}"


def test_ntfy_takes_it_too() -> None:
    with Service() as service:
        send(Out(service.address("ntfy")))
        [request] = service.requests
    assert TOKEN in request.path or TOKEN in request.body.decode()


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_what_a_service_refuses_is_tried_again_and_its_address_stays_out_of_the_reason(status: int) -> None:
    with Service() as service:
        service.says = Answer(status)
        with pytest.raises(TransportError) as refused:
            send(Out(service.address()))
    assert not refused.value.permanent
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("asked", ["", "?redirect=yes"])
def test_a_redirect_is_never_followed(asked: str) -> None:
    with Service() as service, Service() as elsewhere:
        service.says = Answer(307, {"Location": elsewhere.url})
        with pytest.raises(TransportError):
            send(Out(service.address() + asked))
        assert (len(service.requests), elsewhere.requests) == (1, [])


def test_a_service_that_hangs_is_given_up_in_time() -> None:
    with Service() as service:
        service.hold.clear()
        with pytest.raises(TransportError, match=r"did not answer within 0\.2 s"):
            send(Out(service.address() + "?rto=1"), seconds=0.2)
        service.hold.set()


def test_a_service_that_the_operator_did_not_name_is_not_connected_to() -> None:
    with Service() as service:
        with pytest.raises(TransportError, match="DELTAWIRE_CHAT_SERVICES") as refused:
            send(Out(service.address("xml")))
        assert (refused.value.permanent, service.requests) == (True, [])


@pytest.mark.parametrize(
    "address", ["json://", "json", "slack://a/b/c", "mailto://a:b@example.org", "file:///etc/passwd"]
)
def test_an_address_that_is_none_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(WrongUse) as refused:
        open_service(address, ALLOWED)
    rest = address.partition("://")[2]
    assert not rest or rest not in str(refused.value)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(WrongUse, match=r"pip install 'deltawire\[chat\]'"):
        open_service("json://127.0.0.1/x", ALLOWED)


def test_no_log_line_holds_the_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Service() as service:
        send(Out(service.address()))
        service.says = Answer(500)
        with pytest.raises(TransportError):
            send(Out(service.address()))
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith(("urllib3", "asyncio"))]
    assert [line for line in lines if TOKEN in line] == []


def test_an_address_is_shown_only_by_its_beginning() -> None:
    assert log.redact_address("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ") == "slack://…"
    one = Subscription("sub_1", STORY, "chat", f"discord://1234/{TOKEN}")
    assert (one.shown, one.endpoint) == ("discord://…", "chat:discord")


def test_a_message_says_what_changed_and_calls_nobody() -> None:
    found = replace(finding(), quote="@everyone <!channel> falls to 10 percent.")
    [alert] = alerts_of(pack(), [found], (), ledger())
    body = render([Telling(alert)], pack(), NOW, base_url="https://deltawire.example.org").decode()
    title, _, rest = body.partition("\n")
    assert title == alert.headline
    assert "20 % → 10 %" in rest
    assert rest.endswith(f"https://deltawire.example.org/stories/{STORY}")
    assert "@everyone" not in body
    assert "<!channel>" not in body
    assert len(body) <= LONGEST + len(title) + 10
