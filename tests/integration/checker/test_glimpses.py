"""Auctions that a result page shows open: a look at them is worth less for a while, and nothing else changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from tests.integration.checker.shop import Shop

from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_checker.adapters.watch_sql import HEADS, SqlWatched
from mercarich_checker.domain.freshness import look_class
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_db import engine as engines
from mercarich_db.glimpses import note_glimpses
from mercarich_db.tables import evidence, listing_events, listings, source_items
from mercarich_platform.clock import utc_now
from mercarich_runs.ports import Operation, Request

NOW, HOUR = utc_now(), timedelta(hours=1)
SEEN = {"state": "available", "checked_at": NOW - 3 * HOUR, "look_class": look_class(1e-6, 12 * HOUR)}
SOURCES = ("on-sale", "gone", "draft", "never-seen")


def shown(
    item_id: str,
    state: State = State.AVAILABLE,
    at: datetime = NOW,
    ends_in: timedelta | None = HOUR,
    marketplace: Marketplace = Marketplace.YAHOO,
) -> Item:
    """A row of a result page that was fetched at `at`."""
    seen = Evidence(
        url="https://pages/", http_status=200, body_sha256=None, parser_version="t/1", extract="", fetched_at=at
    )
    end_at = None if ends_in is None else at + ends_in
    return Item(marketplace=marketplace, item_id=item_id, state=state, evidence=seen, end_at=end_at)


def note(engine: Engine, items: Sequence[Item], now: datetime = NOW) -> int:
    return engines.run_tx(engine, lambda connection: note_glimpses(connection, items, now))


def glimpses(engine: Engine) -> dict[str, datetime | None]:
    with engines.reading(engine) as connection:
        return {row.item_id: row.glimpsed_at for row in connection.execute(select(source_items))}


def _all_else(engine: Engine) -> list[Any]:
    others = [column for column in source_items.c if column.name != "glimpsed_at"]
    with engines.reading(engine) as connection:
        return [
            connection.execute(select(*columns)).all() for columns in (others, listings.c, evidence.c, listing_events.c)
        ]


def _stock(shop: Shop) -> None:
    seller, end = shop.seller("a"), {"end_at": NOW + HOUR, "due_at": NOW + HOUR}
    shop.listing(seller, "on-sale", source=SEEN | end)
    shop.listing(seller, "gone", source={"state": "sold", "checked_at": NOW - HOUR, "suspected_at": NOW - HOUR})
    shop.listing(seller, "draft", listed=False, source={"state": "available", "checked_at": NOW - HOUR})
    shop.listing(seller, "never-seen")


_rows = st.builds(
    shown,
    st.sampled_from((*SOURCES, "unknown-item")),
    st.sampled_from(State),
    st.timedeltas(-3 * HOUR, 3 * HOUR).map(lambda span: NOW + span),
    st.none() | st.timedeltas(-2 * HOUR, 2 * HOUR),
    st.sampled_from(Marketplace),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_rows, max_size=6), max_size=4))
def test_whatever_pages_show_no_state_look_due_time_or_offer_changes(
    engine: Engine, shop: Shop, pages: list[list[Item]]
) -> None:
    if not glimpses(engine):
        _stock(shop)
    before, last = _all_else(engine), glimpses(engine)["on-sale"]
    for page in pages:
        note(engine, page)
        new = glimpses(engine)
        assert [name for name, at in new.items() if at is not None] in ([], ["on-sale"])
        now_at = new["on-sale"]
        assert last is None or (now_at is not None and last <= now_at)
        assert now_at is None or now_at <= NOW
        last = now_at
    assert _all_else(engine) == before


def test_an_auction_on_sale_that_is_shown_open_before_its_end_is_noted_with_the_pages_time(
    engine: Engine, shop: Shop
) -> None:
    _stock(shop)

    assert note(engine, [shown("on-sale", at=NOW - HOUR), shown("new")]) == 1
    assert glimpses(engine) == dict.fromkeys(SOURCES) | {"on-sale": NOW - HOUR}


def test_what_does_not_show_it_open_before_its_end_is_no_glimpse(engine: Engine, shop: Shop) -> None:
    _stock(shop)

    for row in (
        shown("on-sale", ends_in=None),
        shown("on-sale", ends_in=timedelta(0)),
        shown("on-sale", state=State.UNKNOWN),
        shown("on-sale", state=State.SOLD),
        shown("on-sale", marketplace=Marketplace.MERCARI),
    ):
        assert note(engine, [row]) == 0


def _taken(engine: Engine, shop: Shop, room: int) -> set[str]:
    window = Request(Marketplace.YAHOO, plans=(), dual_boot=True)
    run = SqlRuns(engine, Operation.WATCH).start(window, "w", utc_now())
    SqlWatched(engine).take(run, room, frozenset(), utc_now())
    with engines.reading(engine) as connection:
        mine = select(source_items.c.item_id).where(source_items.c.check_run == run.id)
        return set(connection.execute(mine).scalars())


def test_the_watch_leaves_glimpsed_sources_for_later_however_many_are_first_of_their_class(
    engine: Engine, shop: Shop
) -> None:
    seller, now = shop.seller("a"), utc_now()
    glimpsed = [f"g{number}" for number in range(HEADS + 20)]
    others = {f"x{number}" for number in range(10)}
    for age, item_ids in ((3 * HOUR, glimpsed), (2 * HOUR, sorted(others))):
        for item_id in item_ids:
            shop.listing(seller, item_id, source=SEEN | {"checked_at": now - age})
    note(engine, [shown(item_id, at=now) for item_id in glimpsed], now)

    taken = _taken(engine, shop, room=10)

    assert len(others - taken) <= 1, "at most one look is drawn from all sources"


def test_a_glimpse_saves_no_source_from_the_look_that_its_plan_or_its_end_asks_for(engine: Engine, shop: Shop) -> None:
    seller, now = shop.seller("a"), utc_now()
    shop.listing(seller, "overdue", source=SEEN | {"checked_at": now - 13 * HOUR})
    shop.listing(seller, "ended", source=SEEN | {"checked_at": now - HOUR, "due_at": now - HOUR / 60})
    for number in range(10):
        shop.listing(seller, f"x{number}", source=SEEN | {"checked_at": now - 11 * HOUR})
    note(engine, [shown("overdue", at=now), shown("ended", at=now)], now)

    assert {"overdue", "ended"} <= _taken(engine, shop, room=4)
