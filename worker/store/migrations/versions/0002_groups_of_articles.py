"""Groups of articles: copies and rewrites of one. Articles that were stored before stay alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As SQL, which both databases take: Alembic adds the constraint in a second statement, which SQLite has not.
    op.execute("ALTER TABLE articles ADD COLUMN grp INTEGER CONSTRAINT fk_articles_grp REFERENCES articles (id)")
    op.add_column("articles", sa.Column("relation", sa.String))
    op.add_column("articles", sa.Column("likeness", sa.Float))
    op.create_index("ix_articles_story_content_hash", "articles", ["story", "content_hash"])
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("day", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_bands_article_id")),
        sa.PrimaryKeyConstraint("band", "day", "article_id", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("bands")
    op.drop_index("ix_articles_story_content_hash", "articles")
    op.drop_column("articles", "likeness")
    op.drop_column("articles", "relation")
    op.drop_column("articles", "grp")
