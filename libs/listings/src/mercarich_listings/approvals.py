"""A seller's rule approves replacements that wait, without a person: the facts it reads, and the approval.

All functions run in the caller's transaction. What decides is `mercarich_replacements.approval`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_contracts.revivals import RevivalState
from mercarich_db import approval_rules, replacement_rules, settings_store
from mercarich_db.conditions import among
from mercarich_db.fee_estimates import COLUMNS, ITS_ESTIMATE, estimate_of
from mercarich_db.tables import listing_fees, listings, revivals, source_items, users
from mercarich_db.types import AnyRow
from mercarich_listings import replacements, store
from mercarich_listings.event import Told
from mercarich_listings.listing import tell
from mercarich_reasons.candidates import ExcludedSeller, ExcludedWord
from mercarich_reasons.reason import Reason
from mercarich_replacements.approval import ApprovalRule, ByRule, Day, Facts, Sells, approved, misses
from mercarich_replacements.earnings import Terms
from mercarich_replacements.fees import Estimate
from mercarich_replacements.rules import excluded_word

DAY = timedelta(hours=24)
_its, _offer = revivals.c, listings.c


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers of a seller that lost the same source, and would get the same replacement. None: not known."""

    first_jpy: int | None
    """The lowest price of their first sources."""
    first_condition: int | None
    """The best condition of their first sources."""
    prices: Sequence[tuple[int | None, Estimate | None]]

    def sells(self, terms: Terms, cost_jpy: int | None) -> Sequence[Sells]:
        """Return what each of them earns with a source that costs that much with its postage."""
        return tuple(Sells(price, _earned(terms, price, estimate, cost_jpy)) for price, estimate in self.prices)


def _earned(terms: Terms, price: int | None, estimate: Estimate | None, cost_jpy: int | None) -> int | None:
    """Return what a sale earns; None where its price, its cost or its fee is not known."""
    if price is None or cost_jpy is None or not terms.knows_fee(estimate):
        return None
    return terms.kept(price, estimate) - cost_jpy


def approve_by_rule(
    connection: Connection, user_id: int, marketplace: Marketplace, revival_ids: Collection[int], now: datetime
) -> ByRule:
    """Approve those of these proposals that still wait, and of which the seller's rule misses nothing.

    The seller's row is locked first, as by every change of a rule: a rule that is switched off has approved before, or
    does not approve. So has one of another worker, so that both together approve no more than a day's number.
    """
    mine = select(users.c.active).where(users.c.id == user_id).with_for_update()
    if not connection.execute(mine).scalar() or settings_store.is_paused(connection, marketplace):
        return ByRule()
    terms, rule = approval_rules.of(connection, user_id)
    if not rule.is_on:
        return ByRule()
    room = day_of(connection, user_id, rule, now).room
    if not room:
        return ByRule(left=_number_waiting(connection, revival_ids))
    waiting = replacements.lock_waiting(connection, revival_ids)
    known = facts_of(connection, user_id, terms, [row for _, row in waiting])
    fitting = [at for at, (_, row) in enumerate(waiting) if not misses_of(known[row.id][0], rule, known[row.id][1])]
    chosen = [waiting[at] for at in fitting[:room]]
    for listing, row in chosen:
        reason = approved(known[row.id][0], rule)
        values = {"state": RevivalState.APPROVED, "decided_at": now, "rule_approved_at": now, "rule_reason": reason}
        connection.execute(update(revivals).where(_its.id == row.id).values(values))
        store.tell(connection, [tell(listing, Told(EventKind.APPROVED, now, reason))])
    left = len(waiting) - 1 - fitting[room - 1] if len(chosen) == room else 0
    return ByRule(tuple(row.id for _, row in chosen), left)


def day_of(connection: Connection, user_id: int, rule: ApprovalRule, now: datetime) -> Day:
    """Return how many more of a seller's replacements the rule approves, and when it goes on: when so many of the
    approvals of the last 24 hours are older than these that fewer are left than its number."""
    at = _its.rule_approved_at
    mine = select(at).where(_its.user_id == user_id, at > now - DAY).order_by(at.desc()).limit(rule.a_day)
    newest = connection.execute(mine).scalars().all()
    room = rule.a_day - len(newest)
    return Day(room, newest[-1] + DAY if newest and not room else None)


def _number_waiting(connection: Connection, revival_ids: Collection[int]) -> int:
    which = among(_its.id, revival_ids)
    rows = select(func.count()).select_from(revivals).join(listings, replacements.AWAITED).where(which)
    number: int = connection.execute(rows).scalar_one()
    return number


