"""A seller requests a look now: the sources are added to the newest run, within limits, and the checkers get
messages."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, select, true, update
from tests.integration.web.rows import Rows, ago
from tests.integration.web.shops import by_sku, events, signed_in
from tests.integration.web.site import Browser

from mercarich_checker.adapters import doubts_sql
from mercarich_contracts.market import Marketplace, RouteName
from mercarich_contracts.messages import CheckBatch
from mercarich_contracts.topics import CHECK, TOPICS
from mercarich_db import asked_looks, tables
from mercarich_db.engine import reading, run_tx
from mercarich_platform.clock import utc_now
from mercarich_platform.kafka import ensure_topics, read_topics
from mercarich_runs.domain.brake import Doubt
from mercarich_web.listings import choices as bulk
from mercarich_web.listings.actions import BulkAction
from mercarich_web.listings.looks_kafka import KafkaLooks
from mercarich_web.listings.sql.actions import SqlBulk

YAHOO = CHECK[Marketplace.YAHOO].name


@pytest.fixture
def ann(database_url: str, engine: Engine, rows: Rows, kafka_bootstrap: str) -> Iterator[Browser]:
    """Two offers of sources seen an hour ago, one of a source seen just now, one down, and one at a marketplace without
    any run; the run of Yahoo! Auctions has ended."""
    user_id = rows.user("ann")
    rows.add(
        tables.amazon_accounts,
        user_id=user_id,
        seller_id="A1",
        marketplace_id="M",
        refresh_token="x",
        token_verdict="valid",
    )
    old, fresh = rows.source("x111111", seller_id="shop"), rows.source("x222222", checked_at=ago(minutes=3))
    other = rows.source("m11111111111", marketplace="mercari")
    run = rows.run(3)
    head = (tables.run_heads.c.operation == "check", tables.run_heads.c.marketplace == "yahoo")
    rows.change(update(tables.run_heads).where(*head).values(generation=3, run_id=run))
    rows.listing(user_id, old, "OLD-1")
    rows.listing(user_id, old, "OLD-2")
    rows.listing(user_id, fresh, "FRESH-1")
    rows.listing(user_id, old, "DOWN-1", quantity=0)
    rows.listing(user_id, other, "OTHER-1", marketplace="mercari")
    with signed_in(database_url, engine, user_id, "ann", kafka_bootstrap) as browser:
        yield browser


def sources(engine: Engine) -> dict[str, tuple[int | None, int]]:
    item = tables.source_items.c
    with reading(engine) as connection:
        return {
            row.item_id: (row.check_run, row.check_rank)
            for row in connection.execute(select(item.item_id, item.check_run, item.check_rank))
        }


def test_the_newest_run_takes_in_what_was_not_seen_just_now(ann: Browser, engine: Engine) -> None:
    page = ann.post("/listings/preview", action="check", everything="true").text
    ann.post("/listings/apply", action="check", everything="true")

    assert '<b class="num">2</b>' in page
    assert sources(engine) == {"x111111": (1, 0), "x222222": (None, 0), "m11111111111": (None, 0)}
    with reading(engine) as connection:
        assert connection.execute(select(tables.runs.c.planned)).scalar_one() == 1
    found = by_sku(engine)
    assert {(one.kind, one.listing_id) for one in events(engine)} == {
        ("look_wanted", found["OLD-1"].id),
        ("look_wanted", found["OLD-2"].id),
    }


@pytest.mark.parametrize(
    ("phase", "outcome"),
    [("marking", "running"), ("canaries", "running"), ("held", "running"), ("ended", "failed")],
)
def test_a_run_that_is_not_trusted_takes_nothing_in(
    ann: Browser, engine: Engine, rows: Rows, phase: str, outcome: str
) -> None:
    rows.change(update(tables.runs).values(phase=phase, outcome=outcome))
    ann.post("/listings/apply", action="check", everything="true")

    assert events(engine) == []
    assert sources(engine)["x111111"] == (None, 0)


@pytest.mark.parametrize(("marketplace", "taken"), [("yahoo", None), ("mercari", 1)])
def test_nothing_is_taken_in_while_an_older_wider_run_is_held(
    ann: Browser, engine: Engine, rows: Rows, marketplace: str, taken: int | None
) -> None:
    """The newest run, of fewer sellers, may have ended before the marketplace was in trouble."""
    rows.run(2, marketplace=marketplace, phase="held", outcome="running", ended_at=None)
    ann.post("/listings/apply", action="check", everything="true")

    assert sources(engine)["x111111"][0] == taken


@pytest.mark.parametrize("phase", ["checking", "confirming"])
def test_a_run_under_way_takes_it_in(ann: Browser, engine: Engine, rows: Rows, phase: str) -> None:
    rows.change(update(tables.runs).values(phase=phase, outcome="running"))
    ann.post("/listings/apply", action="check", everything="true")

    assert sources(engine)["x111111"] == (1, 0)


PRODUCT = "2JHxNpDcYgWvQmRtZkB7sf"


@pytest.fixture
def of_shops(ann: Browser, engine: Engine, rows: Rows) -> int:
    """A run of Mercari that finds Mercari Shops wrong, and an offer of a product of it; the run's id."""
    user_id = by_sku(engine)["OLD-1"].user_id
    product = rows.source(PRODUCT, marketplace="mercari", seller_id="shop")
    rows.listing(user_id, product, "SHOPS-1", marketplace="mercari")
    run = rows.run(4, marketplace="mercari", phase="held", outcome="running", ended_at=None)
    head = (tables.run_heads.c.operation == "check", tables.run_heads.c.marketplace == "mercari")
    rows.change(update(tables.run_heads).where(*head).values(generation=4, run_id=run))
    doubt(engine, run, {RouteName.MERCARI_SHOPS: Doubt.WRONG, RouteName.MERCARI_SELLER: Doubt.UNVOUCHED})
    return run


