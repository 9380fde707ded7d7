"""What it takes to look after deliveries: endpoints that fail, secrets that rotate, what is sent again or kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
COLUMNS = {
    "subscriptions": (
        ("failing_since", moment),
        ("cause", sa.String),
        ("contact", sa.Text),
        ("tell_owner_at", moment),
        ("old_secret", sa.Text),
        ("old_secret_until", moment),
    ),
    "deliveries": (("lost", sa.Integer), ("resent_at", moment), ("attempts_before", sa.Integer)),
    "attempts": (("seconds", sa.Float), ("error_class", sa.String)),
}
COUNTS = ("lost", "attempts_before")


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            count = name in COUNTS
            column = sa.Column(name, kind, nullable=not count, server_default="0" if count else None)
            op.add_column(table, column)
    op.create_index("ix_attempts_started_at", "attempts", ["started_at"])


def downgrade() -> None:
    op.drop_index("ix_attempts_started_at", "attempts")
    for table, columns in COLUMNS.items():
        for name, _ in columns:
            op.drop_column(table, name)
