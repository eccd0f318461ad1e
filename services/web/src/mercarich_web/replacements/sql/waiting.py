"""Read the replacements that wait for a seller: a page, all that match, and those of a preview that still do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from mercarich_db.conditions import Filter, among
from mercarich_db.tables import (
    listing_pictures,
    listings,
    revival_candidates,
    revival_pictures,
    revivals,
    source_items,
)
from mercarich_listings.replacements import AWAITED
from mercarich_platform.clock import Clock
from mercarich_web.database import reading
from mercarich_web.replacements.proposals import Proposal
from mercarich_web.replacements.sql import by_rule
from mercarich_web.replacements.views import (
    MOST,
    PREVIEWED,
    ROWS,
    UNKNOWN,
    Place,
    Preview,
    ProposalOrder,
    ProposalPage,
    RuleView,
    Wish,
)

SEEN = (
    *("rating_good", "rating_bad", "shipping_payer", "shipping_cost_jpy", "ships_from", "ship_days_max"),
    *("share_forth", "share_back", "inliers"),
)
"""What the search saw of a candidate; NULL when it is not known, or not kept any more."""
PARTS = 10_000
"""Shares are compared as pages show them: in hundredths of a percent."""
_old, _new = source_items.alias("old"), source_items.alias("new")
_found, _offer, _seen, _picture = revivals.c, listings.c, revival_candidates.c, revival_pictures.c
_ITS_PICTURE = and_(_picture.listing_id == _found.listing_id, _picture.revival_id == _found.id)


def its_candidate() -> ColumnElement[bool]:
    """Return the condition for the search's row on the item that it found."""
    same = and_(_seen.marketplace == _found.marketplace, _seen.item_id == _found.item_id)
    return and_(_seen.listing_id == _found.listing_id, same, _seen.refused_by.is_(None))


def _parts(share: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.round(share * PARTS), Integer)


_ALIKE = _parts(case((_seen.share_forth < _seen.share_back, _seen.share_forth), else_=_seen.share_back))
_RATINGS = _seen.rating_good + _seen.rating_bad
_GOOD = _parts(_seen.rating_good * 1.0 / func.nullif(_RATINGS, 0))
_POSTAGE = case((_seen.shipping_payer == "seller", 0), else_=_seen.shipping_cost_jpy)
_COST = _found.price_jpy + _POSTAGE
_DEARER = _COST - _offer.first_price_jpy
_KEYS: Mapping[ProposalOrder, ColumnElement[int]] = {
    ProposalOrder.OLDEST: literal(0),
    ProposalOrder.ALIKE: func.coalesce(-_ALIKE, UNKNOWN),
    ProposalOrder.DEARER: func.coalesce(_DEARER, UNKNOWN),
    ProposalOrder.RATING: func.coalesce(-_GOOD, UNKNOWN),
    ProposalOrder.COST: func.coalesce(_COST, UNKNOWN),
}
"""Sort keys, ascending."""


class SqlWaiting:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def page(self, user_id: int, wish: Wish, after: Place | None = None, *, judge: bool = False) -> ProposalPage:
        """`judge`: say what the seller's rule misses of each also where it is off, and no filter is about it."""
        key = _KEYS[wish.order]
        with reading(self._engine) as connection:
            asked = _asked(connection, user_id, wish)
            rows = _rows(asked)
            if after is not None:
                rows = rows.where(or_(key > after.key, and_(key == after.key, _found.id > after.revival_id)))
            found = connection.execute(rows.limit(ROWS + 1)).all()
            whole = after is None and len(found) <= ROWS
            matching = len(found) if whole else _count(connection, asked)
            waiting = _count(connection, _Asked(user_id, Wish())) if wish.narrows else matching
            ids, judge = [row.id for row in found[:ROWS]], judge or wish.rule is not None
            rule = by_rule.told(connection, user_id, ids, self._now(), judge=judge)
        place = Place(found[ROWS - 1].place, found[ROWS - 1].id) if len(found) > ROWS else None
        return ProposalPage([_proposal(row) for row in found[:ROWS]], place, matching, waiting, rule)

    def picture(self, user_id: int, listing_id: int, revival_id: int) -> bytes | None:
        """Return the JPEG of a replacement that waits for this seller; None when there is none."""
        its = (_found.id == revival_id, _found.listing_id == listing_id, _offer.user_id == user_id)
        query = select(_picture.jpeg).join(revivals, _ITS_PICTURE).join(listings, AWAITED)
        with reading(self._engine) as connection:
            jpeg: bytes | None = connection.execute(query.where(*its)).scalar()
        return jpeg

    def preview(self, user_id: int, wish: Wish) -> Preview:
        with reading(self._engine) as connection:
            asked = _asked(connection, user_id, wish)
            ids = _ordered(_matching(select(_found.id), asked), wish).limit(MOST)
            matching = connection.execute(ids).scalars().all()
            first = connection.execute(_rows(asked).limit(PREVIEWED)).all()
            number = len(matching) if len(matching) < MOST else _count(connection, asked)
        return Preview(matching, [_proposal(row) for row in first], number)


