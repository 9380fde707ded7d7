"""Who is told when: policies of subscriptions, notices, silences, acknowledgements, and an index of who wants what.

Why somebody was left out by his own filters is worked out when it is asked for, and no longer kept.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name, kind, default in (
        ("min_severity", sa.String, "low"),
        ("source_kinds", json, "[]"),
        ("deadline_days", json, "[7, 3, 1]"),
        ("policy", json, "{}"),
    ):
        op.add_column("subscriptions", sa.Column(name, kind, nullable=False, server_default=default))
    _interests()
    _notices()
    _fanouts()
    _silences()
    _acknowledgements()
    op.create_index("ix_alerts_story_fact_at", "alerts", ["story", "fact", "at"])
    op.drop_table("suppressions")
    connection = op.get_bind()
    rows = connection.execute(sa.select(_subscriptions)).all()
    wishes = [wish for row in rows for wish in _wishes(row)]
    if wishes:
        connection.execute(_interests_table.insert(), wishes)
    op.execute(
        "INSERT INTO notices (subscription_id, alert_id, fate, delivery_id, trail) "
        "SELECT subscription_id, alert_id, 'told', id, '[]' FROM deliveries"
    )


def downgrade() -> None:
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
    op.drop_index("ix_alerts_story_fact_at", "alerts")
    for table in ("acknowledgements", "silences", "fanouts", "notices", "interests"):
        op.drop_table(table)
    for name in ("policy", "deadline_days", "source_kinds", "min_severity"):
        op.drop_column("subscriptions", name)


_subscriptions = sa.table(
    "subscriptions", sa.column("id"), sa.column("story"), sa.column("kinds", json), sa.column("topics", json),
    sa.column("facts", json),
)  # fmt: skip
_interests_table = sa.table(
    "interests", sa.column("story"), sa.column("kind"), sa.column("subject"), sa.column("subscription_id")
)


def _wishes(row: sa.Row[Any]) -> list[dict[str, Any]]:
    subjects = [*(f"topic:{it}" for it in row.topics), *(f"fact:{it}" for it in row.facts)] or ["*"]
    return [
        {"story": row.story, "kind": kind, "subject": subject, "subscription_id": row.id}
        for kind in row.kinds
        for subject in subjects
    ]


def _interests() -> None:
    op.create_table(
        "interests",
        sa.Column("story", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("subscription_id", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_interests_subscription_id")),
        sa.PrimaryKeyConstraint("story", "kind", "subject", "subscription_id", name=op.f("pk_interests")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_interests_subscription_id"), "interests", ["subscription_id"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("subscription_id", sa.String, nullable=False),
        sa.Column("alert_id", sa.String, nullable=False),
        sa.Column("fate", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("until", moment),
        sa.Column("corroborated", sa.Text),
        sa.Column("delivery_id", sa.String),
        sa.Column("trail", json, nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_notices_subscription_id")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_notices_alert_id")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_notices_delivery_id")),
        sa.PrimaryKeyConstraint("subscription_id", "alert_id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_fate_until", "notices", ["fate", "until"])
    op.create_index("ix_notices_alert_id", "notices", ["alert_id"])
    op.create_index("ix_notices_delivery_id", "notices", ["delivery_id"])


def _fanouts() -> None:
    op.create_table(
        "fanouts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("alerts", json, nullable=False),
        sa.Column("after", sa.String, nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_fanouts_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fanouts")),
    )


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("subscription_id", sa.String),
        sa.Column("fact", sa.String, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_silences_story")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_silences_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index("ix_silences_story_until", "silences", ["story", "until"])


def _acknowledgements() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("subscription_id", sa.String, nullable=False),
        sa.Column("fact", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("due", sa.String, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_acknowledgements_subscription_id")
        ),
        sa.PrimaryKeyConstraint("subscription_id", "fact", "role", "due", name=op.f("pk_acknowledgements")),
    )
