"""What falls by one route of Mercari is held by this route's hold alone, and settled by another look."""

from datetime import timedelta

from sqlalchemy import Engine, select, update
from tests.integration.checker.shop import Shop

from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_checker.adapters.plan_sql import SqlPlan
from mercarich_checker.adapters.runs_sql import SqlRuns
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import holds, listings, source_items
from mercarich_platform.clock import utc_now
from mercarich_reasons.holds import CanariesDiffer, TooManyAbsent
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.domain.brake import Doubt, HoldKind, NewHold
from mercarich_runs.ports import Outcome, Request, Run

SHOPS = [f"AbCdEfGhIjKlMnOpQrS{n:03}" for n in range(25)]
LIST = RouteName.MERCARI_SELLER
ORDINARY = ["m10000000001", "m10000000002"]


def _seen(item_id: str, state: State, reason: Reason, route: RouteName) -> Item:
    proof = Evidence(
        url="u",
        http_status=200,
        body_sha256="0",
        parser_version=f"{route}/2",
        extract="e",
        fetched_at=utc_now(),
    )
    return Item(
        marketplace=Marketplace.MERCARI,
        item_id=item_id,
        state=state,
        reason=reason,
        evidence=proof,
    )


def _down(shop: Shop) -> set[str]:
    query = select(source_items.c.item_id).join(listings, listings.c.source_item_id == source_items.c.id)
    with engines.reading(shop.engine) as connection:
        return set(connection.execute(query.where(listings.c.quantity == 0)).scalars())


def _started(engine: Engine, shop: Shop, item_ids: list[str], seller_id: str | None = None) -> tuple[Run, SqlPlan]:
    for item_id in item_ids:
        shop.listing(1, item_id, source={"marketplace": "mercari", "seller_id": seller_id})
    request = Request(Marketplace.MERCARI, (2, 4))
    run, plan = SqlRuns(engine).start(request, None, utc_now()), SqlPlan(engine)
    for _ in plan.mark(run, request, plan.sellers(request)):
        pass
    return run, plan


def _record(engine: Engine, shop: Shop, run: Run, seen: list[Item]) -> None:
    of = {shop.source(item.item_id).id: item for item in seen}
    items = tuple(BatchItem(id=id, item_id=item.item_id) for id, item in of.items())
    batch = CheckBatch(marketplace=Marketplace.MERCARI, run_id=run.id, generation=run.generation, items=items)
    SqlObservations(engine, settings_cache(engine, brake_settings)).record(batch, of, utc_now())


def _missing(item_id: str) -> Item:
    route = RouteName.MERCARI_SHOPS if item_id in SHOPS else RouteName.MERCARI_ITEM
    return _seen(item_id, State.GONE, Reason.NOT_FOUND, route)


def test_many_missing_products_of_shops_hold_no_ordinary_item(engine: Engine, shop: Shop) -> None:
    seller = shop.seller("a")
    run, _ = _started(engine, shop, [*SHOPS, *ORDINARY])

    for bunch in ([*SHOPS, ORDINARY[0]], [ORDINARY[1]]):
        _record(engine, shop, run, list(map(_missing, bunch)))

    assert _down(shop) == set(ORDINARY)
    with engines.reading(engine) as connection:
        [hold] = connection.execute(select(holds)).all()
    assert (hold.kind, hold.route, hold.user_id) == ("absences", RouteName.MERCARI_SHOPS, seller)
    assert hold.reason == TooManyAbsent(25, 26, RouteName.MERCARI_SHOPS)


def test_what_a_wrong_list_said_is_settled_by_the_items_own_page(engine: Engine, shop: Shop) -> None:
    shop.seller("a")
    run, plan = _started(engine, shop, ORDINARY, seller_id="7")
    wrong = CanariesDiffer(2, 2, "m1", State.AVAILABLE, route=LIST)
    plan.doubt(run, {LIST: Doubt.WRONG}, [NewHold(HoldKind.CANARIES, wrong, route=LIST)], utc_now())
    by_list = _seen(ORDINARY[0], State.SOLD, Reason.SOLD_OUT, LIST)
    _record(engine, shop, run, [by_list, _seen(ORDINARY[1], State.SOLD, Reason.SOLD_OUT, RouteName.MERCARI_ITEM)])
    assert _down(shop) == {ORDINARY[1]}

    earlier = update(source_items).values(suspected_at=utc_now() - timedelta(hours=1))
    engines.run_tx(engine, lambda connection: connection.execute(earlier))
    assert plan.want_second_look(run, utc_now()) == 1
    [(_, again)] = plan.due(run, (-1, 0), 10, utc_now())
    _record(engine, shop, run, [by_list])
    assert _down(shop) == {ORDINARY[1]}, "the list again"
    assert plan.want_second_look(run, utc_now()) == 1
    _record(engine, shop, run, [_seen(ORDINARY[0], State.SOLD, Reason.SOLD_OUT, RouteName.MERCARI_ITEM)])

    assert (again.item_id, again.seller_id) == (ORDINARY[0], None)
    assert _down(shop) == set(ORDINARY)


def test_what_a_run_held_in_doubt_and_weighs_anew_falls_once(engine: Engine, shop: Shop) -> None:
    shop.seller("a")
    run, plan = _started(engine, shop, ORDINARY)
    wrong = CanariesDiffer(1, 2, "m1", State.AVAILABLE, route=RouteName.MERCARI_ITEM)
    plan.doubt(
        run,
        {RouteName.MERCARI_ITEM: Doubt.WRONG},
        [NewHold(HoldKind.CANARIES, wrong, route=RouteName.MERCARI_ITEM)],
        utc_now(),
    )
    _record(engine, shop, run, [_missing(ORDINARY[0])])
    assert (_down(shop), shop.run(run.id).fallen) == (set(), 1)
    plan.doubt(run, {}, [], utc_now())
    assert plan.want_second_look(run, utc_now()) == 1

    _record(engine, shop, run, list(map(_missing, ORDINARY)))

    assert _down(shop) == set(ORDINARY)
    assert (shop.run(run.id).fallen, shop.run(run.id).withdrawn) == (2, 2)


def test_a_run_confirms_what_is_held_of_its_own_sellers_alone_and_takes_over_from_one_that_ended(
    engine: Engine, shop: Shop
) -> None:
    for name in ("a", "b"):
        shop.seller(name)
    run, plan = _started(engine, shop, [*SHOPS])
    _record(engine, shop, run, [_seen(each, State.SOLD, Reason.SOLD_OUT, RouteName.MERCARI_SHOPS) for each in SHOPS])
    assert _down(shop) == set()
    runs = SqlRuns(engine)

    of_b, of_a = (Request(Marketplace.MERCARI, (2, 4), usernames=(name,)) for name in "ba")
    other = runs.start(of_b, None, utc_now())
    list(plan.mark(other, of_b, plan.sellers(of_b)))
    assert (plan.held_since(other), plan.want_second_look(other, utc_now())) == (None, 0)

    dead = runs.start(of_a, None, utc_now())
    list(plan.mark(dead, of_a, plan.sellers(of_a)))
    assert plan.want_second_look(run, utc_now()) == 0
    runs.end(dead, Outcome.FAILED, utc_now())
    assert plan.want_second_look(run, utc_now()) == len(SHOPS)
