"""What the demo reads from the product's database: the progress, and at the end the decisions and their reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Row, Select, case, func, or_, select

from mercarich_contracts.market import Reason
from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, evidence, listing_events, listings, runs, source_items
from mercarich_reasons.telling import Language, tell

WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Progress:
    """The newest check run of each marketplace, and all pushes."""

    planned: Mapping[str, int]
    checked: Mapping[str, int]
    held: Mapping[str, str]
    """By marketplace: the sentence that explains why its run is held now."""
    held_seconds: Mapping[str, float]
    outcomes: Mapping[str, str]
    withdrawn: int
    waiting: int
    """Listings whose newest quantity Amazon has not accepted, or did not show when a 0 was read back."""
    pushed: int
    """Listings whose quantity from this demo Amazon has accepted."""
    second_looks: int = 0
    """Source items that were once not found. They count as gone only after a second look a minute later."""


@dataclass(frozen=True, slots=True)
class Line:
    """One marketplace in the closing table. Counts are of listings, except `checked`, which counts source items."""

    marketplace: str
    checked: int
    withdrawn: int
    restored: int
    pushed: int
    held: int
    left_alone: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why one offer was withdrawn, and when."""

    seller_id: str
    sku: str
    marketplace: str
    item_id: str
    url: str
    http_status: int | None
    state: str
    reason: str | None
    extract: str
    parser_version: str
    seen_at: datetime
    committed_at: datetime


class DemoState:
    """Read-only queries. Every call raises `DatabaseAway`."""

    def __init__(self, engine: Engine, marketplaces: Sequence[str]) -> None:
        self._engine = engine
        self._marketplaces = marketplaces

    def progress(self) -> Progress:
        found = {row.marketplace: row for row in self._rows(_newest_runs())}
        [push] = self._rows(_pushes())
        [put_off] = self._rows(_second_looks())
        return Progress(
            planned={name: row.planned for name, row in found.items()},
            checked={name: row.checked for name, row in found.items()},
            held={
                name: tell(row.note, Language.EN) or "held"
                for name, row in found.items()
                if row.phase == "held" and not row.ended_at
            },
            held_seconds={name: row.held_seconds for name, row in found.items()},
            outcomes={name: row.outcome for name, row in found.items()},
            withdrawn=push.withdrawn or 0,
            waiting=push.waiting or 0,
            pushed=push.pushed or 0,
            second_looks=put_off.waiting,
        )

    def lines(self) -> list[Line]:
        found = {row.marketplace: row for row in self._rows(_newest_runs())}
        offers = {row.marketplace: row for row in self._rows(_offers())}
        return [
            Line(
                marketplace=name,
                checked=found[name].checked if name in found else 0,
                withdrawn=offers[name].withdrawn,
                restored=offers[name].restored,
                pushed=offers[name].pushed,
                held=offers[name].held,
                left_alone=offers[name].left_alone,
                unknown=found[name].unfinished if name in found else 0,
            )
            for name in self._marketplaces
            if name in offers
        ]

    def withdrawals(self) -> list[Withdrawal]:
        """Return all of them, ordered by commit."""
        return [Withdrawal(**row._mapping) for row in self._rows(_withdrawals())]

    def _rows(self, query: Select[*tuple[object, ...]]) -> Sequence[Row[*tuple[object, ...]]]:
        with reading(self._engine) as connection:
            return connection.execute(query).all()


def _newest_runs() -> Select[*tuple[object, ...]]:
    newest = select(func.max(runs.c.id)).where(runs.c.operation == "check").group_by(runs.c.marketplace)
    return select(runs).where(runs.c.id.in_(newest))


def _second_looks() -> Select[*tuple[object, ...]]:
    item = source_items.c
    once = (item.check_problem == Reason.NOT_FOUND_ONCE) & item.check_run.is_not(None)
    return select(func.count().label("waiting")).where(once)


def _pushes() -> Select[*tuple[object, ...]]:
    offer = listings.c
    unverified = (offer.withdrawn_at.is_not(None)) & (offer.quantity == 0) & (offer.verified_at.is_(None))
    return select(
        _sum(offer.withdrawn_at.is_not(None)).label("withdrawn"),
        _sum(or_(offer.push_pending == 1, unverified)).label("waiting"),
        _sum((offer.revision > 1) & (offer.push_pending == 0)).label("pushed"),
    )


def _offers() -> Select[*tuple[object, ...]]:
    offer = listings.c
    return select(
        offer.marketplace,
        _sum(offer.withdrawn_at.is_not(None)).label("withdrawn"),
        _sum(offer.withdrawn_at.is_(None) & (offer.revision > 1)).label("restored"),
        _sum((offer.revision > 1) & (offer.push_pending == 0)).label("pushed"),
        _sum(offer.hold_id.is_not(None)).label("held"),
        _sum((offer.revision == 1) & offer.hold_id.is_(None)).label("left_alone"),
    ).group_by(offer.marketplace)


def _withdrawals() -> Select[*tuple[object, ...]]:
    event = listing_events.c
    tables = (
        listing_events.join(listings, listings.c.id == event.listing_id)
        .join(amazon_accounts, amazon_accounts.c.user_id == event.user_id)
        .join(evidence, evidence.c.id == event.evidence_id)
        .join(source_items, source_items.c.id == listings.c.source_item_id)
    )
    return (
        select(
            amazon_accounts.c.seller_id,
            listings.c.sku,
            listings.c.marketplace,
            source_items.c.item_id,
            evidence.c.url,
            evidence.c.http_status,
            evidence.c.state,
            evidence.c.reason,
            evidence.c.extract,
            evidence.c.parser_version,
            evidence.c.fetched_at.label("seen_at"),
            event.at.label("committed_at"),
        )
        .select_from(tables)
        .where(event.kind == WITHDRAWN)
        .order_by(event.id)
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
