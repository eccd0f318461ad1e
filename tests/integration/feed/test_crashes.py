"""kill -9 at every point of both lanes: in the end Amazon shows what the database says."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.integration.feed.conftest import Amazon, Eventually, running
from tests.integration.feed.shop import Shop

from mercarich_db.tables import submissions
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.restores import RestoreWish

SCRIPT = Path(__file__).with_name("dying_feed.py")
FEED_POINTS = [
    "the row is written",
    "the document is uploaded",
    "the feed is created",
    "its id is written",
    "it is polled",
    "its report is read",
    "its report is half applied",
]
PATCH_POINTS = ["patches are claimed", "a patch is sent", "patches are written", "offers are read back"]
RESTORE_POINTS = ["patches are claimed", "a patch is sent", "offers are read back", "patches are written"]


def run_until_it_dies(shop: Shop, settings: FeedSettings, point: str) -> None:
    environment = {
        **os.environ,
        "FEED_LWA_URL": settings.lwa_url,
        "FEED_SPAPI_URL": settings.spapi_url,
        "FEED_LWA_CLIENT_ID": settings.lwa_client_id,
        "FEED_LWA_CLIENT_SECRET": settings.lwa_client_secret.get_secret_value(),
        "FEED_ENCRYPTION_KEY": shop.key,
    }
    url = shop.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), url, point, "1"], env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def let_leases_end(shop: Shop) -> None:
    """Let the leases expire, which take minutes."""
    for row in shop.submissions():
        shop.alter(submissions, row.id, created_at=row.created_at - timedelta(minutes=5))
    for row in shop.rows():
        if row.push_claim is not None:
            shop.end_claim(row.id)


def assert_clean(amazon: Amazon) -> None:
    ledger = amazon.get("/_sim/ledger")
    assert (ledger["double_pushes"], ledger["wrong_withdrawals"], ledger["wrong_restores"]) == (0, 0, 0), ledger[
        "cases"
    ]


@pytest.mark.parametrize(
    ("lane", "few", "point"),
    [*(("feed", "1", point) for point in FEED_POINTS), *(("patch", "1500", point) for point in RESTORE_POINTS)],
)
def test_f28_a_kill_around_restores_loses_nothing_and_pushes_nothing_twice(
    lane: str,
    few: str,
    point: str,
    shop: Shop,
    settings: FeedSettings,
    engine: Engine,
    amazon: Amazon,
    eventually: Eventually,
) -> None:
    shop.set("PATCH_LANE_LISTINGS", few)
    run_until_it_dies(shop, settings, point)
    let_leases_end(shop)
    # One listing is withdrawn in the meantime: an old push must not overwrite that.
    first = next(row.id for row in shop.rows(1) if row.revision == 1)
    amazon.sell(shop.row(first).sku)
    shop.withdraw([first])
    with running(engine, settings) as run:
        eventually(lambda: all(row.ended_at is not None for row in shop.submissions()))
        for user_id in (1, 2, 3):
            run.lanes.restores.wake(user_id, RestoreWish(None, None))
        eventually(lambda: shop.pending() == 0 and shop.unverified() == 0)
        eventually(lambda: all(row.ended_at is not None for row in shop.submissions()))
    assert {row.sku: amazon.shown(row.seller_id, row.sku) for row in shop.rows()} == {
        row.sku: row.quantity for row in shop.rows()
    }
    assert bool(shop.submissions()) == (lane == "feed")
    assert_clean(amazon)


@pytest.mark.parametrize("point", PATCH_POINTS)
def test_f28_a_kill_in_the_patch_lane_loses_nothing_and_pushes_nothing_twice(
    point: str, shop: Shop, settings: FeedSettings, engine: Engine, amazon: Amazon, eventually: Eventually
) -> None:
    ids = [row.id for row in shop.rows(1) if row.revision == 0 and row.quantity][:4]
    for id_ in ids:
        amazon.sell(shop.row(id_).sku)
    shop.withdraw(ids)
    run_until_it_dies(shop, settings, point)
    let_leases_end(shop)
    with running(engine, settings) as run:
        run.lanes.ticks[1].run()
        eventually(lambda: all(shop.row(id_).verified_at is not None for id_ in ids))
    assert all(amazon.shown(shop.row(id_).seller_id, shop.row(id_).sku) == 0 for id_ in ids)
    assert_clean(amazon)
