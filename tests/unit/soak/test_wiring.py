"""The services of the simulated week are built by their own composition roots, so that the soak tests what those
wire."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement, func, select
from tests.soak.plant import RESTART_SECONDS
from tests.soak.week import USUAL, Size, Week

from mercarich_contracts.events import EventKind
from mercarich_contracts.schedule import SCHEDULE
from mercarich_db.engine import reading
from mercarich_db.tables import listing_events, listings
from mercarich_platform.exit_codes import DONE, TRY_AGAIN
from mercarich_simulator.amazon.lag import LONGEST

ROWS = {row.name: row for row in SCHEDULE}


@pytest.fixture
def size() -> Size:
    return Size(sellers=2, listings=60)


def test_a_listing_that_is_deleted_at_amazon_leaves_it_and_then_the_books(week: Week) -> None:
    row = replace(ROWS["delete-old-items"], command=("delete_old_items", "--expired-days", "7", "--delete-listing"))
    old = _skus(week, listings.c.withdrawn_at <= week.kernel.start - timedelta(days=7))
    assert old

    command = week.commands.launch(row, "by hand")
    week.kernel.sleep(120)

    assert command.poll() == DONE
    assert _left_amazon(week) == len(old)
    assert _skus(week, listings.c.sku.in_(old)) == []
    week.kernel.sleep(USUAL.lag_seconds * LONGEST)
    week.plant.market.world.settle()
    offers = week.plant.market.world.offers.touched
    assert {sku for (_, sku), offer in offers.items() if offer.deleted} == set(old)


def test_every_row_of_the_schedule_is_done_or_tried_again(week: Week) -> None:
    week.plant.database.away = True
    refused = {name: week.commands.launch(row, f"refused {name}") for name, row in ROWS.items()}
    week.kernel.sleep(60)
    assert {name: command.poll() for name, command in refused.items()} == dict.fromkeys(ROWS, TRY_AGAIN)

    week.plant.database.away = False
    again = {name: week.commands.launch(row, f"again {name}") for name, row in ROWS.items()}
    week.kernel.sleep(3 * 3600)
    assert {name: command.poll() for name, command in again.items()} == dict.fromkeys(ROWS, DONE)


def test_a_service_that_starts_while_the_database_is_away_is_started_again(week: Week) -> None:
    week.plant.database.away = True
    week.services.kill("feed", away_seconds=1.0)
    week.kernel.sleep(2.0)
    assert "feed" not in week.services.running

    week.plant.database.away = False
    week.kernel.sleep(RESTART_SECONDS)
    assert "feed" in week.services.running


def _skus(week: Week, which: ColumnElement[bool]) -> list[str]:
    with reading(week.plant.database.books) as connection:
        return list(connection.execute(select(listings.c.sku).where(which)).scalars())


def _left_amazon(week: Week) -> int:
    left = select(func.count()).where(listing_events.c.kind == EventKind.LEFT_AMAZON)
    with reading(week.plant.database.books) as connection:
        return connection.execute(left).scalar_one()
