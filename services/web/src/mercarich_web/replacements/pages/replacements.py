"""The page of replacements that wait for the seller: approve and refuse, one or all that match the filters."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Response
from pydantic import Field

from mercarich_contracts.market import Marketplace
from mercarich_web.api.ids import MOST as LARGEST_ID
from mercarich_web.api.ids import Id
from mercarich_web.refusals import NotFound
from mercarich_web.replacements.deciding_all import DecideAll
from mercarich_web.replacements.sql.proposals import SqlProposals
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.replacements.views import MOST, Decision, ProposalOrder, RuleView, Wish, packed, unpacked
from mercarich_web.site.addresses import LONGEST, address
from mercarich_web.site.caching import KEPT_FOR_A_SESSION
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller

ALL = "/replacements/all"
Back = Annotated[str, Query(max_length=LONGEST)]
Shown = Annotated[str | None, Form(max_length=LONGEST)]
"""The item that the page showed, by its marketplace and id: another may have been found since."""
Percent = Annotated[int, Field(ge=0, le=100)] | Literal[""]
Yen = Annotated[int, Field(ge=-1_000_000, le=1_000_000)] | Literal[""]
Number = Annotated[int, Field(ge=0, le=1_000_000)] | Literal[""]
"""A form also sends what is not filled in, as an empty text."""
Previewed = Annotated[str, Form(max_length=20 * MOST, pattern=r"^[0-9]{1,19}(\.[0-9]{1,19})*$")]
"""Ids of the replacements that the preview has counted, with dots between them."""


def wished(
    alike: Annotated[Percent, Query()] = "",
    dearer: Annotated[Yen, Query()] = "",
    good: Annotated[Percent, Query()] = "",
    ratings: Annotated[Number, Query()] = "",
    market: Annotated[Marketplace | Literal[""], Query()] = "",
    sort: ProposalOrder = ProposalOrder.OLDEST,
) -> Wish:
    """Parse the filters."""
    return Wish(_given(alike), _given(dearer), _given(good), _given(ratings), market or None, sort)


def _given(number: int | Literal[""]) -> int | None:
    return None if number == "" else number


def stated(
    alike: Annotated[Percent, Form()] = "",
    dearer: Annotated[Yen, Form()] = "",
    good: Annotated[Percent, Form()] = "",
    ratings: Annotated[Number, Form()] = "",
    market: Annotated[Marketplace | Literal[""], Form()] = "",
    sort: Annotated[ProposalOrder, Form()] = ProposalOrder.OLDEST,
) -> Wish:
    """Parse the filters of a preview from its form: a form that is sent again after a new sign-in has no query."""
    return wished(alike, dearer, good, ratings, market, sort)


def wished_by_rule(
    wish: Annotated[Wish, Depends(wished)], rule: Annotated[RuleView | Literal[""], Query()] = ""
) -> Wish:
    return replace(wish, rule=rule or None)


def stated_by_rule(
    wish: Annotated[Wish, Depends(stated)], rule: Annotated[RuleView | Literal[""], Form()] = ""
) -> Wish:
    return replace(wish, rule=rule or None)


Wished = Annotated[Wish, Depends(wished_by_rule)]
Stated = Annotated[Wish, Depends(stated_by_rule)]


def routes(site: Site, waiting: SqlWaiting, proposals: SqlProposals, decide: DecideAll) -> APIRouter:
    routes = APIRouter(prefix="/replacements")

    @routes.get("")
    def table(visit: Seller, wish: Wished, after: Annotated[str, Query(max_length=400)] = "") -> Response:
        place = unpacked(after) if after else None
        page = waiting.page(visit.account.user_id, wish, place)
        return site.page(
            visit,
            "replacements/replacements.html",
            wish=wish,
            found=page,
            here=_address(wish, after=after if place is not None else None),
            page={
                "first": _address(wish) if place is not None else None,
                "next": _address(wish, after=packed(page.next)) if page.next is not None else None,
            },
            approve_all=_address(wish, ALL, decision=Decision.APPROVE.value),
            refuse_all=_address(wish, ALL, decision=Decision.REFUSE.value),
        )

    @routes.get("/all")
    def preview(visit: Seller, wish: Wished, decision: Decision = Decision.APPROVE) -> Response:
        """Show how many replacements a decision on all that match would decide, and the first of them."""
        found = decide.preview(visit.account, wish)
        return site.page(
            visit,
            "replacements/all.html",
            decision=decision,
            wish=wish,
            preview=found,
            back=_address(wish),
            fields=_values(wish) | {"decision": decision.value},
        )

    @routes.post("/all")
    def apply(visit: Seller, wish: Stated, ids: Previewed, decision: Annotated[Decision, Form()]) -> Response:
        """Decide on what the preview has shown; what was decided or has changed since stays, and that is told."""
        chosen = [number for number in map(int, ids.split(".")) if number <= LARGEST_ID][:MOST]
        applied = decide.apply(visit.account, decision, wish, chosen, visit.actor)
        notice = "replacements_approved" if decision is Decision.APPROVE else "replacements_refused"
        notice += "_in_part" if applied.broken_off else ""
        left = f"{applied.left:,}" if applied.left else ""
        return site.to(_address(wish), notice, f"{applied.decided:,}", left=left)

    @routes.get("/{listing_id}/pictures/{revival_id}")
    def picture(visit: Seller, listing_id: Id, revival_id: Id) -> Response:
        """Send the picture of a replacement that waits, as it was compared; never from the marketplace."""
        jpeg = waiting.picture(visit.account.user_id, listing_id, revival_id)
        if jpeg is None:
            raise NotFound(f"replacement {revival_id} of listing {listing_id} has no picture")
        return Response(jpeg, media_type="image/jpeg", headers=KEPT_FOR_A_SESSION)

    @routes.post("/{listing_id}/approve")
    def approve(visit: Seller, listing_id: Id, item: Shown = None, back: Back = "/replacements") -> Response:
        return site.to(back, "replacement_approved", proposals.approve(visit.account, listing_id, item).sku)

    @routes.post("/{listing_id}/refuse")
    def refuse(
        visit: Seller,
        listing_id: Id,
        item: Shown = None,
        waiting: Annotated[bool, Form()] = False,
        back: Back = "/replacements",
    ) -> Response:
        """Refuse a replacement, or take back one in use. `waiting`: the page showed it as one that waits."""
        decided = proposals.refuse(visit.account, listing_id, item, waiting=waiting)
        return site.to(back, "replacement_refused", decided.sku)

    @routes.post("/{listing_id}/refuse-seller")
    def refuse_seller(visit: Seller, listing_id: Id, item: Shown = None, back: Back = "/replacements") -> Response:
        return site.to(back, "seller_refused", proposals.refuse_seller(visit.account, listing_id, item).sku)

    return routes


def _address(wish: Wish, path: str = "/replacements", **changes: str | None) -> str:
    """Return the address with these filters, some of them changed; defaults are left out."""
    return address(path, _values(wish) | changes)


def _values(wish: Wish) -> dict[str, str | None]:
    """Return the filters as fields; None for defaults."""
    numbers = {
        "alike": wish.alike_percent,
        "dearer": wish.dearer_jpy,
        "good": wish.good_percent,
        "ratings": wish.ratings,
    }
    values = {name: None if value is None else str(value) for name, value in numbers.items()}
    sort = None if wish.order is ProposalOrder.OLDEST else wish.order.value
    return values | {"market": wish.marketplace, "sort": sort, "rule": wish.rule}
