"""The rules engine: text in, findings out. Pure: no network, no clock, no database.

Public names are those below; `rules.engine` says what each call does.
"""

from rules.engine import due, evaluate, open_story
from rules.model import (
    Article,
    DeadlineEvent,
    Entry,
    Evaluation,
    FactKind,
    Finding,
    Kind,
    Ledger,
    PartialDate,
    Phase,
    Severity,
    SourceKind,
    State,
    Status,
    Value,
)
from rules.pack import Pack, PackError, installed_packs, load_pack

__all__ = [
    "Article",
    "DeadlineEvent",
    "Entry",
    "Evaluation",
    "FactKind",
    "Finding",
    "Kind",
    "Ledger",
    "Pack",
    "PackError",
    "PartialDate",
    "Phase",
    "Severity",
    "SourceKind",
    "State",
    "Status",
    "Value",
    "due",
    "evaluate",
    "installed_packs",
    "load_pack",
    "open_story",
]