def doubt(engine: Engine, run: int, doubts: Mapping[RouteName, Doubt]) -> None:
    """Note doubts as the run's planner does."""
    run_tx(engine, lambda connection: doubts_sql.write(connection, run, doubts))


@pytest.mark.parametrize("phase", ["checking", "held"])
def test_what_a_wrong_route_shows_waits_until_the_route_is_right(
    ann: Browser, engine: Engine, rows: Rows, of_shops: int, phase: str
) -> None:
    rows.change(update(tables.runs).where(tables.runs.c.id == of_shops).values(phase=phase))
    page = ann.post("/listings/preview", action="check", everything="true").text
    ann.post("/listings/apply", action="check", everything="true")
    waits = sources(engine)
    doubt(engine, of_shops, {})
    rows.change(update(tables.runs).where(tables.runs.c.id == of_shops).values(phase="checking"))
    later = ann.post("/listings/preview", action="check", everything="true").text
    ann.post("/listings/apply", action="check", everything="true")

    assert '<b class="num">3</b>' in page
    assert "looks by hand at Mercari Shops wait" in page
    assert (waits["m11111111111"][0], waits[PRODUCT][0]) == (of_shops, None)
    assert "wait" not in later.split("<main", 1)[1]
    assert sources(engine)[PRODUCT] == (of_shops, 0)


def test_the_route_of_an_older_wider_run_is_waited_for_too(
    ann: Browser, engine: Engine, rows: Rows, of_shops: int
) -> None:
    newer = rows.run(5, marketplace="mercari")
    head = (tables.run_heads.c.operation == "check", tables.run_heads.c.marketplace == "mercari")
    rows.change(update(tables.run_heads).where(*head).values(generation=5, run_id=newer))
    ann.post("/listings/apply", action="check", everything="true")
    waits = sources(engine)
    rows.change(update(tables.runs).where(tables.runs.c.id == of_shops).values(outcome="finished", phase="ended"))
    ann.post("/listings/apply", action="check", everything="true")

    assert (waits["m11111111111"][0], waits[PRODUCT][0]) == (newer, None)
    assert sources(engine)[PRODUCT] == (newer, 0), "the doubts of a run that has ended may be hours old"


def test_no_source_of_a_wrong_route_is_added_to_a_run_whoever_asks(engine: Engine, of_shops: int) -> None:
    def add(connection: Connection) -> set[str]:
        [run] = asked_looks.trusted(connection, [Marketplace.MERCARI])
        ids = connection.execute(select(tables.source_items.c.id)).scalars().all()
        return {row.item_id for row in asked_looks.add(connection, run, ids, true())}

    assert run_tx(engine, add) == {"m11111111111"}


@pytest.mark.parametrize(("list_doubt", "seller_id"), [(Doubt.WRONG, None), (Doubt.UNVOUCHED, "shop")])
def test_no_list_is_asked_for_while_lists_are_wrong(
    ann: Browser, engine: Engine, rows: Rows, of_shops: int, list_doubt: Doubt, seller_id: str | None
) -> None:
    doubt(engine, of_shops, {RouteName.MERCARI_SELLER: list_doubt})
    listing = by_sku(engine)["SHOPS-1"]
    asked = SqlBulk(engine).apply(listing.user_id, BulkAction.CHECK, bulk.Choice(ids=[listing.id]), "ann", utc_now())

    assert [item.seller_id for look in asked.looks for item in look.items] == [seller_id]


def test_asked_again_while_it_is_pending_nothing_more_is_wanted(ann: Browser, engine: Engine) -> None:
    for _ in range(2):
        ann.post("/listings/apply", action="check", everything="true")

    assert len(events(engine)) == 2


def test_a_day_has_a_bound(ann: Browser, engine: Engine, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercarich_web.listings.sql.looks.LOOKS_A_DAY", 3)
    user_id = by_sku(engine)["OLD-1"].user_id
    rows.event(1, "look_wanted", user_id=user_id, at=ago(hours=23))
    rows.event(1, "look_wanted", user_id=user_id, at=ago(hours=2))
    rows.event(1, "look_wanted", user_id=user_id, at=ago(hours=25))
    page = ann.post("/listings/preview", action="check", everything="true").text
    ann.post("/listings/apply", action="check", everything="true")

    assert '<b class="num">1</b>' in page
    assert "The action fits more" in page
    assert len(events(engine)) == 4
    assert timedelta(minutes=15) == bulk.LOOK_REST


def test_a_seller_without_an_amazon_account_takes_part_in_no_run(ann: Browser, engine: Engine, rows: Rows) -> None:
    rows.change(update(tables.amazon_accounts).values(user_id=rows.user("carol")))
    ann.post("/listings/apply", action="check", everything="true")

    assert events(engine) == []


def test_checkers_are_told_of_the_run_and_its_sources(kafka_bootstrap: str) -> None:
    ensure_topics(kafka_bootstrap, TOPICS)
    items = [bulk.WantedItem(number, f"x{number:09}", "shop") for number in range(1, 61)]
    looks = KafkaLooks(kafka_bootstrap)
    looks.ask([bulk.WantedLooks("yahoo", 5, 3, items)])
    looks.close()

    found = [CheckBatch.decode(record.value) for record in read_topics(kafka_bootstrap, [YAHOO])]
    batches = [batch for batch in found if (batch.run_id, batch.generation) == (5, 3)]
    assert [batch.fresh for batch in batches] == [True, True]
    assert {(item.id, item.seller_id) for batch in batches for item in batch.items} == {
        (number, "shop") for number in range(1, 61)
    }
