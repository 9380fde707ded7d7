"""A first pack from a baseline article, for a person to edit: `baseline_article` reads it, `draft` makes the files."""

from rules.draft.write import DraftError, baseline_article, draft

__all__ = ["DraftError", "baseline_article", "draft"]
