"""The stage of a listing as SQL: the same decisions as `listing.stage_of`, in the same order."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from mercarich_db.tables import listing_creations, listing_removals, listings
from mercarich_listings.transition import Stage

LEAVING = exists().where(listing_removals.c.listing_id == listings.c.id)
"""SQL condition: the listing is to be deleted at Amazon."""
REGISTERING = exists().where(listing_creations.c.listing_id == listings.c.id, listing_creations.c.ended_at.is_(None))
"""SQL condition: the offer is being created at Amazon, or is to be found there."""


@dataclass(frozen=True, slots=True)
class _Fork:
    """`otherwise` is the negation of `condition`, written so that an index can be used for it, too."""

    condition: ColumnElement[bool]
    then: "Stage | _Fork"
    otherwise: ColumnElement[bool]
    instead: "Stage | _Fork"


_offer = listings.c
_is_searching, _is_not_searching = _offer.searching.is_(true()), _offer.searching.is_(false())
_of_up = _Fork(
    _offer.hold_id.is_not(None),
    Stage.HELD,
    _offer.hold_id.is_(None),
    _Fork(_is_searching, Stage.MARKED, _is_not_searching, Stage.ON_SALE),
)
_of_down = _Fork(
    _offer.stopped_at.is_not(None),
    Stage.STOPPED,
    _offer.stopped_at.is_(None),
    _Fork(
        _is_searching,
        Stage.SEARCHING,
        _is_not_searching,
        _Fork(_offer.paused_at.is_not(None), Stage.PAUSED, _offer.paused_at.is_(None), Stage.WITHDRAWN),
    ),
)
_TREE = _Fork(
    _offer.listed.is_(true()),
    _Fork(_offer.quantity > 0, _of_up, _offer.quantity == 0, _of_down),
    _offer.listed.is_(false()),
    _Fork(REGISTERING, Stage.REGISTERING, ~REGISTERING, _Fork(LEAVING, Stage.LEAVING, ~LEAVING, Stage.DRAFT)),
)


def is_in(stages: Collection[Stage]) -> ColumnElement[bool]:
    """SQL condition: the listing is in one of these stages.

    It contains only what is needed to decide that, so that thousands of rows can be counted by an index.
    """
    return _is_in(_TREE, frozenset(stages))


def told_apart() -> frozenset[Stage]:
    """Return the stages that `is_in` can distinguish."""
    return _leaves(_TREE)


def _is_in(tree: Stage | _Fork, stages: frozenset[Stage]) -> ColumnElement[bool]:
    if _leaves(tree) <= stages:
        return true()
    if isinstance(tree, Stage):
        return false()
    branches = ((tree.condition, tree.then), (tree.otherwise, tree.instead))
    return or_(*(and_(condition, _is_in(its, stages)) for condition, its in branches if _leaves(its) & stages))


def _leaves(tree: Stage | _Fork) -> frozenset[Stage]:
    return frozenset({tree}) if isinstance(tree, Stage) else _leaves(tree.then) | _leaves(tree.instead)
