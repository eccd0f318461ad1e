"""The week's verdicts: one for each promise, with its first offender when it is broken."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, select
from tests.soak import losses, prices
from tests.soak.approvals import Approvals
from tests.soak.drift import Drift, Kind, left_to_sellers
from tests.soak.new_offers import NewOffers
from tests.soak.plant import Plant
from tests.soak.sentinel import Offence, Sentinel

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading
from mercarich_db.tables import (
    amazon_accounts,
    listing_creations,
    listing_events,
    listing_pictures,
    listing_removals,
    listings,
    repricings,
    runs,
    source_items,
    submissions,
)
from mercarich_simulator.ledger_report import truth_of
from mercarich_simulator.truth import BUYABLE

OVERWRITTEN_SECONDS, UNSOLD_SECONDS = 3_600.0, 86_400.0
"""How long a late feed's quantity may stand: one above 0 as long as a zero is unread, a zero as any other offer."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    promise: str
    """Offences; there must be none."""
    offences: Sequence[Offence]
    count: int

    @property
    def kept(self) -> bool:
        return self.count == 0


class Verdicts:
    def __init__(
        self,
        plant: Plant,
        sentinel: Sentinel,
        drift: Drift,
        new_offers: NewOffers,
        approvals: Approvals,
        listings_at_start: int,
    ) -> None:
        self._plant = plant
        self._sentinel = sentinel
        self._drift = drift
        self._new_offers = new_offers
        self._approvals = approvals
        self._at_start = listings_at_start
        self._refused = self._refused_for_good()
        self.wrongly_stopped = 0
        """Of the wrong withdrawals, those by the loss rule; known after `all`."""

    def pending(self) -> dict[str, int]:
        """Unfinished work; all of it must end without help, but of SKUs that Amazon refuses for good."""
        listed = and_(listings.c.listed, listings.c.id.not_in(self._refused))
        unread = and_(listed, listings.c.pushed_at.is_not(None), listings.c.verified_at.is_(None), ~listings.c.orphan)
        served = repricings.c.listing_id.not_in(self._refused)
        waiting = {
            "pushes": _count_of(listings, and_(listed, listings.c.push_pending == 1)),
            "prices on their way": _count_of(repricings, and_(repricings.c.ended_at.is_(None), served)),
            "pushes not read back": _count_of(listings, unread),
            "held withdrawals": _count_of(listings, listings.c.hold_id.is_not(None)),
            "listings that are to leave Amazon": _count_of(
                listing_removals,
                and_(listing_removals.c.accepted_at.is_(None), listing_removals.c.listing_id.not_in(self._refused)),
            ),
            "new offers": _count_of(listing_creations, listing_creations.c.ended_at.is_(None)),
            "feeds": _count_of(submissions, submissions.c.ended_at.is_(None)),
            "runs": _count_of(runs, and_(runs.c.outcome == "running", runs.c.operation != "watch")),
        }
        with reading(self._plant.database.books) as connection:
            return {name: found for name, query in waiting.items() if (found := connection.execute(query).scalar_one())}

    def _refused_for_good(self) -> frozenset[int]:
        """Return ids of the listings whose SKU Amazon refuses for good: they are told, and nothing can be done."""
        query = select(listings.c.id, amazon_accounts.c.seller_id, listings.c.sku)
        query = query.join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
        forbidden = self._plant.market.world.offers.forbidden
        with reading(self._plant.database.books) as connection:
            return frozenset(row.id for row in connection.execute(query) if forbidden(row.seller_id, row.sku))

    def all(self, market_stopped_at: float) -> list[Verdict]:
        """`market_stopped_at`: unix seconds. Everything that went before must be withdrawn by now."""
        self._sentinel.look()
        self._new_offers.tell()
        ledger = self._ledger(market_stopped_at)
        return [
            self._wrongly_withdrawn(ledger),
            self._missed(ledger),
            _of("revived offers without a source that was just seen available", self._sentinel.pushed_blindly),
            self._of_ledger(ledger, "offers put up again without a source that is there", "wrong_restores"),
            _of("offers revived to a source that the same seller uses already", self._sentinel.used_twice),
            self._of_ledger(ledger, "changes that only undo the one before", "double_pushes"),
            self._of_ledger(ledger, "fields of offers that a push changed and did not mean", "fields_lost"),
            self._of_ledger(ledger, "pieces put up again that a buyer at Amazon had taken", "sold_twice"),
            self._of_ledger(ledger, "pieces sold at a loss although the loss rule was on", "sold_at_loss_late"),
            self._of_ledger(ledger, "changes of prices that nobody asked for", "prices_unasked"),
            self._of_ledger(ledger, "prices out of their bounds", "prices_out_of_band"),
            self._of_ledger(ledger, "prices below break-even when they were sent", "prices_at_loss"),
            self._of_ledger(ledger, "changes of a price beyond those of a day", "prices_too_many"),
            self._of_ledger(ledger, "parts of prices that a push changed and did not mean", "price_fields_lost"),
            self._of_ledger(ledger, "changes of a seller in Seller Central that a push undid", "fought"),
            self._of_ledger(ledger, "offers that were created and that their sellers do not want", "created_unmeant"),
            _of("new offers that the books call created and Amazon has never sold", list(self._new_offers.called_up())),
            self._of_drift("minutes in which Amazon showed more than the 0 of the books, beyond an hour", Kind.ZERO),
            self._of_drift("minutes in which Amazon showed another quantity than the books, beyond a day", Kind.OTHER),
            _of(
                "quantities of late feeds that stood: above 0 for an hour, 0 for a day",
                list(self._overwritten()),
            ),
            _of("pictures left behind, or lost", list(self._pictures())),
            _of("listings lost, or other at Amazon than in the books", list(self._lost())),
            _of("things that never came to an end", list(self._unended())),
            _of("processes that ended by an error, messages that nobody could read", list(self._crashes())),
        ]

    def _unended(self) -> Iterator[Offence]:
        yield from (Offence("", "", f"{n} {what}") for what, n in self.pending().items())
        query = (
            select(listings.c.sku, amazon_accounts.c.seller_id, listings.c.hold_id)
            .join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
            .where(listings.c.hold_id.is_not(None))
        )
        with reading(self._plant.database.books) as connection:
            for row in connection.execute(query):
                yield Offence(row.sku, row.seller_id, f"is held by hold {row.hold_id}")

    def _overwritten(self) -> Iterator[Offence]:
        """A feed that Amazon processes cannot be recalled: what it puts up late must be taken down soon."""
        now = self._plant.kernel.unix()
        for offer in self._plant.market.world.offers.touched.values():
            for change, following in zip(offer.changes, [*offer.changes, None][1:], strict=True):
                until = following.at if following else now
                most = OVERWRITTEN_SECONDS if change.quantity else UNSOLD_SECONDS
                if change.stale and until - change.at > most:
                    since = _moment(self._plant, {"at": change.at})
                    yield Offence(
                        offer.sku, offer.seller_id, f"{change.quantity} {since}, for {until - change.at:.0f} s"
                    )

    def _ledger(self, before: float) -> dict[str, Any]:
        reply = self._plant.market.answer(
            "GET", f"http://simulator/_sim/ledger?before={before}&{self._questions()}", {}, b""
        )
        found: dict[str, Any] = orjson.loads(reply.body)
        return found

    def _questions(self) -> str:
        return f"{losses.question(self._plant)}&{prices.question(self._plant)}"

    def _of_ledger(self, ledger: dict[str, Any], promise: str, name: str) -> Verdict:
        offences = [
            Offence(case["sku"], case["seller_id"], f"{name.replace('_', ' ')}, {_moment(self._plant, case)}")
            for case in ledger["cases"][name]
        ]
        return Verdict(promise, offences, ledger[name])

    def _wrongly_withdrawn(self, ledger: dict[str, Any]) -> Verdict:
        """A zero is judged by the moment of its decision: Amazon may refuse its seller for hours, and the source may be
        for sale again by then.
        """
        name, cases = "wrong_withdrawals", ledger["cases"]["wrong_withdrawals"]
        decided = [(case, self._decision(case)) for case in cases]
        wrong = [case for case, decision in decided if not self._is_right(case, decision)]
        stopped = [case for case, decision in decided if decision is not None and decision.kind == EventKind.PAUSED]
        self.wrongly_stopped = sum(case in wrong for case in stopped)
        left = {name: ledger[name] - len(cases) + len(wrong), "cases": {name: wrong}}
        return self._of_ledger(left, "wrong withdrawals", name)

    def _decision(self, case: dict[str, Any]) -> Row[str, datetime] | None:
        """Return kind and time of the event by which the books withdrew the offer, the last time before this."""
        event, account = listing_events.c, amazon_accounts.c
        query = (
            select(event.kind, event.at)
            .join(listings, listings.c.id == event.listing_id)
            .join(amazon_accounts, account.user_id == listings.c.user_id)
            .where(account.seller_id == case["seller_id"], listings.c.sku == case["sku"])
            .where(
                event.kind.in_((EventKind.WITHDRAWN, EventKind.PAUSED)), event.at <= self._plant.kernel.at(case["at"])
            )
        )
        with reading(self._plant.database.books) as connection:
            return connection.execute(query.order_by(event.at.desc(), event.id.desc()).limit(1)).first()

    def _is_right(self, case: dict[str, Any], decision: Row[str, datetime] | None) -> bool:
        """Return whether the source was gone when this was decided."""
        world = self._plant.market.world
        offer = world.offers.touched[case["seller_id"], case["sku"]]
        truth = losses.line(self._plant, offer, truth_of(world, offer))
        states = [change.state for change in truth if decision is not None and change.at <= decision.at.timestamp()]
        return bool(states) and states[-1] not in BUYABLE

    def _missed(self, ledger: dict[str, Any]) -> Verdict:
        left = left_to_sellers(self._plant) | self._new_offers.left_to_sellers()
        missed = self._of_ledger(ledger, "missed withdrawals", "missed_withdrawals")
        offences = [each for each in missed.offences if (each.seller_id, each.sku) not in left]
        return Verdict(missed.promise, offences, missed.count - len(missed.offences) + len(offences))

    def _of_drift(self, promise: str, kind: Kind) -> Verdict:
        late = [offence for (_, one, _), offence in self._drift.late.items() if one is kind]
        return Verdict(promise, late, self._drift.beyond[kind])

    def _pictures(self) -> Iterator[Offence]:
        """Files without a listing (a day later), and listings without their files; pictures of replacements that were
        decided on, and replacements that waited without theirs."""
        self._approvals.look()
        yield from self._approvals.offences
        with reading(self._plant.database.books) as connection:
            rows = connection.execute(
                select(listing_pictures.c.path, listings.c.sku)
                .outerjoin(listings, listings.c.id == listing_pictures.c.listing_id)
                .order_by(listing_pictures.c.path)
            ).all()
        folder = self._plant.pictures
        files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
        shown = {row.path for row in rows}
        yield from (Offence("", "", f"the file {path} is shown by no listing") for path in sorted(files - shown))
        for row in rows:
            if row.sku is None:
                yield Offence("", "", f"the row of {row.path} has no listing")
            elif row.path not in files:
                yield Offence(row.sku, "", f"{row.path} of {row.sku} is not there")

    def _lost(self) -> Iterator[Offence]:
        with reading(self._plant.database.books) as connection:
            rows = connection.execute(
                select(amazon_accounts.c.seller_id, listings.c.sku, listings.c.quantity, listings.c.listed)
                .join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
                .order_by(listings.c.id)
            ).all()
            deleted = connection.execute(
                select(func.count(listing_events.c.listing_id.distinct())).where(listing_events.c.kind == "deleted")
            ).scalar_one()
        begun = self._at_start + self._new_offers.made
        if len(rows) + deleted != begun:
            yield Offence("", "", f"{begun} listings became {len(rows)}, and {deleted} were deleted")
        offers, here = self._plant.market.world.offers, {(row.seller_id, row.sku) for row in rows}
        for row in rows:
            if self._new_offers.is_draft(row.seller_id, row.sku, listed=row.listed):
                continue  # what Amazon has of it is another promise
            offer = offers.get(row.seller_id, row.sku)
            shown = offer.quantity if offer else None
            if shown != row.quantity and not offers.forbidden(row.seller_id, row.sku):
                yield Offence(row.sku, row.seller_id, f"Amazon shows {shown}, the books say {row.quantity}")
        catalogue, left = self._plant.market.world.catalogue, left_to_sellers(self._plant)
        for marketplace, shelf in catalogue.shelves.items():
            for number in range(shelf.listings):
                listing = catalogue.listing(marketplace, number)
                key = (listing.seller.seller_id, listing.sku)
                if key not in here | left and (offer := offers.get(*key)) is not None and offer.quantity:
                    yield Offence(key[1], key[0], f"deleted from the books, and Amazon shows {offer.quantity}")

    def _crashes(self) -> Iterator[Offence]:
        for at, name, error in self._plant.kernel.crashes:
            yield Offence("", "", f"{name} after {at / 3600:.1f} h: {type(error).__name__}: {error}")
        for record, why in self._plant.broker.dead_letters:
            yield Offence("", "", f"a record of {record.topic}: {why}")


def gone_sources(plant: Plant) -> int:
    """Sources that are listed and that nobody can buy, according to the books."""
    with reading(plant.database.books) as connection:
        return connection.execute(_count_of(source_items, source_items.c.state != "available")).scalar_one()


def _of(promise: str, offences: Sequence[Offence]) -> Verdict:
    return Verdict(promise, offences, len(offences))


def _count_of(table: Table, condition: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(table).where(condition)


def _moment(plant: Plant, case: dict[str, Any]) -> str:
    at = case.get("at") or case.get("gone_since")
    return "" if at is None else f"at {plant.kernel.at(at):%Y-%m-%d %H:%M:%S} UTC"
