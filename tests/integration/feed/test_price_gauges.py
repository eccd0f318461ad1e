"""How many prices are on their way, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert
from tests.integration.feed.shop import now
from tests.integration.feed.test_orders import gauges

from mercarich_db.engine import run_tx
from mercarich_db.tables import repricings
from mercarich_feed import metrics


def test_the_gauges_count_prices_on_their_way_by_state_and_the_age_of_the_oldest(engine: Engine) -> None:
    gauges(engine)
    assert (number("waiting"), number("sent"), metrics.PRICES_SECONDS._value.get()) == (0, 0, 0)

    for listing_id, state, minutes in ((1, "waiting", 4), (2, "sent", 30), (3, "sent", 5), (4, "shown", 99)):
        wish = {"listing_id": listing_id, "user_id": 1, "revision": 1, "from_jpy": 900, "to_jpy": 1000}
        asked_at = now() - timedelta(minutes=minutes)
        values = wish | {"state": state, "attempts": 1, "asked_at": asked_at}
        values |= {"ended_at": now() if state == "shown" else None}
        run_tx(engine, lambda connection, values=values: connection.execute(insert(repricings).values(values)))
    gauges(engine)

    assert (number("waiting"), number("sent")) == (1, 2)
    assert metrics.PRICES_SECONDS._value.get() == pytest.approx(1800, abs=60), "what Amazon has is on no way"


def number(state: str) -> float:
    return float(metrics.PRICES_OPEN.labels(state)._value.get())
