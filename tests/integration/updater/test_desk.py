"""What people see and decide: approval, undo, preview, explain, a seller's own settings."""

import pytest
from sqlalchemy import insert, select
from tests.integration.updater.shop import Market, RevivalShop, item, no_longer

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.messages import RevivalWanted
from mercarich_db import engine as engines
from mercarich_db.tables import revivals
from mercarich_platform.clock import utc_now
from mercarich_reasons.candidates import PriceAboveLimit
from mercarich_reasons.replacements import NothingToTakeBack, NothingWaits, OtherSource
from mercarich_reasons.stock import (
    ApprovedItemSeen,
    ReplacedBy,
    ReplacementApproved,
    ReplacementRefused,
    ReplacementTakenBack,
    ReplacementWaits,
)
from mercarich_updater.domain.reports import NotFound, Refused
from mercarich_updater.ports import Batch, Judged
from mercarich_updater.use_cases.revive import BatchOutcome


@pytest.fixture
def asked(shop: RevivalShop, market: Market) -> int:
    """A listing with one proposal, of a seller who approves replacements."""
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    listing = shop.gone(user, "old1", sku="s1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    return listing


def test_nothing_changes_before_a_person_approves(shop: RevivalShop, market: Market, asked: int) -> None:
    assert (shop.offer(asked).quantity, shop.source_of(asked)) == (0, "old1")
    assert [(one.sku, one.item_id) for one in shop.desk.waiting()] == [("s1", "new1")]
    shop.decide()
    shop.wake(asked)
    assert (shop.states(asked), len(market.asked)) == (["proposed"], 1)


def test_an_approved_one_is_looked_at_once_more_and_taken(shop: RevivalShop, market: Market, asked: int) -> None:
    shop.desk.approve("s1", None, "yuki")
    looks = len(market.looks)
    shop.decide()
    assert market.looks[looks:] == ["new1"]
    assert (shop.offer(asked).quantity, shop.source_of(asked)) == (1, "new1")
    assert shop.events(asked) == ["proposed", "approved", "restored"]
    proposed, approved, restored = shop.reasons(asked)
    assert proposed == ReplacementWaits(Marketplace.YAHOO, "new1")
    assert approved == ReplacementApproved("new1", "yuki")
    assert restored == ReplacedBy(Marketplace.YAHOO, "new1", shop.offer(asked).source_item_id, 900, 6, pushed=True)


def test_m7_an_approved_one_keeps_the_first_price_too(shop: RevivalShop, market: Market, asked: int) -> None:
    shop.change(asked, first_price_jpy=None)
    shop.desk.approve("s1", None, "yuki")
    shop.decide()
    assert (shop.source_of(asked), shop.offer(asked).first_price_jpy) == ("new1", 1000)


def test_an_approved_one_that_is_gone_lapses_and_the_search_goes_on(
    shop: RevivalShop, market: Market, asked: int
) -> None:
    shop.desk.approve("s1", None, "yuki")
    market.for_sale = []
    shop.decide()
    assert (shop.offer(asked).quantity, shop.states(asked)) == (0, ["lapsed"])
    assert shop.reasons(asked)[-1] == ApprovedItemSeen("new1", State.SOLD, Reason.WON)
    market.for_sale = [item("new2")]
    shop.wake(asked)
    assert [one.item_id for one in shop.desk.waiting()] == ["new2"]


def test_a_refused_proposal_is_not_proposed_again(shop: RevivalShop, market: Market, asked: int) -> None:
    shop.desk.undo("s1", None, "yuki")
    assert shop.reasons(asked)[-1] == ReplacementRefused("new1", "yuki")
    market.for_sale = [item("new1"), item("new2")]
    shop.wake(asked)
    assert shop.candidates(asked) == {"new1": "undone", "new2": None}


@pytest.fixture
def pair(shop: RevivalShop, market: Market) -> tuple[int, int]:
    """Two listings of such a seller with one source, each with a proposal, because both were searched at once."""
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    first, second = (shop.gone(user, "old1", sku=sku) for sku in ("s1", "s2"))
    market.for_sale = [item("new1")]
    shop.wake(first)
    with engines.reading(shop.engine) as connection:
        row = connection.execute(select(revivals)).one()._asdict()
    both = insert(revivals).values({**row, "id": None, "listing_id": second})
    engines.run_tx(shop.engine, lambda connection: connection.execute(both))
    return first, second


def test_a_taken_replacement_lets_the_other_proposals_of_its_listings_lapse(
    shop: RevivalShop, market: Market, pair: tuple[int, int]
) -> None:
    """A proposal that was left would block its listing for ever, because nobody could decide on it any more."""
    first, second = pair
    shop.desk.approve("s1", None, "yuki")
    shop.decide()
    assert [shop.source_of(listing) for listing in pair] == ["new1", "new1"]
    assert (shop.states(first), shop.states(second)) == (["applied", "applied"], ["lapsed", "applied"])
    assert shop.desk.waiting() == []
    shop.change(second, quantity=0, searching=True, withdrawn_at=utc_now())
    market.for_sale = [item("new2")]
    shop.wake(second)
    assert [(one.sku, one.item_id) for one in shop.desk.waiting()] == [("s2", "new2")]


def test_a_proposal_for_a_source_of_before_neither_waits_nor_blocks(
    shop: RevivalShop, market: Market, asked: int
) -> None:
    other = shop.gone(shop.seller("b"), "old2")
    shop.change(asked, source_item_id=shop.offer(other).source_item_id)
    assert shop.desk.waiting() == []
    market.for_sale = [item("new2")]
    shop.wake(asked)
    assert [one.item_id for one in shop.desk.waiting()] == ["new2"]


def test_one_proposal_stands_for_all_listings_with_the_source(shop: RevivalShop, market: Market, asked: int) -> None:
    second = shop.gone(shop.offer(asked).user_id, "old1", sku="s2")
    assert shop.wake(second) is BatchOutcome.NOTHING_TO_DO
    assert (shop.states(second), len(market.asked)) == ([], 1)
    shop.desk.undo("s1", None, "yuki")
    market.for_sale = [item("new1"), item("new2")]
    shop.wake(asked, second)
    assert [(one.sku, one.item_id) for one in shop.desk.waiting()] == [("s1", "new2")]


def test_a_search_that_ends_behind_another_proposes_nothing(shop: RevivalShop, market: Market) -> None:
    """The lease expires, as with a slow worker."""
    user = shop.seller("a")
    shop.own(user, "REVIVAL_ASK_FIRST", "on")
    shop.gone(user, "old1", sku="s1")
    wanted = shop.desk.desk.wanted("s1", None)
    batch = Batch(RevivalWanted(marketplace=Marketplace.YAHOO, run_id=7, listing_ids=wanted.listing_ids))
    for found in ("new1", "new2"):
        shop.listings_port.propose(batch, wanted, [Judged(item(found), None)], item(found), found.encode(), utc_now())
    assert [one.item_id for one in shop.desk.waiting()] == ["new1"]
    assert shop.found_picture(wanted.listing_ids[0]) == (shop.desk.waiting()[0].id, b"new1")
    shop.change(wanted.listing_ids[0], searching=False)
    shop.desk.undo("s1", None, "yuki")
    shop.listings_port.propose(batch, wanted, [Judged(item("new2"), None)], item("new2"), b"new2", utc_now())
    assert shop.states(wanted.listing_ids[0]) == ["undone"]


def test_undo_takes_a_replacement_back_and_the_offer_down(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1", sku="s1")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    shop.desk.undo("s1", None, "yuki")
    offer = shop.offer(listing)
    assert (offer.quantity, offer.revision, offer.searching, shop.source_of(listing)) == (0, 4, True, "old1")
    assert shop.states(listing) == ["undone"]
    assert shop.reasons(listing)[-1] == ReplacementTakenBack("new1", "yuki", Marketplace.YAHOO, offer.source_item_id)
    shop.wake(listing)
    assert shop.candidates(listing) == {"new1": "undone"}
    with pytest.raises(Refused, match="s1 has no replacement to take back") as refused:
        shop.desk.undo("s1", None, "yuki")
    assert refused.value.reason == NothingToTakeBack("s1")


def test_undo_puts_all_listings_back_that_were_given_the_item(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    first, second = (shop.gone(user, "old1", sku=sku) for sku in ("s1", "s2"))
    market.for_sale = [item("new1")]
    shop.wake(first)
    own = shop.listing(user, "new1", sku="s3")
    shop.desk.undo("s2", None, "yuki")
    assert [shop.source_of(listing) for listing in (first, second, own)] == ["old1", "old1", "new1"]
    assert [shop.offer(listing).quantity for listing in (first, second, own)] == [0, 0, 1]
    assert [shop.states(listing) for listing in (first, second, own)] == [["undone"], ["undone"], []]
    assert [shop.events(listing) for listing in (first, second)] == [["restored", "undone"]] * 2


def test_undo_leaves_a_source_alone_that_somebody_else_has_set_since(shop: RevivalShop, market: Market) -> None:
    user = shop.seller("a")
    listing, other = shop.gone(user, "old1", sku="s1"), shop.listing(user, "chosen")
    market.for_sale = [item("new1")]
    shop.wake(listing)
    shop.change(listing, source_item_id=shop.offer(other).source_item_id)
    with pytest.raises(Refused, match="the source of s1 is no longer new1") as refused:
        shop.desk.undo("s1", None, "yuki")
    assert refused.value.reason == OtherSource("s1", "new1")
    assert (shop.source_of(listing), shop.offer(listing).quantity, shop.states(listing)) == ("chosen", 1, ["applied"])


def test_preview_searches_and_writes_nothing(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1", sku="s1")
    market.for_sale = [item("dear", price_jpy=5000), item("new1")]
    told = shop.desk.preview("s1", None)
    assert told.found is not None
    assert (told.found.item_id, [one.refused_by for one in told.candidates]) == ("new1", ["price", None])
    assert (shop.offer(listing).searching, shop.candidates(listing), shop.states(listing)) == (True, {}, [])


def test_explain_tells_each_candidate_and_why_it_was_refused(shop: RevivalShop, market: Market) -> None:
    listing = shop.gone(shop.seller("a"), "old1", sku="s1")
    market.for_sale = [item("dear", price_jpy=1500)]
    shop.wake(listing)
    told = shop.desk.explain("s1", "a")
    assert (told.searching, told.source) == (True, "yahoo old1")
    assert told.searched_at is not None
    assert told.searched_at <= utc_now()
    assert [(one.item_id, one.reason) for one in told.candidates] == [("dear", PriceAboveLimit(1500, 1000))]


def test_a_sku_that_is_not_there_or_not_one_is_a_sentence(shop: RevivalShop) -> None:
    shop.gone(shop.seller("a"), "old1", sku="s1")
    shop.gone(shop.seller("b"), "old2", sku="s1")
    with pytest.raises(NotFound, match="there is no listing nowhere"):
        shop.desk.explain("nowhere", None)
    with pytest.raises(Refused, match="several sellers have the SKU s1: a, b; add --username NAME"):
        shop.desk.approve("s1", None, "yuki")
    with pytest.raises(Refused, match="s1 has no replacement that waits for approval") as refused:
        shop.desk.approve("s1", "a", "yuki")
    assert refused.value.reason == NothingWaits("s1")


def test_a_sellers_own_settings_are_typed_and_can_be_given_up(shop: RevivalShop) -> None:
    user = shop.seller("a")
    shop.desk.set("a", "REVIVAL_SHIP_DAYS", "3", "yuki")
    assert [one.value for one in shop.desk.settings("a") if one.own] == ["3"]
    assert shop.rules(user).ship_days == 3
    shop.desk.set("a", "REVIVAL_SHIP_DAYS", None, "yuki")
    assert [one for one in shop.desk.settings("a") if one.own] == []
    with pytest.raises(Refused, match="expected a whole number from 1 to 90, not '0'"):
        shop.desk.set("a", "REVIVAL_SHIP_DAYS", "0", "yuki")
    with pytest.raises(Refused, match="sellers cannot have their own CHECK_ATTEMPTS"):
        shop.desk.set("a", "CHECK_ATTEMPTS", "1", "yuki")
    with pytest.raises(NotFound, match="there is no seller nobody"):
        shop.desk.settings("nobody")


def test_a_gone_item_is_never_taken(shop: RevivalShop, market: Market) -> None:
    """The search still shows an item that has sold; the item's page decides."""
    listing = shop.gone(shop.seller("a"), "old1")
    market.for_sale = [item("new1")]
    market.pages["new1"] = no_longer("new1")
    shop.wake(listing)
    assert (shop.candidates(listing), shop.offer(listing).quantity) == ({"new1": "buyable"}, 0)
