"""The first tables.

A migration that was released is never edited; it names types and constraints in full, so that later changes of
`tables.py` leave it alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _heartbeats()
    _leases()
    _stories()
    _alerts()
    _entries()
    _feeds()
    _subscriptions()
    _articles()
    _deliveries()
    _suppressions()
    _attempts()
    _findings()


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_table("attempts")
    op.drop_table("suppressions")
    op.drop_table("deliveries")
    op.drop_table("articles")
    op.drop_table("subscriptions")
    op.drop_table("feeds")
    op.drop_table("entries")
    op.drop_table("alerts")
    op.drop_table("stories")
    op.drop_table("leases")
    op.drop_table("heartbeats")


def _heartbeats() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("role", sa.String, nullable=False),
        sa.Column("instance", sa.String, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("detail", json, nullable=False),
        sa.PrimaryKeyConstraint("role", "instance", name=op.f("pk_heartbeats")),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("deadlines_checked_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("update", sa.Boolean, nullable=False),
        sa.Column("fact", sa.String, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("phase", sa.String),
        sa.Column("role", sa.String),
        sa.Column("due", sa.String),
        sa.Column("at", moment, nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("body", json, nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_alerts_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("key", name=op.f("uq_alerts_key")),
    )
    op.create_index("ix_alerts_story_made_at_id", "alerts", ["story", "made_at", "id"])


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("story", sa.String, nullable=False),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("fact", sa.String, nullable=False),
        sa.Column("state", json, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("valid", moment, nullable=False),
        sa.Column("learned", moment, nullable=False),
        sa.Column("article", sa.String),
        sa.Column("source", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("quote", sa.Text),
        sa.Column("confidence", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_entries_story")),
        sa.PrimaryKeyConstraint("story", "seq", name=op.f("pk_entries")),
    )


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_kind", sa.String, nullable=False),
        sa.Column("every_s", sa.Float, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("next_poll_at", moment, nullable=False),
        sa.Column("leased_until", moment),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_status", sa.String),
        sa.Column("last_error", sa.Text),
        sa.Column("last_success_at", moment),
        sa.Column("first_polled_at", moment),
        sa.Column("added_by", sa.String, nullable=False),
        sa.Column("removed_by", sa.String),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_feeds_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
    )
    op.create_index(op.f("ix_feeds_next_poll_at"), "feeds", ["next_poll_at"])


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("kinds", json, nullable=False),
        sa.Column("topics", json, nullable=False),
        sa.Column("facts", json, nullable=False),
        sa.Column("min_confidence", sa.Float, nullable=False),
        sa.Column("deadline_phases", json, nullable=False),
        sa.Column("updates", sa.Boolean, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("token_hash", sa.String),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_subscriptions_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("story", "channel", "address", name=op.f("uq_subscriptions_story_channel_address")),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("feed_id", sa.String, nullable=False),
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("link_key", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_kind", sa.String, nullable=False),
        sa.Column("published", moment, nullable=False),
        sa.Column("fetched", moment, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("previous", sa.Integer),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_until", moment),
        sa.Column("error", sa.Text),
        sa.Column("evaluated_at", moment),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_articles_feed_id")),
        sa.ForeignKeyConstraint(["previous"], ["articles.id"], name=op.f("fk_articles_previous")),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_articles_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("feed_id", "guid", "content_hash", name=op.f("uq_articles_feed_id_guid_content_hash")),
        sa.UniqueConstraint("story", "link_key", "content_hash", name=op.f("uq_articles_story_link_key_content_hash")),
    )
    op.create_index("ix_articles_state_leased_until", "articles", ["state", "leased_until"])
    op.create_index("ix_articles_story_published", "articles", ["story", "published"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("subscription_id", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("endpoint", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("headers", json, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("next_attempt_at", moment, nullable=False),
        sa.Column("leased_until", moment),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("owner", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("sent_at", moment),
        sa.Column("reason", sa.Text),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_deliveries_alert_id")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_deliveries_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("alert_id", "subscription_id", name=op.f("uq_deliveries_alert_id_subscription_id")),
    )
    op.create_index("ix_deliveries_state_leased_until", "deliveries", ["state", "leased_until"])
    op.create_index("ix_deliveries_due", "deliveries", ["state", "next_attempt_at", "id", "endpoint"])
    op.create_index("ix_deliveries_subscription_id", "deliveries", ["subscription_id"])


def _suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("subscription_id", sa.String, nullable=False),
        sa.Column("alert_key", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_suppressions_subscription_id")
        ),
        sa.PrimaryKeyConstraint("subscription_id", "alert_key", name=op.f("pk_suppressions")),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("delivery_id", sa.String, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("ended_at", moment),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.Text),
        sa.Column("answer", sa.Text),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_attempts")),
    )


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("fact", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("body", json, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_findings_article_id")),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_findings_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_article_id"), "findings", ["article_id"])
