"""Rows M2, M5 to M10: what a withdrawal wakes, and what a replacement does to the listings that lost their source."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex

import pytest
from sqlalchemy import insert
from tests.integration.checker.shop import LONG_AGO
from tests.integration.updater.shop import Market, RevivalShop, days_ago, item, no_longer, run

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.messages import RevivalWanted
from mercarich_db import engine as engines
from mercarich_db.tables import excluded_sellers, excluded_words, listing_pictures, source_items
from mercarich_feed.adapters.submissions_sql import SqlSubmissions
from mercarich_platform.clock import utc_now
from mercarich_platform.outages import DatabaseAway
from mercarich_reasons.candidates import ModelsDiffer, PageToldNothing, PostageUnknown, PriceAboveLimit
from mercarich_reasons.pictures import PictureNotNow
from mercarich_reasons.stock import NoReplacementYet, SourceSeen
from mercarich_replacements.rules import Wanted
from mercarich_runs.ports import Outcome, ProxyAway
from mercarich_updater.adapters.listings_sql import SqlListings
from mercarich_updater.adapters.updates import ATTEMPTS, UNKNOWNS
from mercarich_updater.ports import Batch, Judged
from mercarich_updater.use_cases.revive import BatchOutcome

LEAD = 6
"""Lead time of `item`: two days until it is shipped, four until it has arrived and is sent on."""
MARKED = {"quantity": 1, "revision": 1, "pushed_revision": 1, "pushed_quantity": 1, "withdrawn_at": None}
"""Mark the listing as check_item_* --without-update does: it needs a replacement, and the offer is still up."""


def test_m2_a_withdrawn_listing_gets_the_first_match_and_goes_up_again(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("dear", price_jpy=1001), item("new1"), item("new2")]
    assert shop.wake(listing) is BatchOutcome.SEARCHED
    offer = shop.offer(listing)
    assert (offer.quantity, offer.revision, offer.searching, offer.push_pending) == (1, 3, False, 1)
    assert (offer.withdrawn_at, shop.source_of(listing)) == (None, "new1")
    assert shop.candidates(listing) == {"dear": "price", "new1": None}
    assert shop.events(listing) == ["restored"]
    assert shop.states(listing) == ["applied"]


def test_a_replacement_is_kept_with_what_was_seen_of_it(shop: RevivalShop, market: Market) -> None:
    market.for_sale = [item("new1")]
    shop.wake(shop.gone(shop.seller("a"), "old1"))
    source = shop.source("new1")
    assert (source.state, source.price_jpy, source.condition_code) == ("available", 900, 3)
    assert (source.seller_id, source.image_url) == ("good-seller", "https://pictures/new1")
    assert source.evidence_id is not None
    assert source.observed_at > utc_now() - timedelta(seconds=30)


def test_sources_that_the_search_shows_open_before_their_end_are_glimpsed(shop: RevivalShop, market: Market) -> None:
    other = shop.seller("b")
    shop.listing(other, "theirs", source={"state": "available", "look_class": 40, "checked_at": LONG_AGO})
    theirs = item("theirs", price_jpy=5000, end_at=utc_now() + timedelta(hours=5))
    market.for_sale = [theirs]
    shop.wake(shop.gone(shop.seller("a"), "old1"))

    source = shop.source("theirs")
    assert (source.glimpsed_at, source.checked_at) == (theirs.evidence.fetched_at, LONG_AGO)


def test_of_each_candidate_is_kept_what_was_seen_and_nothing_else(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "x100")
    market.for_sale = [
        item("y100", title="ソニー ヘッドホン MX-99999", seller_rating_good=None, seller_rating_bad=None),
        item("y101", price_jpy=5000, shipping_payer="buyer", shipping_cost_jpy=800),
        item("y102", shipping_payer="seller"),
    ]
    shop.wake(listing)
    unlike, dear, taken = shop.seen_of(listing)

    assert (unlike.refused_by, unlike.page_seen, unlike.rating_good, unlike.quick_correlation) == (
        "title",
        False,
        None,
        None,
    )
    assert (dear.refused_by, dear.page_seen, dear.shipping_payer, dear.shipping_cost_jpy) == (
        "price",
        True,
        "buyer",
        800,
    )
    assert (dear.quick_correlation, dear.share_forth) == (0.95, None)
    assert unlike.reason == ModelsDiffer(("mx00001",), ("mx99999",))
    assert (dear.reason, taken.reason) == (PriceAboveLimit(5800, 1000, 800), None)
    assert (taken.refused_by, taken.seller_id, taken.rating_good, taken.rating_bad) == (None, "good-seller", 100, 0)
    assert (taken.condition_code, taken.ships_from, taken.ship_days_max) == (3, "東京都", 2)
    assert (taken.share_forth, taken.inliers, taken.image_url) == (0.9, 200, "https://pictures/y102")


def test_m7_a_postage_that_nobody_tells_is_not_free(shop: RevivalShop, market: Market) -> None:
    """The row of a search may tell what the item's page does not, and a seller may count something instead."""
    careful, daring = shop.seller("careful"), shop.seller("daring")
    shop.own(daring, "REVIVAL_UNKNOWN_POSTAGE_JPY", 150)
    buyer_pays = {"shipping_payer": "buyer", "shipping_cost_jpy": None}
    market.for_sale = [
        item("silent", price_jpy=850, **buyer_pays),
        item("told", price_jpy=850, shipping_payer="buyer", shipping_cost_jpy=149),
    ]
    market.pages["told"] = item("told", price_jpy=850, **buyer_pays)
    mine, theirs = shop.gone(careful, "old1"), shop.gone(daring, "old2")
    shop.wake(mine, theirs)
    assert shop.candidates(mine) == {"silent": "price", "told": None}
    assert shop.candidates(theirs) == {"silent": None}
    silent, told = shop.seen_of(mine)
    assert silent.reason == PostageUnknown(850, 1000)
    assert (told.page_seen, told.shipping_payer, told.shipping_cost_jpy) == (True, "buyer", 149)


