"""The market depends on its seed alone, and events change it as requested."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mercarich_simulator.identity import Identities
from mercarich_simulator.shelf import Shelf


def test_equal_seeds_and_clocks_make_equal_markets(begin: Callable[..., object]) -> None:
    def story(seed: int) -> list[bytes]:
        sim = begin(seed=seed, already_sold=0.1, churn_per_hour=0.5)
        sim.advance(6 * 3_600)  # type: ignore[attr-defined]
        rows = sim.rows()  # type: ignore[attr-defined]
        page = "/yahoo/jp/auction/" + rows[0]["source_id"]
        addresses = ["/_sim/seed", "/_sim/seed/listings", page, "/_sim/ledger?details=1"]
        return [sim.call("GET", address).body for address in addresses]  # type: ignore[attr-defined]

    assert story(7) == story(7)
    assert story(7)[1] != story(8)[1]


@given(st.integers(0, 2**31), st.integers(0, 10**9))
def test_every_id_leads_back_to_its_number(seed: int, number: int) -> None:
    ids = Identities(seed)
    assert ids.read_yahoo(ids.yahoo(number)) == number
    assert ids.read_mercari(ids.mercari(number)) == number
    assert ids.read_shops(ids.shops(number)) == number
    assert len(ids.shops(number)) == 22


@given(st.integers(0, 5_000))
def test_sources_and_listings_lead_to_each_other(listings: int) -> None:
    shelf = Shelf(listings, 4)
    served = [listing for source in range(shelf.sources) for listing in shelf.listings_of(source)]
    assert served == list(range(listings))
    assert all(shelf.source_of(n) < shelf.sources for n in range(listings))


@given(st.integers(1, 3_000), st.integers(0, 50))
def test_as_many_listings_wait_for_a_restore_as_asked_for(listings: int, wanted: int) -> None:
    shelf = Shelf(listings, 4)
    assert sum(shelf.is_restore(n, wanted) for n in range(listings)) == min(wanted, listings)


def test_a_seller_never_lists_a_source_twice_and_some_sources_have_two_sellers(begin: Callable[..., object]) -> None:
    rows = begin(listings=2_000, sellers=7).rows()  # type: ignore[attr-defined]
    pairs = Counter((row["username"], row["source_id"]) for row in rows)
    assert max(pairs.values()) == 1
    sources = Counter(row["source_id"] for row in rows)
    assert Counter(sources.values())[2] == 200
    assert Counter(row["marketplace"] for row in rows) == {"yahoo": 1_000, "mercari": 1_000}
    assert any(len(row["source_id"]) == 22 for row in rows)


def test_canaries_are_listed_by_nobody_and_answer_as_promised(sim) -> None:  # type: ignore[no-untyped-def]
    listed = {row["source_id"] for row in sim.rows()}
    for marketplace, canaries in sim.json("GET", "/_sim/seed")["canaries"].items():
        for promise, ids in canaries.items():
            assert len(ids) == 2
            for item_id in ids:
                state = sim.json("GET", f"/_sim/items/{marketplace}/{item_id}")["state"]
                assert (state == "available") == (promise == "available")
                assert item_id not in listed


def test_the_share_that_sold_before_and_the_offers_that_wait_are_as_set(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(listings=1_000, already_sold=0.1, restores=20)
    waiting = [row for row in sim.rows() if row["restore"]]
    assert len(waiting) == 20
    assert {row["quantity"] for row in waiting} == {0}
    for row in waiting:
        assert sim.json("GET", f"/_sim/items/{row['marketplace']}/{row['source_id']}")["state"] == "available"
    assert 80 <= sim.ledger()["sources_gone"] <= 115


def test_events_happen_at_their_own_time_and_can_come_back(sim) -> None:  # type: ignore[no-untyped-def]
    row = next(row for row in sim.rows() if row["marketplace"] == "mercari")
    sim.happen(row, "trading", after=60)
    sim.happen(row, "back", after=120)
    states = []
    for _ in range(4):
        states.append(sim.json("GET", f"/_sim/items/mercari/{row['source_id']}")["state"])
        sim.advance(50)
    assert states == ["available", "available", "trading", "available"]
    truth = sim.json("GET", f"/_sim/items/mercari/{row['source_id']}")["truth"]
    assert [change["state"] for change in truth] == ["trading", "available"]
    assert truth[1]["at"] - truth[0]["at"] == 60


def test_a_relisted_auction_has_a_new_id_and_the_same_piece(sim) -> None:  # type: ignore[no-untyped-def]
    row = sim.rows()[0]
    sim.happen(row, "ended")
    sim.happen(row, "relisted")
    old = sim.json("GET", f"/_sim/items/yahoo/{row['source_id']}")
    new = sim.json("GET", f"/_sim/items/yahoo/{old['relisted_as']}")
    assert (old["state"], new["state"]) == ("ended", "available")
    assert new["title"] == old["title"]
    assert sim.call("GET", f"/yahoo/jp/auction/{old['relisted_as']}").status == 200
    model = next(word for word in row["title"].split() if word.startswith("MX-"))
    assert old["relisted_as"].encode() in sim.call("GET", f"/yahoo/search/search?p={model}").body


def test_a_new_price_is_told_and_leaves_the_stock_alone(sim) -> None:  # type: ignore[no-untyped-def]
    row = sim.rows()[0]
    before = sim.json("GET", f"/_sim/items/{row['marketplace']}/{row['source_id']}")
    sim.happen(row, "repriced")
    after = sim.json("GET", f"/_sim/items/{row['marketplace']}/{row['source_id']}")
    assert after["price"] != before["price"]
    assert (after["state"], after["truth"]) == (before["state"], before["truth"])


def test_a_share_hits_only_listed_items_that_can_be_bought(sim) -> None:  # type: ignore[no-untyped-def]
    ask = {"marketplace": "yahoo", "kind": "sold", "share": 0.25}
    first = sim.json("POST", "/_sim/events", ask)["ids"]
    second = sim.json("POST", "/_sim/events", ask)["ids"]
    assert len(first) == 45
    assert not set(first) & set(second)
    assert {*first, *second} <= {row["source_id"] for row in sim.rows()}


def test_chance_moves_about_the_share_that_was_set(begin) -> None:  # type: ignore[no-untyped-def]
    sim = begin(listings=4_000, churn_per_hour=0.1)
    sim.advance(3_600)
    assert 250 <= sim.ledger()["sources_gone"] <= 500


def test_an_unknown_event_or_item_is_refused_with_what_was_expected(sim) -> None:  # type: ignore[no-untyped-def]
    for body, word in (
        ({"marketplace": "ebay", "kind": "sold", "share": 1}, "yahoo, mercari"),
        ({"marketplace": "yahoo", "kind": "trading", "share": 1}, "relisted"),
        ({"marketplace": "yahoo", "kind": "sold", "ids": ["b123"]}, "b123"),
        ({"marketplace": "yahoo", "kind": "sold", "share": 2}, "between 0 and 1"),
    ):
        reply = sim.call("POST", "/_sim/events", body)
        assert reply.status == 400
        assert word in orjson.loads(reply.body)["error"]


def test_the_requests_of_each_second_are_told_for_a_quarter_of_an_hour(sim: Any) -> None:
    row = next(row for row in sim.rows() if row["marketplace"] == "yahoo")
    for seconds, times in ((0, 2), (70, 1), (800, 3)):
        sim.advance(seconds)
        for _ in range(times):
            sim.call("GET", f"/yahoo/jp/auction/{row['source_id']}")
    told = sim.json("GET", "/_sim/traffic")

    first = told["yahoo"][0][0]
    assert [requests for _, requests in told["yahoo"]] == [2, 1, 3]
    assert [second - first for second, _ in told["yahoo"]] == [0, 70, 870]
    assert 0 <= told["wall"] - first - 870 < 5
    sim.advance(90)
    sim.call("GET", f"/yahoo/jp/auction/{row['source_id']}")
    assert [requests for _, requests in sim.json("GET", "/_sim/traffic")["yahoo"]] == [1, 3, 1]
    assert told["mercari"] == []
