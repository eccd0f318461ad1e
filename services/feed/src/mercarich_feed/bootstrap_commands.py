"""The composition root of feed's commands: the token check, the sweep and the reconciliation."""

from collections.abc import Sequence

from mercarich_contracts.messages import ListingsChanged
from mercarich_contracts.topics import LISTINGS_CHANGED, TOPICS
from mercarich_db import clock, schema
from mercarich_db import engine as engines
from mercarich_feed.adapters.accounts_sql import open_accounts
from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lwa import Application, Lwa
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.reads_sql import SqlReads
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.adapters.token_book_sql import SqlTokenBook
from mercarich_feed.dependencies import PRODUCTION, Dependencies
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.reconcile import Reconcile
from mercarich_feed.use_cases.sweep import Sweep
from mercarich_feed.use_cases.tokens import CheckTokens
from mercarich_platform.kafka import Publisher
from mercarich_platform.settings import SharedSettings

_PUBLISH_SECONDS = 30.0


def build_token_check(
    shared: SharedSettings, own: FeedSettings, given: Dependencies = PRODUCTION
) -> tuple[CheckTokens, SqlSellers, Http]:
    """Build the token check. Raises `BadConfiguration` for an old schema or a wrong key, and `DatabaseAway`."""
    engine = given.engine or engines.create(shared.database)
    schema.require(engine)
    clock.require_right()
    accounts = open_accounts(engine, own, own.token_retry_seconds, given.now)

    def wait(seconds: float) -> bool:
        given.sleep(seconds)
        return False

    http, pace = given.http or Http(own.call_seconds), Pace(wait, given.monotonic)
    application = Application(own.lwa_url, own.lwa_client_id, own.lwa_client_secret)
    lwa = Lwa(http, application, retry_seconds=own.token_retry_seconds, now=given.monotonic)
    check = CheckTokens(
        SqlTokenBook(engine, accounts, given.now),
        SpApi(http, own.spapi_url, lwa, pace).prove,
        given.monotonic,
        given.sleep,
        own.token_gap_seconds,
    )
    return check, SqlSellers(engine, own.token_retry_seconds, given.now), http


def build_reconcile(
    shared: SharedSettings, own: FeedSettings, given: Dependencies = PRODUCTION
) -> tuple[Reconcile, SqlSellers]:
    """Build the reconciliation. Raises `BadConfiguration` for an old schema, and `DatabaseAway`."""
    engine = given.engine or engines.create(shared.database)
    schema.require(engine)
    clock.require_right()
    reads = SqlReads(engine, own.token_retry_seconds, given.now)
    sellers = SqlSellers(engine, own.token_retry_seconds, given.now)
    return Reconcile(reads, given.now, given.monotonic, given.sleep), sellers


def build_sweep(
    shared: SharedSettings, own: FeedSettings, given: Dependencies = PRODUCTION
) -> tuple[Sweep, SqlSellers]:
    """Build the sweep. Raises `BadConfiguration` when the schema is older than this code, and `DatabaseAway`."""
    engine = given.engine or engines.create(shared.database)
    schema.require(engine)
    clock.require_right()
    sellers = SqlSellers(engine, own.token_retry_seconds, given.now)
    publisher = given.publisher or Publisher(shared.kafka, client_id="feed-sweep", topics=TOPICS)

    def publish(messages: Sequence[ListingsChanged]) -> None:
        for message in messages:
            publisher.publish(LISTINGS_CHANGED.name, message.encode(), key=str(message.user_id).encode())
        publisher.flush(_PUBLISH_SECONDS)

    return Sweep(sellers, publish, given.monotonic, given.sleep), sellers
