from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from rules import DeadlineEvent, Finding, Kind, PartialDate, Phase, Severity, State, Status
from tests.worker.samples import NOW, TEN, TWENTY, deadline, entry, finding, ledger, pack, subscription
from worker.alerts import Alert, Plan, Reason, Subscription, Telling, alerts_of, plan, unsubscribe_token, why_not

RECORD = ledger(entry(TWENTY), entry(TEN, article="1"))


def mail(told: Sequence[Telling], subscription: Subscription, delivery_id: str, now: datetime) -> bytes:
    said = " + ".join(one.alert.headline for one in told)
    return f"{said} to {subscription.address} as {delivery_id} at {now:%H:%M}".encode()


def planned(
    findings: list[Finding], events: list[DeadlineEvent], *subscriptions: Subscription, record: Any = RECORD
) -> Plan:
    return plan(pack(), findings, events, subscriptions, NOW, ledger=record, mail=mail)


def test_a_change_makes_one_alert_with_everything_that_explains_it() -> None:
    [alert] = alerts_of(pack(), [finding()], [], RECORD)
    assert alert.to_json() | {"id": "", "key": "", "relates_to": ""} == {
        "id": "",
        "key": "",
        "story": "us-china-trade",
        "at": "2025-11-05T12:00:00Z",
        "alert": "change",
        "update": False,
        "fact": "us_tariff_fentanyl",
        "topic": "tariffs",
        "title": "US fentanyl tariff on Chinese goods",
        "headline": "US fentanyl tariff on Chinese goods: 20 % → 10 %, from 10 Nov 2025",
        "before": {"status": "in_force", "value": {"percent": 20}},
        "after": {"status": "agreed", "value": {"percent": 10}, "effective": "2025-11-10"},
        "phase": None,
        "role": None,
        "due": None,
        "days_left": None,
        "moved_to": None,
        "articles": ["1"],
        "url": "https://courier.example/1",
        "source": "The Courier",
        "speaker": "White House",
        "quote": "The fentanyl tariff falls to 10 percent.",
        "why": "the value differs from the record",
        "severity": "high",
        "severity_why": "announced (45), a date within 14 days (10)",
        "confidence": 0.9,
        "relates_to": "",
        "source_kind": "wire",
        "turn": "new",
        "follows": None,
    }


@pytest.mark.parametrize("kind", [Kind.MENTION, Kind.CONFIRM, Kind.CONFLICT])
def test_what_is_no_change_and_no_signal_makes_no_alert(kind: Kind) -> None:
    assert alerts_of(pack(), [finding(kind)], [], RECORD) == ()


def test_a_signal_tells_what_is_in_prospect_and_not_the_record() -> None:
    [alert] = alerts_of(pack(), [finding(Kind.SIGNAL)], [], RECORD)
    assert (alert.kind, alert.after) == ("signal", TEN)
    assert alert.headline == "US fentanyl tariff on Chinese goods: in prospect: 20 % → 10 %, from 10 Nov 2025"


@pytest.mark.parametrize(
    ("event", "headline", "severity"),
    [
        (deadline(Phase.UPCOMING, days_left=7), "starts in 7 days, on 10 Nov 2025", "low"),
        (deadline(Phase.UPCOMING, days_left=1), "starts tomorrow, on 10 Nov 2025", "medium"),
        (deadline(Phase.DUE, days_left=0), "starts today, 10 Nov 2025", "medium"),
        (deadline(Phase.PASSED), "the start, 10 Nov 2025, went by and nothing was reported", "medium"),
        (
            deadline(Phase.MOVED, moved_to=PartialDate(2025, 11, 17)),
            "start moved, 10 Nov 2025 → 17 Nov 2025",
            "medium",
        ),
        (deadline(Phase.CANCELLED), "the start on 10 Nov 2025 falls away", "medium"),
    ],
)
def test_each_phase_of_a_deadline_has_its_words(event: DeadlineEvent, headline: str, severity: str) -> None:
    [alert] = alerts_of(pack(), [], [event], RECORD)
    assert alert.headline == f"US fentanyl tariff on Chinese goods: {headline}"
    assert (alert.kind, alert.phase, alert.due, alert.severity) == ("deadline", event.phase, event.due, severity)
    assert (alert.source, alert.url, alert.before) == ("The Courier", "https://courier.example/1", None)


