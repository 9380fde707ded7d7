"""The tables. The database is the record and the outbox; what must happen is a row here, never only a message.

Every moment is an aware UTC datetime on both databases. States are plain text, named where they are used.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Json = JSON().with_variant(JSONB(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps it without a zone, PostgreSQL with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from anywhere. NUL and lone surrogates, which PostgreSQL cannot keep, are replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.replace("\x00", "\ufffd").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

stories = Table(
    "stories",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", Words, nullable=False),
    Column("version", Integer, nullable=False),  # goes up with every commit that adds to the record
    Column("opened_at", Moment, nullable=False),
    Column("deadlines_checked_at", Moment, nullable=False),  # what was due until then is told
)

entries = Table(
    "entries",
    metadata,
    Column("story", ForeignKey("stories.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("fact", String, nullable=False),
    Column("state", Json, nullable=False),  # rules.State.to_json()
    Column("kind", String, nullable=False),
    Column("valid", Moment, nullable=False),
    Column("learned", Moment, nullable=False),
    Column("article", String),
    Column("source", Words),
    Column("url", Words),
    Column("quote", Words),
    Column("confidence", String, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", String, primary_key=True),  # "<story>/<name>"
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("source_kind", String, nullable=False),  # rules.SourceKind
    Column("every_s", Float, nullable=False),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("next_poll_at", Moment, nullable=False, index=True),
    Column("leased_until", Moment),
    Column("failures", Integer, nullable=False, default=0),  # in a row
    Column("last_status", String),  # ok, not modified, failed
    Column("last_error", Words),
    Column("last_success_at", Moment),
    Column("first_polled_at", Moment),  # until then, what it brings is recorded and raises nothing
    Column("added_by", String, nullable=False),  # pack, user
    Column("removed_by", String),  # pack, user; none while it is polled
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("feed_id", ForeignKey("feeds.id"), nullable=False),
    Column("guid", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("link_key", Words),  # the canonical link; none where the entry has no link
    Column("source", Words, nullable=False),
    Column("source_kind", String, nullable=False),
    Column("published", Moment, nullable=False),
    Column("fetched", Moment, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("version", Integer, nullable=False),  # 1, and one more for every edit
    Column("previous", ForeignKey("articles.id")),
    Column("state", String, nullable=False),  # new, recorded, evaluated, failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_until", Moment),
    Column("error", Words),
    Column("evaluated_at", Moment),
    Column("grp", ForeignKey("articles.id")),  # the first article of its group; none in those stored before groups were
    Column("relation", String),  # edit, copy, rewrite: what it is to an article of its group; none for the first
    Column("likeness", Float),  # of a copy or a rewrite, 0.5 to 1
    UniqueConstraint("feed_id", "guid", "content_hash"),
    UniqueConstraint("story", "link_key", "content_hash"),
    Index("ix_articles_state_leased_until", "state", "leased_until"),
    Index("ix_articles_story_published", "story", "published"),
    Index("ix_articles_story_content_hash", "story", "content_hash"),
)

bands = Table(  # by which an article finds those it may be a copy of
    "bands",
    metadata,
    Column(
        "band", BigInteger, primary_key=True, autoincrement=False
    ),  # worker.likeness.bands, which hold for one story
    Column("day", Integer, primary_key=True, autoincrement=False),  # of publication: the ordinal of a date in UTC
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    sqlite_with_rowid=False,
)

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("article_id", ForeignKey("articles.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("fact", String, nullable=False),
    Column("key", String, nullable=False),
    Column("body", Json, nullable=False),
    Column("at", Moment, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String, primary_key=True),
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("key", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),  # change, signal, deadline
    Column("update", Boolean, nullable=False),
    Column("fact", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("phase", String),  # with role and due: of deadline alerts
    Column("role", String),
    Column("due", String),  # ISO day
    Column("at", Moment, nullable=False),  # the moment it tells of
    Column("made_at", Moment, nullable=False),
    Column("severity", String, nullable=False),
    Column("headline", Words, nullable=False),
    Column("body", Json, nullable=False),  # Alert.to_json()
    Index("ix_alerts_story_made_at_id", "story", "made_at", "id"),
    Index("ix_alerts_story_fact_at", "story", "fact", "at"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("channel", String, nullable=False),  # email, webhook, chat
    Column("address", Words, nullable=False),
    Column("secret", Words),  # whsec_…, of a webhook
    Column("kinds", Json, nullable=False),
    Column("topics", Json, nullable=False),  # empty: all of them
    Column("facts", Json, nullable=False),  # empty: all of them
    Column("min_confidence", Float, nullable=False),
    Column("deadline_phases", Json, nullable=False),  # empty: all of them
    Column("updates", Boolean, nullable=False),
    Column("min_severity", String, nullable=False),
    Column("source_kinds", Json, nullable=False),  # empty: all of them
    Column("deadline_days", Json, nullable=False),
    Column("policy", Json, nullable=False),  # worker.alerts.Policy.to_json()
    Column("state", String, nullable=False),  # pending, active, paused, disabled
    Column("reason", Words),  # why it was disabled
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("story", "channel", "address"),
)

requests = Table(  # what was asked for on a page, until a worker has answered it; then what limits count by
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("subscription_id", String, nullable=False),  # the one that moves, or a new one
    Column("moves", Boolean, nullable=False),
    Column("address", Words, nullable=False),  # "" once it is answered, as are the wishes
    Column("wishes", Json, nullable=False),
    Column("source_key", String, nullable=False),  # worker.alerts.signing.key_of_source
    Column("state", String, nullable=False),  # waiting, answered, or a name of worker.alerts.signing.Unanswered
    Column("at", Moment, nullable=False),
    Index("ix_requests_state_id", "state", "id"),
    Index("ix_requests_source_key_at", "source_key", "at"),
    Index("ix_requests_at", "at"),
)

letters = Table(  # mails about a subscription: an outbox of their own, since no alert is told by them
    "letters",
    metadata,
    Column("id", String, primary_key=True),
    Column("subscription_id", ForeignKey("subscriptions.id"), nullable=False, index=True),
    Column("kind", String, nullable=False),  # worker.alerts.signing.LetterKind
    Column("address", Words, nullable=False),  # where it goes; "" once that is of no further use
    Column("address_key", String, nullable=False),  # worker.alerts.signing.key_of_address
    Column("token_hash", String),  # of a letter with a link that changes something
    Column("used_at", Moment),  # such a link works once
    Column("state", String, nullable=False),  # pending, sent, dead, cancelled
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("attempts", Integer, nullable=False),  # counted before sending; the number proves the lease
    Column("error", Words),
    Index("ix_letters_state_next_attempt_at", "state", "next_attempt_at"),
    Index("ix_letters_address_key_created_at", "address_key", "created_at"),
    Index("ix_letters_created_at", "created_at"),
)

interests = Table(  # by which an alert finds its subscribers, without a look at the others
    "interests",
    metadata,
    Column("story", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),  # "*", "topic:<topic>" or "fact:<fact>"
    Column("subscription_id", ForeignKey("subscriptions.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

notices = Table(  # what became of an alert for somebody who asked for such alerts
    "notices",
    metadata,
    Column("subscription_id", ForeignKey("subscriptions.id"), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("fate", String, nullable=False),  # told, held, dropped
    Column("reason", String),  # worker.alerts.Reason by name
    Column("until", Moment),  # of what is held
    Column("corroborated", Words),  # by whom
    Column("delivery_id", ForeignKey("deliveries.id")),
    Column("trail", Json, nullable=False),  # worker.alerts.Step.to_json(), the oldest first
    Index("ix_notices_fate_until", "fate", "until"),
    Index("ix_notices_alert_id", "alert_id"),
    Index("ix_notices_delivery_id", "delivery_id"),
)

fanouts = Table(  # alerts whose subscribers are more than one transaction tells
    "fanouts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("alerts", Json, nullable=False),  # ids, in the order in which they were planned
    Column("after", String, nullable=False),  # the last subscription that was told
    Column("made_at", Moment, nullable=False),
)

silences = Table(
    "silences",
    metadata,
    Column("id", String, primary_key=True),
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("subscription_id", ForeignKey("subscriptions.id")),  # none: for everybody
    Column("fact", String, nullable=False),  # "" covers all, as in the next two
    Column("topic", String, nullable=False),
    Column("source", Words, nullable=False),
    Column("until", Moment, nullable=False),
    Column("comment", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_silences_story_until", "story", "until"),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("subscription_id", ForeignKey("subscriptions.id"), primary_key=True),
    Column("fact", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("due", String, primary_key=True),  # ISO day
    Column("at", Moment, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String, primary_key=True),  # the same on every attempt: webhook-id, and part of Message-ID
    Column("alert_id", ForeignKey("alerts.id"), nullable=False),  # the leading one; notices name all that it tells
    Column("subscription_id", ForeignKey("subscriptions.id"), nullable=False),
    Column("channel", String, nullable=False),
    Column("endpoint", String, nullable=False),  # what is to be spared: the webhook's host, or the mail server
    Column("body", LargeBinary, nullable=False),  # made once, sent as it stands
    Column("headers", Json, nullable=False),
    Column("state", String, nullable=False),  # pending, leased, sent, dead, cancelled
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("fence", Integer, nullable=False, default=0),  # goes up with every lease, so that a late worker is refused
    Column("owner", String),
    Column("attempts", Integer, nullable=False, default=0),  # counted before sending
    Column("sent_at", Moment),
    Column("reason", Words),  # why it is dead or cancelled
    UniqueConstraint("alert_id", "subscription_id"),
    Index("ix_deliveries_due", "state", "next_attempt_at", "id", "endpoint"),
    Index("ix_deliveries_state_leased_until", "state", "leased_until"),
    Index("ix_deliveries_subscription_id", "subscription_id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", String, nullable=False),  # started, sent, failed, refused, given up, lost
    Column("status", Integer),
    Column("error", Words),
    Column("answer", Words),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("role", String, primary_key=True),
    Column("instance", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("detail", Json, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until", Moment, nullable=False),
    Column("epoch", Integer, nullable=False),  # goes up with every new owner
)
