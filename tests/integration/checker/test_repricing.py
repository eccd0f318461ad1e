"""Prices that follow their source: asked for with evidence, within the bounds, and mass events wait for a person."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select, update
from tests.integration.checker.priced_offers import PricedOffers
from tests.integration.checker.shop import Market, Shop
from tests.integration.checker.test_next_looks import Looks

from mercarich_checker.adapters import prices_sql
from mercarich_checker.adapters.observations_sql import SqlObservations
from mercarich_contracts.market import Marketplace, RouteName
from mercarich_db import engine as engines
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import evidence, holds, listing_events, listings, repricings, runs, source_items
from mercarich_listings import repricing_store, store
from mercarich_listings.history import replay
from mercarich_listings.repricing import Next, Step
from mercarich_listings.transition import Stage
from mercarich_reasons.holds import TooManyPrices
from mercarich_reasons.repricing import FollowingStoppedByHand, PriceFollows, Reached
from mercarich_runs.adapters import tallies_sql
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.domain.brake import Fall, HoldKind

USUAL, DEAR, TOO_DEAR = 1000, 1200, 1800
"""With a fee of 15 per cent, a tenth of 1,340 yen, of 1,600 yen, and of 2,400 yen is left."""


class Followers(PricedOffers):
    """Offers of one seller that follow their source."""

    def __init__(self, engine: Engine, shop: Shop, market: Market, offers: int = 1) -> None:
        bounds = {"offer_price_jpy": 1340, "least_price_jpy": 1200, "most_price_jpy": 2000}
        super().__init__(engine, shop, market, offers, {"REPRICING": "follow"}, **bounds)

    def end(self, price_jpy: int | None) -> None:
        """Amazon has the price that was asked for, or (None) has refused it."""
        shown = {"state": "shown" if price_jpy else "ended", "ended_at": self.now}

        def write(connection: Connection) -> None:
            connection.execute(update(repricings).values(shown))
            if price_jpy:
                connection.execute(update(listings).values(offer_price_jpy=price_jpy))

        engines.run_tx(self.engine, write)

    def wishes(self) -> list[Any]:
        with engines.reading(self.engine) as connection:
            return list(connection.execute(select(repricings).order_by(repricings.c.listing_id)))

    def holds(self) -> list[Any]:
        with engines.reading(self.engine) as connection:
            return list(connection.execute(select(holds).order_by(holds.c.id)))


@pytest.fixture
def followers(engine: Engine, shop: Shop, market: Market) -> Followers:
    return Followers(engine, shop, market)


def test_a_dearer_source_asks_for_a_price_with_its_evidence(engine: Engine, followers: Followers) -> None:
    followers.look(USUAL)
    assert (followers.wishes(), followers.shop.events(followers.ids[0])) == ([], [])

    followers.look(DEAR)
    [wish], event = followers.wishes(), followers.event()
    assert (wish.from_jpy, wish.to_jpy, wish.revision, wish.state, wish.ended_at) == (1340, 1600, 1, "waiting", None)
    assert wish.source_item_id == followers.rows()[0].source_item_id
    assert (event.kind, event.reason) == (
        "price_asked",
        PriceFollows(1340, 1600, DEAR, 0, 240, 0, 160, Reached.PROFIT),
    )
    with engines.reading(engine) as connection:
        [proof] = connection.execute(select(evidence).where(evidence.c.id == event.evidence_id)).all()
    assert proof.source_item_id == wish.source_item_id
    assert (followers.rows()[0].quantity, followers.rows()[0].revision) == (1, 1), "its quantity stays as it is"


def test_nothing_else_is_asked_for_while_a_price_is_on_its_way(followers: Followers) -> None:
    followers.look(DEAR)
    followers.look(1400)
    assert [(wish.to_jpy, wish.revision) for wish in followers.wishes()] == [(1600, 1)]

    followers.end(1600)
    followers.look(1400)
    assert [(wish.from_jpy, wish.to_jpy, wish.revision) for wish in followers.wishes()] == [(1600, 1870, 2)]


@pytest.mark.parametrize(
    ("price", "page"),
    [
        pytest.param(None, {}, id="no price"),
        pytest.param(DEAR, {"state": "unbuyable"}, id="a bid"),
        pytest.param(DEAR, {"shipping_payer": "buyer"}, id="no postage"),
    ],
)
def test_what_is_not_known_asks_for_nothing(followers: Followers, price: int | None, page: dict[str, Any]) -> None:
    followers.look(price, **page)
    assert followers.wishes() == []


def test_without_the_rule_or_the_bounds_no_price_follows(engine: Engine, followers: Followers) -> None:
    followers.shop.setting("REPRICING", "off")
    followers.look(DEAR)
    followers.shop.setting("REPRICING", "follow")
    engines.run_tx(engine, lambda connection: connection.execute(update(listings).values(most_price_jpy=None)))
    followers.look(DEAR)
    assert followers.wishes() == []


def test_prices_on_their_way_are_read_once_for_all_offers_of_a_look(engine: Engine, shop: Shop, market: Market) -> None:
    """Each look at each source comes here."""
    many = PricedOffers(
        engine, shop, market, 3, {"LOSS_RULE": "take_down", "REPRICING": "follow"}, offer_price_jpy=1340
    )
    read: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: read.append(told[2]))
    many.look(USUAL)
    assert len(read) > 5
    assert len([statement for statement in read if "repricings" in statement]) == 1


def test_an_offer_goes_by_its_price_on_the_way_when_its_bounds_are_removed(
    engine: Engine, followers: Followers
) -> None:
    """1,600 yen are at Amazon, and bear the dear source; the 1,340 of the books would not."""
    followers.shop.setting("LOSS_RULE", "take_down")
    followers.look(DEAR)
    sent = update(repricings).values(state="sent", attempts=1, sent_at=followers.now)
    removed = update(listings).values(least_price_jpy=None, most_price_jpy=None)
    engines.run_tx(engine, lambda connection: [connection.execute(each) for each in (sent, removed)])
    followers.look(DEAR)

    assert followers.rows()[0].stage is Stage.ON_SALE


def test_a_loss_takes_its_own_time_also_after_a_hold_of_prices(engine: Engine, shop: Shop, market: Market) -> None:
    """One misreading of a price must not take down a shop that a hold of prices has kept for a day."""
    many = Followers(engine, shop, market, offers=30)
    before = many.rows()
    shop.setting("LOSS_RULE", "take_down")
    many.look(1050)
    assert {hold.kind for hold in many.holds()} == {"prices"}
    many.now += timedelta(days=1)
    many.look(TOO_DEAR)
    many.look(TOO_DEAR)  # a minute later

    assert {hold.kind for hold in many.holds() if hold.applied_at is None} == {"losses"}
    assert {row.stage for row in many.rows()} == {Stage.HELD}
    assert all(many.now - row.held_at <= timedelta(minutes=2) for row in many.rows())
    with engines.reading(engine) as connection:
        for first, now in zip(before, many.rows(), strict=True):
            told = select(listing_events).where(listing_events.c.listing_id == first.id).order_by(listing_events.c.id)
            assert replay(first, connection.execute(told).all()) == now


def test_a_released_hold_of_many_prices_goes_in_portions_that_feed_sends_in_time(
    engine: Engine, shop: Shop, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prices_sql, "PRICES_AT_ONCE", 12)
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    asked = []
    for _ in range(3):
        _release(engine, many, many.holds()[0].id)
        asked.append((len(many.wishes()), many.holds()[0].applied_at is not None))
        shown = update(repricings).values(state="shown", ended_at=many.now)
        engines.run_tx(engine, lambda connection: connection.execute(shown))  # noqa: B023

    assert asked == [(12, False), (24, False), (30, True)]
    assert len(many.holds()) == 1


def test_a_released_price_rests_on_evidence_of_itself(engine: Engine, shop: Shop, market: Market) -> None:
    """Another price was seen while the fee was not known."""
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    of_first = many.event().evidence_id
    shop.setting("REVIVAL_FEE_PERCENT", "0")
    many.look(1100)
    shop.setting("REVIVAL_FEE_PERCENT", "15")
    many.look(1100)
    _release(engine, many, many.holds()[0].id)
    asked = many.event()

    assert asked.reason.price_jpy == 1100
    assert asked.evidence_id > of_first


def test_a_loss_that_no_price_within_the_bounds_ends_is_the_loss_stops(followers: Followers) -> None:
    followers.shop.setting("LOSS_RULE", "take_down")
    followers.look(DEAR)
    assert (followers.rows()[0].stage, followers.wishes()[0].to_jpy) == (Stage.ON_SALE, 1600)
    followers.end(1600)

    followers.look(TOO_DEAR)
    assert (followers.rows()[0].stage, followers.event().kind) == (Stage.PAUSED, "paused")
    assert len(followers.wishes()) == 1
    assert followers.wishes()[0].revision == 1


def test_a_paused_offer_goes_up_at_a_price_that_amazon_has(followers: Followers) -> None:
    followers.shop.setting("LOSS_RULE", "take_down")
    followers.look(TOO_DEAR)
    assert (followers.rows()[0].stage, followers.wishes()) == (Stage.PAUSED, [])

    followers.look(DEAR)
    assert (followers.rows()[0].stage, followers.wishes()[0].to_jpy) == (Stage.PAUSED, 1600)
    followers.look(DEAR)
    assert (followers.rows()[0].stage, followers.wishes()[0].revision) == (Stage.PAUSED, 1), "Amazon has the old one"

    followers.end(1600)
    followers.look(DEAR)
    assert (followers.rows()[0].stage, followers.event().kind) == (Stage.ON_SALE, "recovered")


def test_no_more_changes_are_made_in_a_day_than_the_rule_allows(followers: Followers) -> None:
    followers.shop.setting("REPRICING_CHANGES_A_DAY", "2")
    for price, to in ((DEAR, 1600), (USUAL, 1340)):
        followers.look(price)
        followers.end(to)
    followers.look(DEAR)
    assert (followers.wishes()[0].revision, followers.wishes()[0].to_jpy) == (2, 1340)

    followers.now += timedelta(hours=24)
    followers.look(DEAR)
    assert followers.wishes()[0].revision == 3


def test_a_price_that_was_never_sent_is_no_change_of_the_day(engine: Engine, followers: Followers) -> None:
    followers.shop.setting("REPRICING_CHANGES_A_DAY", "1")

    def overtake(connection: Connection) -> bool:
        [wish] = repricing_store.claim(connection, followers.seller, "worker", 5, followers.now)
        return repricing_store.settle(connection, wish, "worker", Step(Next.OVERTAKEN), followers.now)

    for price, revision in ((DEAR, 1), (1250, 2)):
        followers.look(price)
        assert followers.wishes()[0].revision == revision
        assert engines.run_tx(engine, overtake)
    followers.look(DEAR)
    assert (followers.wishes()[0].revision, followers.wishes()[0].to_jpy) == (3, 1600)
    followers.end(1600)
    followers.look(1400)
    assert followers.wishes()[0].revision == 3, "one change was made"


def test_an_offer_that_was_stopped_follows_once_it_is_resumed(engine: Engine, followers: Followers) -> None:
    def stop(connection: Connection) -> None:
        [row] = store.lock(connection, followers.ids)
        repricing_store.stop(connection, row, FollowingStoppedByHand("ann"), followers.now)

    engines.run_tx(engine, stop)
    followers.look(DEAR)
    assert (followers.wishes()[0].revision, followers.event().kind) == (0, "following_stopped")

    def resume(connection: Connection) -> bool:
        [row] = store.lock(connection, followers.ids)
        return repricing_store.resume(connection, row, FollowingStoppedByHand("ann"), followers.now)

    assert engines.run_tx(engine, resume)
    assert not engines.run_tx(engine, resume), "it follows already"
    followers.look(DEAR)
    assert followers.wishes()[0].to_jpy == 1600


def test_the_row_is_the_replay_of_its_history(engine: Engine, shop: Shop, market: Market) -> None:
    many = Followers(engine, shop, market, offers=30)
    before = many.rows()
    many.look(DEAR)
    many.look(USUAL)
    with engines.reading(engine) as connection:
        for first, now in zip(before, many.rows(), strict=True):
            told = select(listing_events).where(listing_events.c.listing_id == first.id).order_by(listing_events.c.id)
            assert replay(first, connection.execute(told).all()) == now  # type: ignore[arg-type]


def test_a_mass_of_prices_waits_for_a_person(engine: Engine, shop: Shop, market: Market) -> None:
    """A parser that reads prices wrongly reads them wrongly at the second look, too."""
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    [hold] = many.holds()
    assert (hold.kind, hold.reason) == (HoldKind.PRICES, TooManyPrices(30, 30))
    assert ({row.stage for row in many.rows()}, many.wishes()) == ({Stage.HELD}, [])

    many.now += timedelta(minutes=20)
    many.look(DEAR)
    assert (len(many.holds()), many.wishes()) == (1, []), "nor in a later run"
    many.look(DEAR, "x1", "x2")
    assert many.wishes() == [], "nor a few at a time"

    _release(engine, many, hold.id)
    assert {(wish.from_jpy, wish.to_jpy) for wish in many.wishes()} == {(1340, 1600)}
    assert {row.stage for row in many.rows()} == {Stage.ON_SALE}


def test_a_hold_of_prices_keeps_up_nothing_that_is_sold_at_a_loss(engine: Engine, shop: Shop, market: Market) -> None:
    """The price waits for a person; the loss stop for a second look alone."""
    many = Followers(engine, shop, market, offers=30)
    shop.setting("LOSS_RULE", "take_down")
    many.look(DEAR)
    assert {hold.kind for hold in many.holds()} == {HoldKind.PRICES}
    with engines.reading(engine) as connection:
        due = connection.execute(select(source_items.c.due_at)).scalars().all()
    assert set(due) == {many.now + timedelta(minutes=10)}, "the second look is one of the loss stop"

    many.now += timedelta(minutes=10)
    many.look(DEAR, "x1")
    assert [row.stage for row in many.rows()[:2]] == [Stage.HELD, Stage.PAUSED]
    many.look(DEAR, *many.items[2:])
    assert many.holds()[-1].kind == HoldKind.LOSSES, "the brake weighs it"
    many.now += timedelta(minutes=10)
    many.look(DEAR, *many.items[2:])
    assert ({row.stage for row in many.rows()[1:]}, many.wishes()) == ({Stage.PAUSED}, [])

    many.look(DEAR)
    [hold] = [hold for hold in many.holds() if hold.applied_at is None]
    assert (hold.kind, many.wishes()) == (HoldKind.PRICES, []), "their prices wait for a person"
    _release(engine, many, hold.id)
    assert {wish.to_jpy for wish in many.wishes()} == {1600}


def test_a_held_price_has_its_evidence_once(engine: Engine, shop: Shop, market: Market) -> None:
    """A hold may wait for days, while its sources are looked at again and again."""
    many = Followers(engine, shop, market, offers=30)

    def kept() -> int:
        with engines.reading(engine) as connection:
            return connection.execute(select(func.count()).select_from(evidence)).scalar_one()

    many.look(DEAR)
    first = kept()
    many.look(DEAR)
    assert kept() == first
    many.look(DEAR + 10)
    assert kept() == first + 30, "another price has evidence of its own"
    many.look(DEAR + 10)
    assert kept() == first + 30

    _release(engine, many, many.holds()[0].id)
    mine = select(func.max(evidence.c.id)).where(evidence.c.source_item_id == many.rows()[0].source_item_id)
    with engines.reading(engine) as connection:
        assert many.event().evidence_id == connection.execute(mine).scalar_one(), "of the look that saw the price"


def test_a_second_look_at_a_loss_has_evidence_of_its_own(engine: Engine, shop: Shop, market: Market) -> None:
    many = Followers(engine, shop, market, offers=30)
    for key, value in {"LOSS_RULE": "take_down", "REPRICING": "off"}.items():
        shop.setting(key, value)
    many.look(TOO_DEAR)
    held = many.event().evidence_id
    many.now += timedelta(minutes=10)
    many.look(TOO_DEAR)
    assert many.event().kind == "paused"
    assert many.event().evidence_id not in (None, held)


def test_a_price_held_without_a_loss_waits_for_no_second_look(engine: Engine, shop: Shop, market: Market) -> None:
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    with engines.reading(engine) as connection:
        due = connection.execute(select(source_items.c.due_at)).scalars().all()
    assert all(at is None or at > many.now + timedelta(minutes=10) for at in due)


def test_what_was_read_wrongly_is_let_go_by_a_look_that_reads_it_right(
    engine: Engine, shop: Shop, market: Market
) -> None:
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    many.look(USUAL)
    assert ({row.stage for row in many.rows()}, many.wishes()) == ({Stage.ON_SALE}, [])
    assert many.holds()[0].applied_at is not None


@pytest.mark.parametrize(
    ("price", "page"),
    [
        pytest.param(None, {}, id="no price"),
        pytest.param(USUAL, {"shipping_payer": "buyer"}, id="no postage"),
    ],
)
def test_what_is_not_known_lets_no_price_go(
    engine: Engine, shop: Shop, market: Market, price: int | None, page: dict[str, Any]
) -> None:
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    many.look(price, **page)
    assert ({row.stage for row in many.rows()}, many.holds()[0].applied_at) == ({Stage.HELD}, None)


def test_a_fee_that_is_not_known_lets_no_price_go(engine: Engine, shop: Shop, market: Market) -> None:
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    shop.setting("REVIVAL_FEE_PERCENT", "0")
    many.look(USUAL)
    assert {row.stage for row in many.rows()} == {Stage.HELD}


def test_a_released_hold_goes_by_the_price_that_was_seen_last(engine: Engine, shop: Shop, market: Market) -> None:
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    engines.run_tx(engine, lambda connection: connection.execute(update(source_items).values(price_jpy=USUAL)))
    _release(engine, many, many.holds()[0].id)
    assert (many.wishes(), {row.stage for row in many.rows()}) == ([], {Stage.ON_SALE})


def test_a_released_hold_of_losses_changes_no_price(engine: Engine, shop: Shop, market: Market) -> None:
    """The brake has not weighed what else is wanted by now: a look decides on it, at once."""
    many = Followers(engine, shop, market, offers=30)
    for key, value in {"LOSS_RULE": "take_down", "REPRICING": "off"}.items():
        shop.setting(key, value)
    many.look(TOO_DEAR)
    [hold] = many.holds()
    assert hold.kind == HoldKind.LOSSES
    shop.setting("REPRICING", "follow")
    engines.run_tx(engine, lambda connection: connection.execute(update(source_items).values(price_jpy=1050)))
    _release(engine, many, hold.id)
    assert (many.wishes(), {row.stage for row in many.rows()}) == ([], {Stage.ON_SALE})
    with engines.reading(engine) as connection:
        assert set(connection.execute(select(source_items.c.due_at)).scalars()) == {many.now}


def test_a_released_hold_of_prices_takes_nothing_down(engine: Engine, shop: Shop, market: Market) -> None:
    many = Followers(engine, shop, market, offers=30)
    shop.setting("LOSS_RULE", "take_down")
    many.look(DEAR)
    [hold] = many.holds()
    engines.run_tx(engine, lambda connection: connection.execute(update(source_items).values(price_jpy=TOO_DEAR)))
    _release(engine, many, hold.id)
    assert (many.wishes(), {row.stage for row in many.rows()}) == ([], {Stage.ON_SALE})


def test_a_released_hold_of_losses_pauses_where_a_price_could_follow_too(
    engine: Engine, shop: Shop, market: Market
) -> None:
    many = Followers(engine, shop, market, offers=30)
    for key, value in {"LOSS_RULE": "take_down", "REPRICING": "off"}.items():
        shop.setting(key, value)
    many.look(TOO_DEAR)
    shop.setting("REPRICING", "follow")
    engines.run_tx(engine, lambda connection: connection.execute(update(source_items).values(price_jpy=DEAR)))
    _release(engine, many, many.holds()[0].id)
    assert (many.wishes(), {row.stage for row in many.rows()}) == ([], {Stage.PAUSED})


def test_what_an_earlier_runs_hold_keeps_is_weighed_as_a_price_after_the_end_of_a_run(
    engine: Engine, shop: Shop, market: Market
) -> None:
    many = Followers(engine, shop, market, offers=35)
    many.look(DEAR, *many.items[:30])
    many.look(DEAR, *many.items[30:])
    [hold] = many.holds()
    with engines.reading(engine) as connection:
        late = connection.execute(select(func.max(runs.c.id))).scalar_one()
    assert (hold.run_id, many.event(many.ids[34]).run_id, many.event(many.ids[34]).hold_id) == (late - 1, late, hold.id)

    ended = update(runs).where(runs.c.id == late).values(ended_at=many.now - timedelta(seconds=1))
    engines.run_tx(engine, lambda connection: connection.execute(ended))
    with engines.reading(engine) as connection:
        falls = tallies_sql.weighed(connection, late, (), Counter([Fall(many.seller, RouteName.YAHOO_ITEM, False)]))
        moving = Counter({many.seller: 1})
        prices = tallies_sql.weighed_by_price(connection, late, (), HoldKind.PRICES, moving)
        losses = tallies_sql.weighed_by_price(connection, late, (), HoldKind.LOSSES, moving)
    assert falls.sellers[many.seller].fallen == 1, "the new one: what is held is no fall"
    assert prices.sellers[many.seller].fallen == 5 + 1
    assert losses.sellers[many.seller].fallen == 1


def test_held_prices_stay_out_of_the_way_of_what_is_gone(engine: Engine, shop: Shop, market: Market) -> None:
    many = Followers(engine, shop, market, offers=30)
    many.look(DEAR)
    many.now += timedelta(minutes=1)
    gone = many.market.item("x3").model_copy(update={"state": "sold", "price_jpy": DEAR})
    Looks(engine, shop, ["x3"]).at(many.now, {"x3": gone})
    assert many.rows()[3].stage is Stage.SEARCHING


def _release(engine: Engine, many: Followers, hold_id: int) -> None:
    released = {"released_at": many.now, "released_by": "op"}
    engines.run_tx(
        engine, lambda connection: connection.execute(update(holds).where(holds.c.id == hold_id).values(released))
    )
    observations = SqlObservations(engine, settings_cache(engine, brake_settings))
    observations.apply_released_holds(Marketplace.YAHOO, many.now)
