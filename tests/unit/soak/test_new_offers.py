"""Sellers of the week have offers created, and what the product makes of that is judged by the market."""

from typing import Any

import orjson
import pytest
from sqlalchemy import update
from tests.soak.new_offers import TAKEN_OVER, NewOffers
from tests.soak.week import Week

from mercarich_db.engine import run_tx
from mercarich_db.tables import listing_creations

HOUR = 3_600.0


@pytest.fixture
def new(week: Week) -> NewOffers:
    return NewOffers(week.plant, 1)


def ledger(week: Week) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(week.plant.market.answer("GET", "http://simulator/_sim/ledger", {}, b"").body)
    return told


def test_drafts_become_offers_that_amazon_sells_and_one_is_taken_over(week: Week, new: NewOffers) -> None:
    for _ in range(TAKEN_OVER):
        new.turn()
        week.kernel.sleep(HOUR)
    new.rest()
    week.kernel.sleep(HOUR)
    new.tell()

    assert new.made == 2 * TAKEN_OVER
    assert new.counts().get("created", 0) > 2
    assert sum(new.counts().values()) == new.made
    assert list(new.called_up()) == []
    told = ledger(week)
    assert (told["created"] > 2, told["created_unmeant"]) == (True, 0)


def test_an_offer_that_nobody_wants_is_the_ledgers_case(week: Week, new: NewOffers) -> None:
    new.turn()
    week.kernel.sleep(HOUR)
    week.plant.market.world.offers.meant = set()

    assert ledger(week)["created_unmeant"] == ledger(week)["created"] > 0


def test_an_offer_that_the_books_call_created_and_amazon_never_sold_is_told(week: Week, new: NewOffers) -> None:
    new.turn()
    books, now = week.plant.database.books, week.plant.kernel.utc()
    ended = update(listing_creations).values(state="created", ended_at=now)
    run_tx(books, lambda connection: connection.execute(ended))

    assert [offence.sku for offence in new.called_up()] == ["NEW-00001", "NEW-00002"]
