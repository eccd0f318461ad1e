"""A seller's decisions on replacements in the API."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from mercarich_contracts.market import Marketplace
from mercarich_web.api.callers import caller
from mercarich_web.api.ids import Id
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account
from mercarich_web.replacements import shapes
from mercarich_web.replacements.sql.proposals import SqlProposals
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.replacements.views import ProposalOrder, RuleView, Wish, packed, unpacked


def wished(
    alike: Annotated[
        int | None, Query(ge=0, le=100, description="least share of matching features, in percent")
    ] = None,
    dearer: Annotated[
        int | None, Query(ge=-1_000_000, le=1_000_000, description="most yen above the first source, with postage")
    ] = None,
    good: Annotated[int | None, Query(ge=0, le=100, description="least share of good ratings, in percent")] = None,
    ratings: Annotated[int | None, Query(ge=0, le=1_000_000, description="least number of ratings")] = None,
    market: Marketplace | None = None,
    sort: ProposalOrder = ProposalOrder.OLDEST,
) -> Wish:
    return Wish(alike, dearer, good, ratings, market.value if market is not None else None, sort)


def wished_by_rule(
    wish: Annotated[Wish, Depends(wished)],
    rule: Annotated[
        RuleView | None, Query(description="those that your rule would approve by itself, or leaves to you")
    ] = None,
) -> Wish:
    return replace(wish, rule=rule)


def decisions(keys: Keys, book: SqlWaiting, proposals: SqlProposals) -> APIRouter:
    routes = APIRouter(prefix="/replacements", tags=["replacements"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    @routes.get("", summary="Replacements that wait for your word, twenty at a time")
    def waiting(
        wish: Annotated[Wish, Depends(wished_by_rule)],
        after: Annotated[str, Query(max_length=400)] = "",
        account: Account = reader,
    ) -> shapes.Proposals:
        """What is not known of a replacement never matches a filter on it. `after`: the `next` of the page before."""
        found = book.page(account.user_id, wish, unpacked(after) if after else None, judge=True)
        return shapes.Proposals(
            replacements=[shapes.proposal(one, found.rule.misses.get(one.id, ())) for one in found.rows],
            rule_is_on=found.rule.is_on,
            rule_is_used_up=found.rule.is_used_up,
            rule_goes_on_at=None if found.rule.day is None else found.rule.day.goes_on_at,
            matching=found.matching,
            waiting=found.waiting,
            next=packed(found.next) if found.next is not None else None,
        )

    @routes.post("/{listing_id}/approve", summary="Take it; it goes up after one more look", status_code=204)
    def approve(listing_id: Id, meant: shapes.Meant, account: Account = writer) -> None:
        proposals.approve(account, listing_id, meant.shown)

    @routes.post("/{listing_id}/refuse", summary="Never this one for this listing", status_code=204)
    def refuse(listing_id: Id, meant: shapes.MeantRefusal, account: Account = writer) -> None:
        proposals.refuse(account, listing_id, meant.shown, waiting=meant.waiting)

    return routes
