"""A mixed market: hazards by what pages show, auctions with true ends, evenings; the flat market is as it was."""

import json
import math
import statistics
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mercarich_contracts.proxy_api import Item
from mercarich_marketplace.answers import Answer
from mercarich_simulator.amazon.demand import demand
from mercarich_simulator.bootstrap import Simulator
from mercarich_simulator.fates import EXTENSION, Fate, Listed, draw, fresh, standing
from mercarich_simulator.hazards import DAY, Traits, busy, gone_at, hazard, moment_of, traits
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.shelf import MERCARI, YAHOO, Shelf
from mercarich_simulator.sites.look import jst
from mercarich_simulator.sites.yahoo_item import item_object
from mercarich_simulator.sites.yahoo_search import matches
from mercarich_simulator.state_file import save
from mercarich_yahoo_proxy.adapters import item_page

START = 1_800_000_000.0
FLAT_TRUTH = "04ddf4025af2ecaaae0ce4ccc007598f58ce7bf165d3071c092448d66d8b7144"
"""Of the flat market of 400 listings and seed 7 after 30 hours, before there was another one."""


def _auctions(count: int, hazard_a_day: float = 0.004) -> list[Fate]:
    chance = Random("auctions")
    return [draw(chance, YAHOO, hazard_a_day / DAY, fresh(chance, YAHOO, START), START) for _ in range(count)]


