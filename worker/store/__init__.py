"""The database: the record of every story, and the outbox. SQLAlchemy is spoken here and nowhere else.

`Store` joins the queries of the modules beside it; each method is one transaction.
"""

from __future__ import annotations

from worker.store.articles import Added, ArticleQueries, NewArticle, StoredArticle
from worker.store.deliveries import DeliveryQueries, Kept, Try
from worker.store.endpoints import Ended, EndpointQueries
from worker.store.feeds import FeedQueries, StoredFeed
from worker.store.keeping import KeepingQueries
from worker.store.letters import Letter, LetterQueries
from worker.store.notices import Audience, FanOut, Held, NoticeQueries
from worker.store.outbox import Leased, OutboxQueries, Reaped, Result
from worker.store.requests import Confirmed, RequestQueries
from worker.store.roles import Heartbeat, RoleQueries
from worker.store.silences import SilenceQueries, new_silence_id
from worker.store.stories import Committed, Story, StoryQueries
from worker.store.subscriptions import SubscriptionQueries, new_subscription_id

__all__ = [
    "Added",
    "Audience",
    "Committed",
    "Confirmed",
    "Ended",
    "FanOut",
    "Heartbeat",
    "Held",
    "Kept",
    "Leased",
    "Letter",
    "NewArticle",
    "Reaped",
    "Result",
    "Store",
    "StoredArticle",
    "StoredFeed",
    "Story",
    "Try",
    "new_silence_id",
    "new_subscription_id",
]


class Store(
    StoryQueries,
    FeedQueries,
    ArticleQueries,
    SubscriptionQueries,
    RequestQueries,
    LetterQueries,
    KeepingQueries,
    NoticeQueries,
    SilenceQueries,
    EndpointQueries,
    OutboxQueries,
    DeliveryQueries,
    RoleQueries,
):
    """Everything that is kept. `Store.open(settings)`, then `upgrade()` once. Threads may share it, forks may not."""