def test_what_falls_away_with_a_suspension_was_the_end_of_something_else() -> None:
    suspended = State(Status.SUSPENDED, None, None, PartialDate(2026, 11, 10))
    event = replace(deadline(Phase.CANCELLED), role="until", state=suspended)
    [alert] = alerts_of(pack(), [], [event], RECORD)
    assert alert.headline.endswith(": the end on 10 Nov 2025 falls away")
    [alert] = alerts_of(pack(), [], [replace(event, phase=Phase.DUE, days_left=0)], RECORD)
    assert alert.headline.endswith(": suspension ends today, 10 Nov 2025")


@pytest.mark.parametrize(
    "alert",
    [
        alerts_of(pack(), [finding()], [], RECORD)[0],
        alerts_of(pack(), [finding(Kind.SIGNAL, update=True)], [], RECORD)[0],
        alerts_of(pack(), [], [deadline(Phase.MOVED, moved_to=PartialDate(2025, 12))], RECORD)[0],
    ],
)
def test_an_alert_survives_being_kept_as_json(alert: Alert) -> None:
    assert Alert.from_json(json.loads(json.dumps(alert.to_json()))) == alert


def test_the_same_change_told_by_another_article_is_the_same_alert() -> None:
    [one] = alerts_of(pack(), [finding(article="1")], [], RECORD)
    [other] = alerts_of(pack(), [finding(article="2")], [], ledger(entry(TWENTY), entry(TEN, article="2")))
    assert (one.id, one.key) == (other.id, other.key)


def test_the_same_change_after_a_turn_and_back_is_a_new_alert() -> None:
    [first] = alerts_of(pack(), [finding(article="1")], [], RECORD)
    back = RECORD.add(entry(TWENTY, article="2"), entry(TEN, article="3"))
    [second] = alerts_of(pack(), [finding(article="3")], [], back)
    assert first.key != second.key


def test_a_date_moved_there_and_back_and_there_again_is_told_each_time() -> None:
    away = deadline(Phase.MOVED, moved_to=PartialDate(2025, 11, 17))
    [first] = alerts_of(pack(), [], [away], RECORD)
    back = RECORD.add(entry(TWENTY, article="2"), entry(TEN, article="3"))
    [second] = alerts_of(pack(), [], [replace(away, article="3")], back)
    assert first.key != second.key


def test_a_reminder_is_the_same_alert_however_the_record_turned_meanwhile() -> None:
    due = deadline(Phase.DUE, days_left=0)
    [one] = alerts_of(pack(), [], [due], RECORD)
    [other] = alerts_of(pack(), [], [due], RECORD.add(entry(TEN, article="9")))
    assert one.key == other.key


def test_all_alerts_on_one_fact_share_a_thread_and_other_facts_have_others() -> None:
    alerts = alerts_of(pack(), [finding(), finding(fact="us_tariff_total")], [deadline(Phase.DUE)], RECORD)
    assert [alert.relates_to == alerts[0].relates_to for alert in alerts] == [True, False, True]


def test_one_thing_found_twice_in_an_article_is_told_once() -> None:
    assert len(alerts_of(pack(), [finding(), finding()], [], RECORD)) == 1


def test_a_webhook_gets_type_timestamp_and_data() -> None:
    made = planned([finding()], [], subscription())
    [delivery] = made.deliveries
    assert json.loads(delivery.body) == {
        "type": "alert.change",
        "timestamp": "2025-11-05T12:00:00Z",
        "data": made.alerts[0].to_json() | {"unconfirmed": True, "notes": []},
    }
    assert (delivery.channel, delivery.endpoint) == ("webhook", "hooks1.example")


def test_a_webhook_stays_below_20_kb_whatever_is_quoted() -> None:
    made = planned([replace(finding(), quote="关税" * 20_000)], [], subscription())
    body = made.deliveries[0].body
    assert len(body) < 20_000
    assert json.loads(body)["data"]["quote"] == "关税" * 1_000 + " …"


def test_a_mail_is_composed_once_for_its_reader() -> None:
    reader = subscription(channel="email", address="ann@example.org")
    [delivery] = planned([finding()], [], reader).deliveries
    headline = "US fentanyl tariff on Chinese goods: 20 % → 10 %, from 10 Nov 2025"
    assert delivery.body.decode() == f"{headline} to ann@example.org as {delivery.id} at 12:00"
    assert (delivery.channel, delivery.endpoint) == ("email", "smtp")


