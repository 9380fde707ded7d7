"""Findings and deadline events, held against subscriptions: what is told, to whom and when, and why something is not.

Pure: the same functions serve live running, replay and preview. `planning.py` is where to begin.
"""

from __future__ import annotations

from worker.alerts.asking import FIELDS, asked, in_words, mail_address, said, split
from worker.alerts.bodies import LONGEST_QUOTE, Composer, Telling
from worker.alerts.making import alerts_of, kinds_of
from worker.alerts.model import (
    BY_THE_CLOCK,
    IN_VAIN,
    Acknowledged,
    Alert,
    Corroborated,
    Delivery,
    Fate,
    Known,
    Notice,
    Plan,
    Reason,
    Silence,
    Step,
    Superseded,
    Waiting,
)
from worker.alerts.planning import corroborations, plan, release, tell
from worker.alerts.policy import why_not
from worker.alerts.subscription import (
    KINDS,
    AlertKind,
    Channel,
    Policy,
    Subscription,
    manage_token,
    shown_address,
    unsubscribe_token,
)

__all__ = [
    "BY_THE_CLOCK",
    "FIELDS",
    "IN_VAIN",
    "KINDS",
    "LONGEST_QUOTE",
    "Acknowledged",
    "Alert",
    "AlertKind",
    "Channel",
    "Composer",
    "Corroborated",
    "Delivery",
    "Fate",
    "Known",
    "Notice",
    "Plan",
    "Policy",
    "Reason",
    "Silence",
    "Step",
    "Subscription",
    "Superseded",
    "Telling",
    "Waiting",
    "alerts_of",
    "asked",
    "corroborations",
    "in_words",
    "kinds_of",
    "mail_address",
    "manage_token",
    "plan",
    "release",
    "said",
    "shown_address",
    "split",
    "tell",
    "unsubscribe_token",
    "why_not",
]
