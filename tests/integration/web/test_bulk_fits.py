"""The SQL of which listings an action fits agrees with the listing's stage, for every combination of columns."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select
from tests.integration.web.rows import NOW, Rows

from mercarich_db import tables
from mercarich_db.engine import reading, run_tx
from mercarich_listings import store
from mercarich_listings.listing import Listing
from mercarich_listings.stages import is_in
from mercarich_listings.transition import Stage
from mercarich_web.jobs.sql.new_rows import new_listing
from mercarich_web.listings.actions import ACTIONS, BulkAction
from mercarich_web.listings.sql.changes import FITS
from mercarich_web.listings.sql.deletions import fits

COLUMNS: Mapping[str, Sequence[Any]] = {
    "listed": (False, True),
    "quantity": (0, 2),
    "searching": (False, True),
    "stopped_at": (None, NOW),
    "paused_at": (None, NOW),
    "withdrawn_at": (None, NOW),
    "restored_at": (None, NOW),
    "hold_id": (None, 5),
    "orphan": (False, True),
}


@pytest.fixture
def listings(engine: Engine, rows: Rows) -> Mapping[int, tuple[Listing, bool]]:
    """By id: every combination of the columns, alone, with a removal and with an open creation, and whether Amazon does
    not know it."""
    user_id, source_id = rows.user("ann"), rows.source("x1")
    new = new_listing(user_id, source_id, "yahoo", 1, NOW) | {"verified_at": NOW}
    every = [new | dict(zip(COLUMNS, values, strict=True)) for values in product(*COLUMNS.values())]
    removal = {"user_id": user_id, "wanted_at": NOW, "attempts": 0}
    creation = {"user_id": user_id, "way": "create", "quantity": 1, "asked_at": NOW, "state": "waiting", "attempts": 0}

    def write(connection: Connection) -> list[int]:
        ids = store.add(
            connection, [row | {"sku": f"SKU-{number}"} for number, row in enumerate([*every, *every, *every])]
        )
        removals = [{"listing_id": id, **removal} for id in ids[len(every) : 2 * len(every)]]
        connection.execute(insert(tables.listing_removals), removals)
        creations = [{"listing_id": id, **creation} for id in ids[2 * len(every) :]]
        connection.execute(insert(tables.listing_creations), creations)
        return ids

    ids = run_tx(engine, write)
    offer = tables.listings.c
    with reading(engine) as connection:
        orphans = set(connection.execute(select(offer.id).where(offer.orphan)).scalars())
        return {row.id: (row, row.id in orphans) for row in store.read(connection, ids)}


def test_sql_and_stages_agree(engine: Engine, listings: Mapping[int, tuple[Listing, bool]]) -> None:
    assert len(listings) == 3 * 2 ** len(COLUMNS)
    for action, condition in FITS.items():
        with reading(engine) as connection:
            found = set(connection.execute(select(tables.listings.c.id).where(condition)).scalars())
        assert found == {
            id
            for id, (row, is_orphan) in listings.items()
            if row.stage in ACTIONS[action].stages and not (is_orphan and ACTIONS[action].known_to_amazon)
        }, action


@pytest.mark.parametrize("stage", Stage)
def test_each_stage_is_the_same_in_sql(
    engine: Engine, listings: Mapping[int, tuple[Listing, bool]], stage: Stage
) -> None:
    with reading(engine) as connection:
        found = set(connection.execute(select(tables.listings.c.id).where(is_in({stage}))).scalars())

    assert found
    assert found == {id for id, (row, _) in listings.items() if row.stage is stage}


def test_what_may_be_deleted_is_in_a_stage_that_ends(
    engine: Engine, listings: Mapping[int, tuple[Listing, bool]]
) -> None:
    """For offers SQL has further conditions besides the stage: nothing may be under way."""
    with reading(engine) as connection:
        found = set(connection.execute(select(tables.listings.c.id).where(fits(NOW))).scalars())

    assert found
    assert {listings[id][0].stage for id in found} == ACTIONS[BulkAction.DELETE].stages
