"""Sellers of the week have offers created, and what the product makes of that is judged by the market."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update
from tests.soak.new_offers import TAKEN_OVER, NewOffers
from tests.soak.week import USUAL, Size, Week

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listing_creations, listings, source_items
from mercarich_simulator.shelf import FIRST_NEW

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


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[Week]:
    """A week of a market that renews itself."""
    week = Week(tmp_path / "mixed", 1, Size(sellers=2, listings=40), replace(USUAL, demand=1.0))
    with closing(week.plant.darkroom):
        yield week
        week.kernel.end()


def test_where_the_market_renews_itself_sellers_make_as_many_drafts_as_they_have_lost_offers(mixed: Week) -> None:
    new = NewOffers(mixed.plant, 1)
    mixed.kernel.sleep(12 * HOUR)
    new.turn()
    before = new.made
    lost = select(listings.c.id).where(listings.c.listed, listings.c.quantity > 0).order_by(listings.c.id).limit(3)
    with reading(mixed.plant.database.books) as connection:
        ids = connection.execute(lost).scalars().all()
    down = update(listings).where(listings.c.id.in_(ids)).values(quantity=0)
    run_tx(mixed.plant.database.books, lambda connection: connection.execute(down))
    for _ in range(2):
        new.turn()

    assert new.made == before + 3
    with reading(mixed.plant.database.books) as connection:
        made = select(source_items.c.marketplace, source_items.c.item_id)
        made = made.join(listings, listings.c.source_item_id == source_items.c.id).where(~listings.c.listed)
        items = connection.execute(made).all()
    catalogue = mixed.plant.market.world.catalogue
    assert all((catalogue.number_of(*item) or 0) >= FIRST_NEW for item in items)


def test_an_own_offer_whose_taking_over_was_given_up_is_left_to_its_seller(
    week: Week, new: NewOffers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("GIVEN_UP", 1), ("TAKEN_OVER", 1), ("LONGEST_THOUGHT_SECONDS", 0.0)):
        monkeypatch.setattr(f"tests.soak.new_offers.{name}", value)
    new.turn()
    assert new.left_to_sellers() == frozenset()
    week.kernel.sleep(60.0)
    assert {sku for _, sku in new.left_to_sellers()} == {"NEW-00001", "NEW-00002"}