def still_matching(connection: Connection, user_id: int, wish: Wish, ids: Sequence[int]) -> Sequence[int]:
    """Return those of the replacements that wait for this seller, and match."""
    some = select(_found.id).select_from(revivals).join(listings, AWAITED).where(among(_found.id, ids))
    return connection.execute(_narrowed(some, _asked(connection, user_id, wish, ids))).scalars().all()


def one_waiting(connection: Connection, user_id: int, revival_id: int) -> Proposal | None:
    """Return a replacement that waits for this seller; None when it does not."""
    newer = revivals.alias("newer")
    is_newest = ~exists().where(newer.c.listing_id == _found.listing_id, newer.c.id > _found.id)
    its = (_found.id == revival_id, _found.user_id == user_id, _offer.user_id == user_id, is_newest)
    rows = _columns(Wish()).select_from(revivals).join(listings, AWAITED).outerjoin(revival_candidates, its_candidate())
    row = connection.execute(_with_sources(rows).where(*its)).first()
    return None if row is None else _proposal(row)


@dataclass(frozen=True, slots=True)
class _Asked:
    user_id: int
    wish: Wish
    fitting: Collection[int] | None = None
    """Ids of those that the seller's rule approves; None: it does not matter."""


def _asked(connection: Connection, user_id: int, wish: Wish, ids: Collection[int] | None = None) -> _Asked:
    """Judge the waiting replacements, or those with these ids, by the rule, if the filter is about it."""
    return _Asked(user_id, wish, None if wish.rule is None else by_rule.fitting(connection, user_id, ids))


def _matching(query: Select[Any], asked: _Asked) -> Select[Any]:
    """Read the seller's own listings from their covering index, and of each that searches its replacements.

    By their state, both databases would read the waiting replacements of all sellers.
    """
    query = (
        query.select_from(listings)
        .join(revivals, and_(_found.listing_id == _offer.id, Filter(AWAITED)))
        .where(_offer.user_id == asked.user_id, _offer.listed.is_(true()), Filter(_offer.searching.is_(true())))
        .prefix_with("STRAIGHT_JOIN", dialect="mysql")
        .with_hint(listings, "FORCE INDEX (ix_listings_shop)", "mysql")
        .with_hint(revivals, "FORCE INDEX (ix_revivals_listing)", "mysql")
    )
    return _narrowed(query, asked)


def _narrowed(query: Select[Any], asked: _Asked) -> Select[Any]:
    wish = asked.wish
    query = query.outerjoin(revival_candidates, its_candidate()).where(Filter(_found.user_id == asked.user_id))
    if asked.fitting is not None:
        fits = Filter(among(_found.id, asked.fitting))
        query = query.where(fits if wish.rule is RuleView.APPROVES else not_(fits))
    if wish.alike_percent is not None:
        query = query.where(wish.alike_percent * PARTS // 100 <= _ALIKE)
    if wish.dearer_jpy is not None:
        query = query.where(wish.dearer_jpy >= _DEARER)
    if wish.good_percent is not None:
        query = query.where(wish.good_percent * PARTS // 100 <= _GOOD)
    if wish.ratings is not None:
        query = query.where(wish.ratings <= _RATINGS)
    return query if wish.marketplace is None else query.where(_found.marketplace == wish.marketplace)


def _ordered(query: Select[Any], wish: Wish) -> Select[Any]:
    return (
        query.order_by(_found.id)
        if wish.order is ProposalOrder.OLDEST
        else query.order_by(_KEYS[wish.order], _found.id)
    )


def _count(connection: Connection, asked: _Asked) -> int:
    number: int = connection.execute(_matching(select(func.count()), asked)).scalar_one()
    return number


def _rows(asked: _Asked) -> Select[Any]:
    return _ordered(_with_sources(_matching(_columns(asked.wish), asked)), asked.wish)


def _with_sources(rows: Select[Any]) -> Select[Any]:
    same = and_(_new.c.marketplace == _found.marketplace, _new.c.item_id == _found.item_id)
    return rows.join(_old, _old.c.id == _found.old_source_item_id).outerjoin(_new, same)


def _columns(wish: Wish) -> Select[Any]:
    saved = listing_pictures.c
    pictured = exists().where(saved.listing_id == _found.listing_id, saved.slot == 0)
    return (
        select(_found.id, _found.listing_id, _offer.sku, _offer.title.label("listing_title"), _offer.withdrawn_at)
        .add_columns(_offer.first_price_jpy, _old.c.marketplace.label("old_marketplace"))
        .add_columns(_old.c.item_id.label("old_item_id"), _old.c.price_jpy.label("old_price_jpy"))
        .add_columns(_old.c.seller_id.label("old_seller_id"), _found.marketplace, _found.item_id, _found.url)
        .add_columns(_found.title, _found.price_jpy, _found.at, _old.c.condition_code.label("old_condition_code"))
        .add_columns(func.coalesce(_seen.seller_id, _new.c.seller_id).label("seller_id"))
        .add_columns(func.coalesce(_seen.condition_code, _new.c.condition_code).label("condition_code"))
        .add_columns(*(_seen[name] for name in SEEN), pictured.label("pictured"))
        .add_columns(exists().where(_ITS_PICTURE).label("found_pictured"))
        .add_columns(_KEYS[wish.order].label("place"))
    )


def _proposal(row: Any) -> Proposal:
    return Proposal(**{name: value for name, value in row._mapping.items() if name != "place"})