def rule_misses(connection: Connection, user_id: int, rows: Sequence[AnyRow]) -> Mapping[int, Sequence[Reason]]:
    """Return by id what the seller's rule misses of these waiting replacements, whether it is on or not."""
    terms, rule = approval_rules.of(connection, user_id)
    known = facts_of(connection, user_id, terms, rows)
    return {id: misses_of(facts, rule, excluded) for id, (facts, excluded) in known.items()}


def misses_of(facts: Facts, rule: ApprovalRule, excluded: Reason | None) -> Sequence[Reason]:
    return (*((excluded,) if excluded else ()), *misses(facts, rule))


def facts_of(
    connection: Connection, user_id: int, terms: Terms, rows: Sequence[AnyRow]
) -> Mapping[int, tuple[Facts, Reason | None]]:
    """Return by id what is known of these replacements of a seller, and why one is excluded by now, if it is.

    The item is known as it was found; what it would be sold for, as it is now.
    """
    if not rows:
        return {}
    offers = offers_of(connection, user_id, {row.old_source_item_id: row.first_condition_code for row in rows})
    sellers, words = replacement_rules.exclusions_of(connection, user_id)
    found: dict[int, tuple[Facts, Reason | None]] = {}
    for row in rows:
        kept, its = as_found(row), offers.get(row.old_source_item_id)
        facts = replace(
            kept,
            first_jpy=None if its is None else its.first_jpy,
            first_condition=None if its is None else its.first_condition,
            offers=() if its is None else its.sells(terms, kept.cost_jpy),
        )
        word = excluded_word((row.title or "",), words)
        is_banned = row.seller_id is not None and (Marketplace(row.marketplace), row.seller_id) in sellers
        excluded = ExcludedSeller(row.seller_id) if is_banned else None if word is None else ExcludedWord(word)
        found[row.id] = facts, excluded
    return found


def as_found(row: AnyRow) -> Facts:
    """Return what was known of a replacement when it was found; of its offers, the one that would earn least."""
    cost = None if row.price_jpy is None or row.postage_jpy is None else row.price_jpy + row.postage_jpy
    return Facts(
        row.item_id,
        alike_parts=row.alike_parts,
        cost_jpy=cost,
        first_jpy=row.first_price_jpy,
        offers=() if row.offer_price_jpy is None else (Sells(row.offer_price_jpy, row.profit_jpy),),
        rating_good=row.rating_good,
        rating_bad=row.rating_bad,
        condition=row.condition_code,
        first_condition=row.first_condition_code,
    )


def offers_of(connection: Connection, user_id: int, sources: Mapping[int, int | None]) -> Mapping[int, Offers]:
    """Return by source what is known of the seller's listings that lost it and need another.

    `sources`: by id, what is known of the condition of the listings' first source where its own row does not tell it.
    """
    mine = (_offer.user_id == user_id, _offer.searching, _offer.listed)
    query = select(_offer.id, _offer.source_item_id, _offer.first_price_jpy, _offer.offer_price_jpy, *COLUMNS)
    query = query.select_from(listings.outerjoin(listing_fees, ITS_ESTIMATE)).where(
        among(_offer.source_item_id, sources, *mine)
    )
    groups: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for row in connection.execute(query.order_by(_offer.id)):
        groups[row.source_item_id].append(row)
    firsts = _first_sources(connection, [row.id for group in groups.values() for row in group])
    told = _conditions(connection, {*firsts.values(), *groups})
    return {
        source: Offers(
            _least(row.first_price_jpy for row in group),
            _least(_condition(firsts.get(row.id, source), source, told, sources) for row in group),
            [(row.offer_price_jpy, estimate_of(row)) for row in group],
        )
        for source, group in groups.items()
    }


def _condition(
    first: int, source: int, told: Mapping[int, int | None], sources: Mapping[int, int | None]
) -> int | None:
    known = told.get(first)
    return sources[source] if known is None and first == source else known


def _first_sources(connection: Connection, listing_ids: Sequence[int]) -> Mapping[int, int]:
    """Return by listing the source that it had when its first replacement was found, as far as that is kept."""
    which: ColumnElement[bool] = among(_its.listing_id, listing_ids)
    rows = select(_its.listing_id, _its.old_source_item_id).where(which).order_by(_its.id.desc())
    return {row.listing_id: row.old_source_item_id for row in connection.execute(rows)}


def _conditions(connection: Connection, source_ids: Collection[int]) -> Mapping[int, int | None]:
    source = source_items.c
    rows = select(source.id, source.condition_code).where(among(source.id, source_ids))
    return {row.id: row.condition_code for row in connection.execute(rows)}


def _least(numbers: Iterable[int | None]) -> int | None:
    """Return the least of them; None: one is not known."""
    known: list[int] = []
    for number in numbers:
        if number is None:
            return None
        known.append(number)
    return min(known, default=None)