def test_what_the_search_itself_calls_unbuyable_costs_no_picture_and_no_page(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [
        item("auction", state=State.UNBUYABLE, reason=Reason.AUCTION_ONLY),
        item("flea", state=State.UNBUYABLE, reason=Reason.FLEA_MARKET),
        item("unclear", state=State.UNKNOWN, reason=Reason.CLOSING),
    ]
    market.pages["unclear"] = item("unclear")
    shop.wake(listing)
    assert shop.candidates(listing) == {"auction": "buyable", "flea": "buyable", "unclear": None}
    assert (market.looks, len(market.compared)) == (["unclear"], 1)


def test_the_search_asks_for_the_bare_name_and_no_more_than_the_first_price(shop: RevivalShop, market: Market) -> None:
    shop.wake(shop.gone(shop.seller("a"), "old1"))
    [(marketplace, request)] = market.asked
    assert marketplace is Marketplace.YAHOO
    assert (request.keyword, request.price_max, request.conditions) == ("ソニー ヘッドホン MX-00001", 1000, [])


def test_what_is_not_known_of_the_old_source_is_read_from_its_page(shop: RevivalShop, market: Market) -> None:
    unknown = {"image_url": None, "condition_code": None, "title": None}
    listing = shop.gone(shop.seller("a"), "old1", source=unknown)
    market.pages["old1"] = no_longer("old1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    assert shop.source_of(listing) == "new1"


def test_the_picture_that_was_saved_serves_when_nothing_else_shows_the_old_source(
    shop: RevivalShop, market: Market
) -> None:
    first, second = (shop.gone(shop.seller(name), f"old-{name}", source={"image_url": None}) for name in "ab")
    row = {"listing_id": first, "slot": 0, "path": "1/0/1-0.jpg"}
    engines.run_tx(shop.engine, lambda c: c.execute(insert(listing_pictures).values(row)))
    market.pages = {"old-a": no_longer("old-a", images=()), "old-b": no_longer("old-b", images=())}
    market.for_sale = [item("new1")]
    shop.wake(first, second)
    assert (shop.source_of(first), shop.source_of(second)) == ("new1", "old-b")
    assert {ours.saved for ours in market.ours} == {"1/0/1-0.jpg"}
    assert shop.candidates(second) == {"new1": "quick_picture"}


def test_m7_thresholds_and_exclusions_are_the_sellers_own(shop: RevivalShop, market: Market) -> None:
    strict, easy = shop.seller("strict"), shop.seller("easy")
    shop.own(strict, "REVIVAL_SHIP_DAYS", 1)
    shop.own(strict, "REVIVAL_LEAST_RATING", "no number")  # Counts as absent.
    rows = [{"user_id": easy, "marketplace": "yahoo", "seller_id": "bad-seller"}]
    engines.run_tx(shop.engine, lambda c: c.execute(insert(excluded_sellers), rows))
    engines.run_tx(shop.engine, lambda c: c.execute(insert(excluded_words), [{"user_id": easy, "word": "ジャンク"}]))
    mine, theirs = shop.gone(strict, "old1"), shop.gone(easy, "old2")
    market.for_sale = [
        item("junk", title="ソニー ヘッドホン MX-00001 ジャンク"),
        item("banned", seller_id="bad-seller"),
        item("new1"),
    ]
    shop.wake(mine, theirs)
    assert shop.candidates(mine)["new1"] == "ship_days"
    assert shop.candidates(theirs) == {"junk": "banned_word", "banned": "banned_seller", "new1": None}


@pytest.mark.parametrize(("lead", "pushed"), [(LEAD, 0), (LEAD + 1, 1)])
def test_m8_a_swap_before_any_push_tells_amazon_of_another_lead_time_alone(
    shop: RevivalShop, market: Market, lead: int, pushed: int
) -> None:
    """One listing was only marked; the withdrawal of the other has not reached Amazon yet."""
    old = {"lead_time_days": lead}
    only_marked = shop.gone(shop.seller("a"), "old1", **MARKED, **old)
    not_left = shop.gone(shop.seller("b"), "old2", revision=2, pushed_revision=1, pushed_quantity=1, **old)
    market.for_sale = [item("new1")]
    shop.wake(only_marked, not_left)
    for listing in (only_marked, not_left):
        offer = shop.offer(listing)
        assert (offer.quantity, offer.push_pending, offer.searching) == (1, pushed, False)
        assert (offer.pushed_quantity, offer.lead_time_days) == (1, LEAD)
        assert (shop.source_of(listing), shop.events(listing)) == ("new1", ["swapped"])


def test_m2_one_that_was_only_marked_comes_down_when_nothing_is_found(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1", **MARKED)
    ended, _ = run(shop)
    offer = shop.offer(listing)
    assert (offer.quantity, offer.revision, offer.push_pending, offer.searching) == (0, 2, 1, True)
    assert offer.withdrawn_at is not None
    assert (shop.events(listing), shop.run(ended.id).withdrawn) == (["withdrawn"], 1)
    assert shop.reasons(listing) == [NoReplacementYet(State.SOLD)]
    run(shop)
    assert (shop.offer(listing).revision, shop.events(listing)) == (2, ["withdrawn"])


def test_m2_one_that_was_only_marked_comes_down_when_a_person_is_asked_first(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(user, "old1", **MARKED)
    market.for_sale = [item("new1")]
    shop.wake(listing)
    assert (shop.offer(listing).quantity, shop.events(listing)) == (0, ["withdrawn", "proposed"])


def test_m2_one_that_was_only_marked_comes_down_when_its_search_is_given_up(shop: RevivalShop, market: Market) -> None:
    """Its source is known to be gone, even if nothing is known about replacements."""
    listing = shop.gone(shop.seller("a"), "old1", **MARKED)
    market.unsearchable = "breaker_open"
    quantities = []
    for _ in range(UNKNOWNS):
        shop.change(listing, update_not_before=None)
        shop.wake(listing)
        quantities.append(shop.offer(listing).quantity)
    assert quantities == [1] * (UNKNOWNS - 1) + [0]


def test_m8_a_withdrawal_on_its_way_is_followed_by_a_restore(shop: RevivalShop, market: Market) -> None:
    under_way = {"revision": 2, "pushed_revision": 1, "pushed_quantity": 1, "push_claim": "x" * 32}
    listing = shop.gone(shop.seller("a"), "old1", **under_way)
    market.for_sale = [item("new1")]
    shop.wake(listing)
    offer = shop.offer(listing)
    assert (offer.quantity, offer.revision, offer.push_pending) == (1, 3, 1)


def test_m8_a_restore_is_pushed_with_its_lead_time_only_while_its_source_is_fresh(
    shop: RevivalShop, market: Market
) -> None:
    user = shop.seller("a")
    listing = shop.gone(user, "old1")
    market.for_sale = [item("new1", ship_days_max=3)]
    shop.wake(listing)
    feed = SqlSubmissions(shop.engine, lambda: utc_now() + timedelta(minutes=16))
    assert feed.begin(user, withdrawals=False, marketplace=Marketplace.YAHOO, limit=10) is None
    begun = SqlSubmissions(shop.engine, utc_now).begin(user, withdrawals=False, marketplace=None, limit=10)
    assert begun is not None
    [offer] = begun[1]
    assert (offer.quantity, offer.lead_time_days) == (1, 7)


def test_m7_the_first_price_stays_the_ceiling_after_a_replacement(shop: RevivalShop, market: Market) -> None:
    """A dearer replacement does not raise the price limit of the next one."""
    user = shop.seller("a")
    shop.own(user, "REVIVAL_PRICE_FACTOR", 1.5)
    listing = shop.gone(user, "old1", first_price_jpy=None)
    market.for_sale = [item("new1", price_jpy=1400)]
    shop.wake(listing)
    assert (shop.source_of(listing), shop.offer(listing).first_price_jpy) == ("new1", 1000)
    shop.change(listing, searching=True, quantity=0, withdrawn_at=utc_now())
    market.for_sale = [item("new2", price_jpy=1600), item("new3", price_jpy=1500)]
    shop.wake(listing)
    assert shop.candidates(listing) == {"new2": "price", "new3": None}


def test_m7_a_seller_may_buy_up_to_the_break_even(shop: RevivalShop, market: Market) -> None:
    """Listings of one source move together: the cheapest offer decides, and one without a price counts with the first
    price."""
    user, other = shop.seller("a"), shop.seller("b")
    for seller in (user, other):
        shop.own(seller, "REVIVAL_PRICE_RULE", "break_even")
        shop.own(seller, "REVIVAL_COSTS", 100)
    cheap, dear = (shop.gone(user, "old1", sku=sku, offer_price_jpy=price) for sku, price in (("A", 2000), ("B", 3000)))
    told, silent = (
        shop.gone(other, "old2", sku=sku, offer_price_jpy=price) for sku, price in (("C", 2000), ("D", None))
    )
    market.for_sale = [item("new0", price_jpy=1601), item("new1", price_jpy=1600), item("new2", price_jpy=1000)]
    shop.wake(cheap, dear, told, silent)
    assert shop.candidates(cheap) == {"new0": "price", "new1": None}
    assert (shop.source_of(cheap), shop.source_of(dear)) == ("new1", "new1")
    assert (shop.source_of(told), shop.source_of(silent)) == ("new2", "new2")


def test_m7_the_break_even_is_by_amazons_estimate_where_there_is_one(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_PRICE_RULE", "break_even")
    listing = shop.gone(user, "old1", offer_price_jpy=2000)
    shop.estimated(listing, fee_jpy=160, fixed_jpy=0, of_price_jpy=2000)
    market.for_sale = [item("new0", price_jpy=1841), item("new1", price_jpy=1840)]
    shop.wake(listing)
    assert shop.candidates(listing) == {"new0": "price", "new1": None}


@pytest.mark.parametrize("ask_first", ["off", "on"])
def test_m7_a_first_price_that_nobody_kept_is_that_of_the_old_page(
    shop: RevivalShop, market: Market, ask_first: str
) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", ask_first)
    listing = shop.gone(user, "old1", first_price_jpy=None, source={"price_jpy": None})
    market.pages["old1"] = no_longer("old1")
    market.for_sale = [item("dear", price_jpy=901), item("new1", price_jpy=900)]
    shop.wake(listing)
    assert shop.candidates(listing) == {"dear": "price", "new1": None}
    assert shop.offer(listing).first_price_jpy == 900


@pytest.mark.parametrize(("cap", "listed", "restored"), [(1, 3, 1), (2, 3, 2), (5, 3, 3)])
def test_m9_the_quantity_is_that_at_listing_capped(
    shop: RevivalShop, market: Market, cap: int, listed: int, restored: int
) -> None:
    user = shop.seller("a")
    shop.own(user, "REVIVAL_QUANTITY_CAP", cap)
    listing = shop.gone(user, "old1", listing_quantity=listed)
    market.for_sale = [item("new1")]
    shop.wake(listing)
    assert shop.offer(listing).quantity == restored


def test_m10_one_source_does_not_serve_two_listings_of_a_seller_but_two_sellers(
    shop: RevivalShop, market: Market
) -> None:
    user, other = shop.seller("a"), shop.seller("b")
    first, second, theirs = shop.gone(user, "old1"), shop.gone(user, "old2"), shop.gone(other, "old3")
    market.for_sale = [item("new1")]
    shop.wake(first, second, theirs)
    sources = [shop.source_of(listing) for listing in (first, second, theirs)]
    assert sorted(sources[:2]) == ["new1", "old1"] or sorted(sources[:2]) == ["new1", "old2"]
    assert sources[2] == "new1"


def test_m10_a_sku_that_names_the_item_counts_as_used(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    shop.listing(user, "another", sku="new1")
    listing = shop.gone(user, "old1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    assert shop.candidates(listing) == {"new1": "used"}


def test_m5_all_rows_of_a_seller_with_the_same_source_move_together(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    first, second = shop.gone(user, "old1", sku="s1"), shop.gone(user, "old1", sku="s2")
    market.for_sale = [item("new1")]
    shop.wake(first)
    assert [shop.source_of(listing) for listing in (first, second)] == ["new1", "new1"]
    assert [shop.offer(listing).quantity for listing in (first, second)] == [1, 1]


def test_m6_after_its_days_a_listing_is_searched_no_more(shop: RevivalShop, market: Market) -> None:
    user, patient = shop.seller("a"), shop.seller("patient")
    shop.own(patient, "REVIVAL_DAYS", 10)
    late = shop.gone(user, "old1", withdrawn_at=days_ago(3.01))
    in_time = shop.gone(user, "old2", withdrawn_at=days_ago(2.99))
    long = shop.gone(patient, "old3", withdrawn_at=days_ago(9))
    market.for_sale = [item(f"new{number}") for number in range(3)]
    ended, _ = run(shop)
    assert ended.outcome is Outcome.FINISHED
    assert shop.run(ended.id).planned == 2
    assert [shop.offer(listing).searching for listing in (late, in_time, long)] == [True, False, False]
    shop.wake(late)
    assert shop.offer(late).searching


def test_unknown_tells_nothing_and_is_asked_again(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.unsearchable = "breaker_open"
    shop.wake(listing)
    offer = shop.offer(listing)
    assert (offer.searching, offer.searched_at, offer.update_problem) == (True, None, "breaker_open")
    assert offer.update_not_before > utc_now()
    assert shop.decisions.put_off(Marketplace.YAHOO, utc_now()) == []
    assert shop.decisions.put_off(Marketplace.YAHOO, utc_now() + timedelta(seconds=31)) == [listing]
    market.unsearchable = ""
    shop.change(listing, update_not_before=None)
    market.for_sale = [item("new1")]
    market.pages["new1"] = item("new1", state=State.UNKNOWN, reason=Reason.BLOCKED)
    shop.wake(listing)
    assert (shop.offer(listing).searched_at, shop.candidates(listing)) == (None, {"new1": "unknown"})
    assert [one.reason for one in shop.seen_of(listing)] == [PageToldNothing(Reason.BLOCKED)]


def test_m7_a_candidate_whose_picture_is_blocked_is_unknown_and_the_next_is_judged(
    shop: RevivalShop, market: Market
) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1"), item("dear", price_jpy=5000)]
    market.blocked_pictures = {"https://pictures/new1"}
    shop.wake(listing)
    assert shop.candidates(listing) == {"new1": "unknown", "dear": "price"}
    assert shop.seen_of(listing)[0].reason == PictureNotNow(Reason.BREAKER_OPEN)
    assert (shop.offer(listing).update_problem, shop.offer(listing).searched_at) == ("unknown", None)
    shop.change(listing, update_not_before=None)
    market.for_sale.append(item("new2"))
    shop.wake(listing)
    assert shop.source_of(listing) == "new2"


def test_m7_our_own_picture_that_is_blocked_puts_the_search_off_and_the_last_reasons_stay(
    shop: RevivalShop, market: Market
) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("dear", price_jpy=5000)]
    shop.wake(listing)
    market.for_sale = [item("new1")]
    market.blocked_pictures = {"https://pictures/old1"}
    shop.wake(listing)
    assert shop.offer(listing).update_problem == "picture: breaker_open"
    assert shop.candidates(listing) == {"dear": "price"}


def test_a_woken_listing_whose_worker_died_is_asked_for_again(shop: RevivalShop, market: Market) -> None:
    """The record came again while the dead worker's lease still held: nothing was free, and the record counts as
    handled."""
    listing = shop.gone(shop.seller("a"), "old1")
    batch = Batch(RevivalWanted(marketplace=Marketplace.YAHOO, run_id=7, listing_ids=(listing,)))
    later = utc_now() + timedelta(seconds=121)
    for _ in range(ATTEMPTS - 1):
        shop.listings_port.claim(batch, token_hex(16), utc_now() + timedelta(seconds=120), utc_now())
        assert shop.wake(listing) is BatchOutcome.NOTHING_TO_DO
        assert shop.decisions.put_off(Marketplace.YAHOO, utc_now()) == []
        assert shop.decisions.put_off(Marketplace.YAHOO, later) == [listing]
        shop.change(listing, update_not_before=utc_now())
    shop.listings_port.claim(batch, token_hex(16), utc_now() + timedelta(seconds=120), utc_now())
    assert shop.decisions.put_off(Marketplace.YAHOO, later) == []


def test_a_proxy_that_is_away_costs_no_attempt(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.away = True
    with pytest.raises(ProxyAway):
        shop.wake(listing)
    offer = shop.offer(listing)
    assert (offer.update_attempts, offer.update_not_before, offer.searching) == (0, None, True)


@pytest.mark.parametrize("breaks", ["claim", "none_found"])
def test_a_connection_that_breaks_costs_no_attempt(shop: RevivalShop, market: Market, breaks: str) -> None:
    """Its commit has arrived, and nobody heard of it."""
    seller = shop.seller("a")
    listings = [shop.gone(seller, f"old{n}") for n in range(3)]

    class Breaking(SqlListings):
        def claim(self, batch: Batch, claim: str, until: datetime, now: datetime) -> Sequence[Wanted]:
            claimed = super().claim(batch, claim, until, now)
            self._break("claim")
            return claimed

        def none_found(self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], now: datetime) -> None:
            super().none_found(batch, wanted, judged, now)
            self._break("none_found")

        def _break(self, what: str) -> None:
            if what == breaks:
                raise DatabaseAway("the connection broke")

    whole, shop.listings_port = shop.listings_port, Breaking(shop.engine, shop.rules)
    with pytest.raises(DatabaseAway):
        shop.wake(*listings)
    rows = [shop.offer(listing) for listing in listings]
    assert {(row.update_attempts, row.update_not_before) for row in rows} == {(0, None)}
    shop.listings_port = whole
    assert shop.wake(*listings) is BatchOutcome.SEARCHED


def test_a_message_that_comes_twice_searches_once(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    assert [shop.wake(listing), shop.wake(listing)] == [BatchOutcome.SEARCHED, BatchOutcome.NOTHING_TO_DO]
    assert len(market.asked) == 1


def test_the_other_marketplace_is_searched_only_where_the_seller_wants_it(shop: RevivalShop, market: Market) -> None:
    user, open_to_all = shop.seller("a"), shop.seller("b")
    shop.own(open_to_all, "REVIVAL_OTHER_MARKETPLACE", "on")
    mine, theirs = shop.gone(user, "old1"), shop.gone(open_to_all, "old2")
    market.for_sale = [item("m1", marketplace=Marketplace.MERCARI)]
    shop.wake(mine, theirs)
    assert (shop.offer(mine).searching, shop.offer(theirs).searching) == (True, False)
    assert (shop.offer(theirs).marketplace, shop.source("m1").marketplace) == ("mercari", "mercari")
    [asked] = [request for marketplace, request in market.asked if marketplace is Marketplace.MERCARI]
    assert asked.conditions == [1, 2, 3]


def test_a_source_that_goes_before_the_push_takes_its_restore_back(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    mine = source_items.update().where(source_items.c.item_id == "new1").values(observed_at=days_ago(0.01))
    engines.run_tx(shop.engine, lambda connection: connection.execute(mine))
    shop.keep_fresh()
    assert shop.offer(listing).quantity == 1
    engines.run_tx(shop.engine, lambda connection: connection.execute(mine))
    market.for_sale = []
    shop.keep_fresh()
    offer = shop.offer(listing)
    assert (offer.quantity, offer.searching, offer.restored_at) == (0, True, None)
    assert shop.events(listing) == ["restored", "withdrawn"]
    assert shop.reasons(listing)[-1] == SourceSeen(State.SOLD, Reason.WON)
