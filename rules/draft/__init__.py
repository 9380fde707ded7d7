"""A first pack from a baseline article, for a person to edit: `draft`."""

from rules.draft.write import DraftError, draft

__all__ = ["DraftError", "draft"]
