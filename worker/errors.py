"""The errors that a user or an operator can meet. Each message says what, where, and how to mend it."""

from __future__ import annotations

from enum import StrEnum


class DeltawireError(Exception):
    """The root of all errors that Deltawire raises on purpose."""


class SettingsError(DeltawireError):
    """A setting is missing or wrong."""


class WrongUse(DeltawireError):
    """A command was given something it cannot work with (exit code 2)."""


class FetchError(DeltawireError):
    """A feed could not be fetched or read. `permanent`: trying again without a change cannot help."""

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


class Ending(StrEnum):
    """Why deliveries put an end to a subscription. Its owner may take it up again, as nobody asked to end it."""

    GONE = "gone"
    """The endpoint answered 410."""
    REFUSED = "refused"
    """The mail server knows no such recipient, or says that he takes no mail."""
    FAILING = "failing"
    """Nothing got through to the endpoint for days."""


class TransportError(DeltawireError):
    """A delivery was not accepted. `retry_after` is in seconds, where the receiver named it.

    `kind` is what kind of failure it was, in one word, for counting; `ends` says that the receiver wants nothing more.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        status: int | None = None,
        retry_after: float | None = None,
        answer: str = "",
        kind: str = "refused",
        ends: Ending | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.kind = kind
        self.ends = ends
        self.status = status
        self.retry_after = retry_after
        self.answer = answer


class VersionConflict(DeltawireError):
    """The ledger has moved on since it was read: evaluate again."""


class LedgerBusy(DeltawireError):
    """A story's ledger moved on at every try."""


class LeaseLost(DeltawireError):
    """The lease on a delivery ran out, and another worker holds it now."""
