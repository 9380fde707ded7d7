"""Signing up by the web: what was asked for on a page, and the mails that ask for a confirmation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.drop_column("subscriptions", "token_hash")
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("story", sa.String, nullable=False),
        sa.Column("subscription_id", sa.String, nullable=False),
        sa.Column("moves", sa.Boolean, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("wishes", json, nullable=False),
        sa.Column("source_key", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_requests_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index("ix_requests_state_id", "requests", ["state", "id"])
    op.create_index("ix_requests_source_key_at", "requests", ["source_key", "at"])
    op.create_index("ix_requests_at", "requests", ["at"])
    op.create_table(
        "letters",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("subscription_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("address_key", sa.String, nullable=False),
        sa.Column("token_hash", sa.String),
        sa.Column("used_at", moment),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("next_attempt_at", moment, nullable=False),
        sa.Column("leased_until", moment),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_letters_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index(op.f("ix_letters_subscription_id"), "letters", ["subscription_id"])
    op.create_index("ix_letters_state_next_attempt_at", "letters", ["state", "next_attempt_at"])
    op.create_index("ix_letters_address_key_created_at", "letters", ["address_key", "created_at"])
    op.create_index("ix_letters_created_at", "letters", ["created_at"])


def downgrade() -> None:
    op.drop_table("letters")
    op.drop_table("requests")
    op.add_column("subscriptions", sa.Column("token_hash", sa.String))