def test_the_flat_market_draws_what_it_always_drew(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(seed=7, already_sold=0.1, churn_per_hour=0.5, spare_pieces=0.3, orders_per_hour=0.02)
    sim.advance(30 * 3_600)
    truth = sim.simulator.world.truth
    lines = sorted((name, sorted(lines.items())) for name, lines in truth.lines.items())
    assert sha256(repr((lines, truth.relisted)).encode()).hexdigest() == FLAT_TRUTH


@pytest.mark.parametrize(("marketplace", "median"), [(MERCARI, 0.02), (YAHOO, 0.004)])
def test_the_median_and_the_spread_of_the_hazards_are_as_set(begin, marketplace: str, median: float) -> None:  # type: ignore[no-untyped-def]
    world = begin(listings=10_000, market="mixed", sigma=1.2).simulator.world
    fates = [
        world.market.fates.of(marketplace, number) for number in range(world.catalogue.shelves[marketplace].sources)
    ]
    logs = [math.log(fate.hazard_per_s * DAY) for fate in fates]
    assert math.exp(statistics.median(logs)) == pytest.approx(median, rel=0.1)
    assert statistics.pstdev(logs) == pytest.approx(1.2, rel=0.1)


def test_what_a_page_shows_tells_the_hazard_and_without_spread_nothing_does() -> None:
    plain, liked, cheap = Traits(2, 1, 0.0), Traits(2, 30, 0.0), Traits(0, 1, 0.0)
    assert hazard(MERCARI, liked) > 2 * hazard(MERCARI, plain)
    assert hazard(MERCARI, cheap) > 2 * hazard(MERCARI, plain)
    assert hazard(MERCARI, plain, sigma=0) == hazard(MERCARI, liked, sigma=0) == pytest.approx(0.02 / DAY)


def test_the_page_shows_the_likes_that_the_hazard_comes_from(begin) -> None:  # type: ignore[no-untyped-def]
    world = begin(market="mixed").simulator.world
    for number in range(20):
        look = world.market.at(YAHOO, number, START)
        shown = Traits(0, item_object(look)["watchListNum"], 0.0).likes
        assert shown == world.market.fates.traits(YAHOO, number).likes


def test_a_new_item_goes_sooner_than_an_old_one() -> None:
    chance = Random(1)
    new = [gone_at(chance, 0.02 / DAY, START, START) - START for _ in range(4_000)]
    old = [gone_at(chance, 0.02 / DAY, START - 10 * DAY, START) - START for _ in range(4_000)]
    assert sum(wait < DAY for wait in new) / sum(wait < DAY for wait in old) == pytest.approx(3.0, rel=0.25)
    assert statistics.median(old) == pytest.approx(math.log(2) / 0.02 * DAY, rel=0.1)


def test_an_evening_is_busier_and_the_day_as_long() -> None:
    midnight = datetime.fromisoformat("2027-01-15T00:00:00+09:00").timestamp()
    evening = midnight + 20 * 3_600
    assert busy(midnight + DAY) - busy(midnight) == pytest.approx(DAY)
    assert busy(evening + 3_600) - busy(evening) == pytest.approx(2.5 * 3_600)
    assert busy(evening - 3_600) - busy(evening - 7_200) == pytest.approx(0.7 * 3_600)
    for moment in (midnight, midnight + 5_000, evening, evening + 13_000):
        assert moment_of(busy(moment)) == pytest.approx(moment, abs=1e-3)


def test_sales_and_ends_come_in_the_evening() -> None:
    chance = Random(2)
    sold = [gone_at(chance, 0.05 / DAY, START - 10 * DAY, START) for _ in range(5_000)]
    ends = [fate.listed.end or 0.0 for fate in _auctions(5_000)]
    for times in (sold, ends):
        assert sum(jst(at).hour >= 20 for at in times) / len(times) == pytest.approx(10 / 24, abs=0.03)


def test_of_the_auctions_without_a_bid_seven_in_ten_are_listed_again() -> None:
    unsold = [fate for fate in _auctions(20_000) if fate.state == "ended"]
    assert sum(fate.relisted_at is not None for fate in unsold) / len(unsold) == pytest.approx(0.7, abs=0.02)
    assert all(fate.relisted_at > fate.gone_at for fate in unsold if fate.relisted_at)
    assert {fate.bids for fate in unsold} == {()}


def test_an_auction_with_bids_is_sold_at_its_end_and_one_of_seven_has_them() -> None:
    ended = [fate for fate in _auctions(20_000) if fate.by_end]
    with_bids = [fate for fate in ended if fate.bids]
    assert len(with_bids) / len(ended) == pytest.approx(0.15, abs=0.01)
    assert {fate.state for fate in with_bids} == {"sold"}
    assert all(fate.relisted_at is None for fate in with_bids)


def test_a_bid_in_the_last_five_minutes_extends_the_auction_and_the_page_tells_it_from_then_on() -> None:
    end = START + 3 * DAY
    fate = Fate(Listed(START, end), 1e-9, end + 440, "sold", bids=(end - DAY, end - 60, end + 140))
    assert fate.end_at(end - 61) == end
    assert fate.end_at(end - 60) == end - 60 + EXTENSION
    assert fate.end_at(end + 141) == end + 140 + EXTENSION == fate.gone_at
    assert [fate.bids_until(at) for at in (START, end - DAY, end, end + 141)] == [0, 1, 2, 3]
    assert fate.by_end
    late = [fate for fate in _auctions(20_000) if fate.by_end and fate.gone_at != fate.listed.end]
    assert late
    assert all(fate.bids[-1] == fate.gone_at - EXTENSION for fate in late)


def test_an_open_auction_ends_later_and_the_shown_end_is_the_one_at_which_it_goes(begin) -> None:  # type: ignore[no-untyped-def]
    chance = Random(3)
    assert all((standing(chance, YAHOO, START).end or 0.0) > START for _ in range(2_000))
    sim = begin(market="mixed", listings=2_000)
    world = sim.simulator.world
    fates = {number: world.market.fates.of(YAHOO, number) for number in range(900)}
    ends = {n: fate.gone_at for n, fate in fates.items() if fate.by_end and fate.gone_at > START + 700}
    assert len(ends) > 800
    for number, end in list(ends.items())[:40]:
        look = world.market.at(YAHOO, number, end - 1)
        assert datetime.fromisoformat(item_object(look)["endTime"]).timestamp() == pytest.approx(end, abs=1)
        assert item_object(look)["status"] == "open"
    first = min(ends, key=ends.__getitem__)
    sim.advance(ends[first] + 0.5 - START)
    assert world.market.at(YAHOO, first, world.clock.now()).state == fates[first].state


def test_the_proxy_reads_the_end_and_the_bids_of_an_open_auction_and_of_one_that_has_ended(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", listings=2_000)
    world = sim.simulator.world
    fates = [world.market.fates.of(YAHOO, number) for number in range(900)]
    number = next(n for n, fate in enumerate(fates) if len(fate.bids) > 2 and fate.by_end and fate.bids[1] > START)
    fate, item_id = fates[number], world.catalogue.item_id(YAHOO, number)
    seen = []
    for at in (START, fate.bids[1], fate.gone_at + 1):
        sim.advance(at - world.clock.now())
        reply = sim.call("GET", f"/yahoo/jp/auction/{item_id}")
        url = f"https://auctions.yahoo.co.jp/jp/auction/{item_id}"
        fetched = datetime.fromtimestamp(at, UTC)
        item = item_page.read(Answer(url, reply.status, {}, reply.body, fetched), item_id)
        assert isinstance(item, Item)
        seen.append((item.state, item.bids, item.end_at))
    shown = fate.end_at(fate.bids[1])
    assert [one[:2] for one in seen] == [("available", 0), ("available", 2), ("sold", len(fate.bids))]
    assert [one[2].timestamp() for one in seen] == pytest.approx([fate.listed.end, shown, fate.gone_at], abs=1)


def test_a_relisted_auction_has_an_end_of_its_own_and_goes_again(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed")
    world = sim.simulator.world
    sim.advance(20 * DAY)
    again = [new for new, (origin, _) in world.truth.relisted.items() if origin in world.truth.relisted]
    assert again
    new = again[0]
    fate, now = world.market.fates.of(YAHOO, new), world.clock.now()
    assert fate.listed.at == world.truth.relisted[new][1]
    assert fate.listed.at + DAY < fate.listed.end < fate.listed.at + 8 * DAY
    assert world.market.at(YAHOO, new, now).item.title == world.catalogue.item(YAHOO, world.truth.first_of(new)).title
    model = next(word for word in world.market.at(YAHOO, new, now).item.title.split() if word.startswith("MX-"))
    found = {look.item.number for look in matches(world.market, YAHOO, model, now)}
    assert {new, world.truth.first_of(new)} <= found


def test_who_was_sold_by_hand_does_not_go_twice(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed")
    row = next(row for row in sim.rows() if row["marketplace"] == "yahoo")
    told = sim.json("GET", f"/_sim/items/yahoo/{row['source_id']}")
    sim.happen(row, "cancelled")
    sim.advance(told["goes_at"] - START + 60)
    states = [change["state"] for change in sim.json("GET", f"/_sim/items/yahoo/{row['source_id']}")["truth"]]
    assert states == ["cancelled"]


@pytest.mark.parametrize("marketplace", [YAHOO, MERCARI])
def test_what_can_only_be_bid_on_goes_in_its_time_too(begin, marketplace: str) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed")
    row = next(row for row in sim.rows() if row["marketplace"] == marketplace)
    item = f"/_sim/items/{marketplace}/{row['source_id']}"
    goes_at = sim.json("GET", item)["goes_at"]
    sim.happen(row, "auction")
    sim.advance(goes_at - START + 60)
    states = [change["state"] for change in sim.json("GET", item)["truth"]]
    assert states[0] == "auction"
    assert len(states) > 1


def test_what_comes_back_goes_again_in_its_time(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed", sigma=0)
    row = next(row for row in sim.rows() if row["marketplace"] == "yahoo")
    before = sim.json("GET", f"/_sim/items/yahoo/{row['source_id']}")
    sim.happen(row, "suspended")
    sim.advance(8 * DAY)
    sim.happen(row, "back")
    after = sim.json("GET", f"/_sim/items/yahoo/{row['source_id']}")
    assert after["state"] == "available"
    assert after["goes_at"] > before["end_at"]
    assert after["end_at"] > START + 8 * DAY


def test_only_the_controls_tell_the_hazard(begin) -> None:  # type: ignore[no-untyped-def]
    mixed, flat = begin(market="mixed"), begin()
    row = mixed.rows()[0]
    told = mixed.json("GET", f"/_sim/items/yahoo/{row['source_id']}")
    assert {"hazard_a_day", "goes_at", "goes_to", "end_at"} <= set(told)
    page = mixed.call("GET", f"/yahoo/jp/auction/{row['source_id']}").body
    assert str(told["hazard_a_day"]).encode() not in page
    assert "hazard_a_day" not in flat.json("GET", f"/_sim/items/yahoo/{row['source_id']}")


def test_canaries_stay_what_they_are(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(market="mixed")
    sim.advance(30 * DAY)
    for marketplace, canaries in sim.json("GET", "/_sim/seed")["canaries"].items():
        for item_id in canaries["available"]:
            assert sim.json("GET", f"/_sim/items/{marketplace}/{item_id}")["state"] == "available"


def test_a_mixed_market_goes_on_after_a_restart(tmp_path: Path) -> None:
    settings = SimulatorSettings(
        listings=200, sellers=4, start_at=START, clock_mode="manual", market="mixed", state_file=tmp_path / "state"
    )
    first = Simulator(settings)
    first.world.clock.advance(9 * DAY)
    first.world.settle()
    save(first.world, tmp_path / "state")
    second = Simulator(settings)
    for simulator in (first, second):
        simulator.world.clock.advance(12 * DAY)
        simulator.world.settle()
    assert json.dumps(first.world.truth.lines) == json.dumps(second.world.truth.lines)
    assert first.world.truth.relisted == second.world.truth.relisted


def test_an_unknown_market_is_refused(sim) -> None:  # type: ignore[no-untyped-def]
    assert sim.call("POST", "/_sim/reset", {"market": "wild"}).status == 400
    assert sim.call("POST", "/_sim/reset", {"source_sellers": "few"}).status == 400


def test_half_of_the_sources_are_alone_or_nearly_in_a_long_tail_of_sellers() -> None:
    shelf = Shelf(4_000, 4, source_sellers="long_tail")
    of_seller: dict[tuple[int, str], int] = {}
    for number in range(3_600):
        seller = shelf.seller_of(number)
        of_seller[seller] = of_seller.get(seller, 0) + 1
    assert sum(size == 1 for size in of_seller.values()) / 3_600 == pytest.approx(1 / 3, abs=0.01)
    assert all(
        number in shelf.items_of(shelf.seller_of(number)[0])
        for number in range(3_600)
        if shelf.seller_of(number)[1] != "shops"
    )


def test_likes_are_few_for_most_and_many_for_some() -> None:
    chance = Random(5)
    likes = [traits(chance, 8_000).likes for _ in range(5_000)]
    assert statistics.median(likes) <= 2
    assert max(likes) > 15


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_demand_follows_the_hazards_of_the_sources_to_a_power(begin, power: float) -> None:  # type: ignore[no-untyped-def]
    world = begin(listings=1_000, market="mixed", demand_power=power).simulator.world
    chosen = demand(world.offers, world.market.fates)
    draws = [chosen((step + 0.5) / 2_000) for step in range(2_000)]
    hazards = {
        _key_of(world, name, number): _hazard_of(world, name, number)
        for name in (YAHOO, MERCARI)
        for number in range(500)
    }
    fast = set(sorted(hazards, key=hazards.__getitem__)[500:])

    weights = {key: hazard**power for key, hazard in hazards.items()}
    expected = sum(weights[key] for key in fast) / sum(weights.values())
    assert sum(key in fast for key in draws) / len(draws) == pytest.approx(expected, abs=0.03)
    assert (expected > 0.6) is (power > 0)


def test_in_a_flat_market_all_offers_are_alike(begin) -> None:  # type: ignore[no-untyped-def]
    world = begin(listings=1_000, demand_power=1.0).simulator.world
    chosen = demand(world.offers, None)
    assert len({chosen((step + 0.5) / 1_000) for step in range(1_000)}) == 1_000


def _hazard_of(world: Any, marketplace: str, number: int) -> float:
    fate = world.market.fates.of(marketplace, world.catalogue.shelves[marketplace].source_of(number))
    return float(fate.hazard_per_s)


def _key_of(world: Any, marketplace: str, number: int) -> tuple[str, str]:
    listing = world.catalogue.listing(marketplace, number)
    return listing.seller.seller_id, listing.sku