def test_computing_again_gives_the_same_ids_whatever_the_time() -> None:
    ids = [
        (made.alerts[0].id, made.deliveries[0].id)
        for now in (NOW, NOW + timedelta(days=1))
        for made in [plan(pack(), [finding()], [], [subscription()], now, ledger=RECORD, mail=mail)]
    ]
    assert ids[0] == ids[1]


def test_every_subscriber_gets_an_id_of_his_own() -> None:
    made = planned([finding()], [], subscription(1), subscription(2))
    assert len({delivery.id for delivery in made.deliveries}) == 2


@pytest.mark.parametrize(
    ("selection", "reason"),
    [
        ({"kinds": ("deadline", "signal")}, Reason.KIND),
        ({"topics": ("summit",)}, Reason.TOPIC),
        ({"facts": ("trade_deal",)}, Reason.FACT),
        ({"min_confidence": 0.95}, Reason.CONFIDENCE),
        ({"topics": ("summit",), "facts": ("us_tariff_fentanyl",)}, None),
        ({"topics": ("summit",), "facts": ("us_tariff_total",)}, Reason.TOPIC),
        ({"facts": ("us_tariff_total",)}, Reason.FACT),
        ({"source_kinds": ("official",)}, Reason.SOURCE),
        ({"confirmed": False}, Reason.UNCONFIRMED),
        ({"min_severity": Severity.HIGH, "source_kinds": ("wire", "official")}, None),
        ({"topics": ("tariffs",), "facts": ("us_tariff_fentanyl",), "min_confidence": 0.9}, None),
    ],
)
def test_who_did_not_ask_for_it_is_not_told_and_there_is_a_reason(selection: dict[str, Any], reason: Reason) -> None:
    made = planned([finding()], [], subscription(**selection))
    assert why_not(made.alerts[0], subscription(**selection)) is reason
    assert len(made.deliveries) == len(made.notices) == (0 if reason else 1)


def test_an_update_is_told_only_to_who_wants_updates() -> None:
    made = planned([finding(update=True)], [], subscription(1), subscription(2, updates=True))
    assert [alert.update for alert in made.alerts] == [True]
    assert [delivery.subscription_id for delivery in made.deliveries] == ["sub_2"]
    assert why_not(made.alerts[0], subscription(1)) is Reason.UPDATE


def test_phases_of_deadlines_can_be_chosen() -> None:
    wants = subscription(deadline_phases=("moved", "cancelled"))
    made = planned([], [deadline(Phase.DUE), deadline(Phase.CANCELLED)], wants)
    assert why_not(made.alerts[0], wants) is Reason.PHASE
    assert [(made.alerts[1].id,)] == [delivery.alert_ids for delivery in made.deliveries]


def test_a_moved_or_cancelled_date_makes_its_reminders_lapse_and_others_do_not() -> None:
    moved = deadline(Phase.MOVED, date(2025, 11, 10), moved_to=PartialDate(2025, 11, 17))
    cancelled = deadline(Phase.CANCELLED, date(2025, 12, 1))
    made = planned([], [moved, cancelled, deadline(Phase.DUE), deadline(Phase.PASSED)])
    assert [(s.fact, s.role, s.due) for s in made.superseded] == [
        ("us_tariff_fentanyl", "effective", date(2025, 11, 10)),
        ("us_tariff_fentanyl", "effective", date(2025, 12, 1)),
    ]
    assert [s.reason for s in made.superseded] == [
        "the date was moved before this was sent",
        "the date was cancelled before this was sent",
    ]


def test_a_state_without_words_still_makes_a_headline() -> None:
    part = finding(before=TWENTY, after=replace(TWENTY))
    assert alerts_of(pack(), [part], [], RECORD)[0].headline.endswith(": a part of it changes")
    hint = finding(Kind.SIGNAL, after=State())
    assert alerts_of(pack(), [hint], [], RECORD)[0].headline.endswith(": a change is in prospect")


def test_a_changed_status_is_named() -> None:
    suspended = State(Status.SUSPENDED, until=PartialDate(2026, 11, 10))
    [alert] = alerts_of(pack(), [finding(before=State(Status.ANNOUNCED), after=suspended)], [], RECORD)
    assert alert.headline.endswith(": announced → suspended, until 10 Nov 2026")


def test_unsubscribe_tokens_need_the_key_and_fit_one_subscription() -> None:
    token = unsubscribe_token(b"key", "sub_1")
    assert len(token) == 22
    assert token == unsubscribe_token(b"key", "sub_1")
    assert len({token, unsubscribe_token(b"key", "sub_2"), unsubscribe_token(b"yek", "sub_1")}) == 3
