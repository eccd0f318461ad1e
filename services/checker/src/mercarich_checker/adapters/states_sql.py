"""Store the result of a look at source items: a state with its evidence, or another try later."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert

from mercarich_checker.adapters.checks import CHECKS
from mercarich_checker.domain.freshness import Next, unknown_wait
from mercarich_checker.domain.looks import Meaning, Retry, meaning, retry, retry_ordered
from mercarich_checker.ports import URGENT_CLAIM
from mercarich_contracts.hazards import Page
from mercarich_contracts.market import Reason
from mercarich_contracts.messages import CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_db.bulk import LockedRows, time_of, update_rows
from mercarich_db.conditions import GIVEN_IDS
from mercarich_db.tables import evidence, source_items
from mercarich_runs.adapters.evidence_sql import evidence_row
from mercarich_runs.domain.brake import BrakeSettings

_items = source_items.c

_LONGEST_URL = 512
_LONGEST_TITLE = 255

_DONE = {
    "check_run": None,
    "check_attempts": 0,
    "check_unknowns": 0,
    "check_not_before": None,
    "check_problem": None,
    "missed_at": None,
}


class Pending(NamedTuple):
    """Columns of a source item before this look."""

    id: int
    state: str | None
    reason: str | None
    price_jpy: int | None
    postage_jpy: int | None
    evidence_id: int | None
    suspected_at: datetime | None
    missed_at: datetime | None
    check_unknowns: int
    check_attempts: int
    check_claim: str | None
    checked_run: int | None
    seller_id: str | None
    image_url: str | None
    condition_code: int | None
    title: str | None
    checked_at: datetime | None
    end_at: datetime | None
    auto_extend: bool | None
    bids: int | None
    likes: int | None
    item_created_at: datetime | None
    item_updated_at: datetime | None


_TIMES = [
    Pending._fields.index(name)
    for name in ("suspected_at", "missed_at", "checked_at", "end_at", "item_created_at", "item_updated_at")
]
OF_RUN = CHECKS.is_of(bindparam("run_id"), GIVEN_IDS)
"""SQL condition: the given items that the run still wants checked."""
_PENDING = LockedRows([_items[name] for name in Pending._fields], OF_RUN)


def pending(connection: Connection, batch: CheckBatch, seen: Mapping[int, Item]) -> list[Pending]:
    """Lock and return the items that the run still wants, ordered by id. A look that is recorded twice finds none. Nor
    does one of a worker that a look of an order has overtaken, unless it tells more than that look did."""
    rows = _PENDING.read(connection, ids=sorted(seen), run_id=batch.run_id)
    rows.sort()
    for row in rows:
        for place in _TIMES:
            row[place] = time_of(row[place])
    wanted = map(Pending._make, rows)
    return [row for row in wanted if batch.urgent or not _is_overtaken(row, seen[row.id])]


def _is_overtaken(row: Pending, item: Item) -> bool:
    """Each claim leaves its token, so that the look of an order began after the one in a line that saw this item. It is
    under way, or it told nothing and is repeated sooner than the one in a line would be."""
    ordered = (row.check_claim or "").startswith(URGENT_CLAIM)
    return ordered and (row.check_attempts > 0 or meaning(item) is Meaning.NOTHING_LEARNT)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of a look."""

    rows: Sequence[Pending]
    seen: Mapping[int, Item]
    following: Mapping[int, Next]
    """When each is looked at next."""
    proven: frozenset[int] = frozenset()
    """Ids of sources whose price asks for a change: that needs evidence of its own."""


def keep(connection: Connection, batch: CheckBatch, kept: Kept, now: datetime) -> dict[int, int]:
    """Store what was seen. Return the ids of new evidence by item, for items whose state has changed, and for `proven`
    ones."""
    rows, seen, following = kept.rows, kept.seen, kept.following
    evidence_ids = _keep_evidence(connection, kept)
    done = {**_DONE, "checked_run": batch.run_id, "checked_at": now, "observed_at": now}
    _keep_states(connection, rows, seen, evidence_ids, following, done)
    return evidence_ids


def _keep_evidence(connection: Connection, kept: Kept) -> dict[int, int]:
    """Insert evidence for each changed state; an unchanged state keeps its earlier evidence."""
    seen = kept.seen
    changed = [row for row in kept.rows if row.id in kept.proven or _differs(row, seen[row.id])]
    if not changed:
        return {}
    values = [evidence_row(row.id, seen[row.id]) for row in changed]
    new = insert(evidence).returning(evidence.c.id, sort_by_parameter_order=True)
    ids = connection.execute(new, values).scalars().all()
    return {row.id: evidence_id for row, evidence_id in zip(changed, ids, strict=True)}


def _differs(row: Pending, item: Item) -> bool:
    return row.evidence_id is None or row.state != item.state or row.reason != item.reason


def _keep_states(
    connection: Connection,
    rows: Sequence[Pending],
    seen: Mapping[int, Item],
    evidence_ids: Mapping[int, int],
    following: Mapping[int, Next],
    done: Mapping[str, Any],
) -> None:
    """Update all unchanged items by one statement, and the others, each with its own values, by a second one."""
    as_before, rest = list[dict[str, Any]](), list[dict[str, Any]]()
    for row in rows:
        item, next_look = seen[row.id], following[row.id]
        due = {"id": row.id, "look_class": next_look.look_class, "due_at": next_look.due_at}
        lasting = _lasting(row, item)
        if row.id not in evidence_ids and lasting == row[_LASTING] and _says_no_more(row, item):
            as_before.append(due)
        else:
            rest.append({**due, **lasting._asdict(), **_new_state(row, item, evidence_ids)})
    for some in (as_before, rest):
        if some:
            update_rows(connection, source_items, some, same=done)


def _says_no_more(row: Pending, item: Item) -> bool:
    same_price = item.price_jpy is None or item.price_jpy == row.price_jpy
    same_postage = postage(row, item) == row.postage_jpy
    known_seller = item.seller_id is None or item.seller_id == row.seller_id
    known_title = row.title or not item.title
    known_looks = (row.image_url or not item.images) and (row.condition_code or not item.condition_code)
    suspicion_stands = (row.suspected_at is None) is (meaning(item) is Meaning.KEEP)
    return bool(same_price and same_postage and known_seller and known_title and known_looks and suspicion_stands)


class _Lasting(NamedTuple):
    """Columns that tell how long the source may last."""

    end_at: datetime | None
    auto_extend: bool | None
    bids: int | None
    likes: int | None
    item_created_at: datetime | None
    item_updated_at: datetime | None


_LASTING = slice(Pending._fields.index("end_at"), None)
assert tuple(Pending._fields[_LASTING]) == tuple(_Lasting._fields)  # both are compared as tuples


def _lasting(row: Pending, item: Item) -> _Lasting:
    """Return what is known of them after the look. A list of a seller does not tell all of them."""
    created_at = item.created_at or item.start_at
    return _Lasting(
        row.end_at if item.end_at is None else item.end_at,
        row.auto_extend if item.auto_extend is None else item.auto_extend,
        row.bids if item.bids is None else item.bids,
        row.likes if item.likes is None else item.likes,
        row.item_created_at if created_at is None else created_at,
        row.item_updated_at if item.updated_at is None else item.updated_at,
    )


def page_of(row: Pending, item: Item | None = None) -> Page:
    """Return what pages showed of the source: with this answer, or as far as was known before."""
    if item is None:
        return Page(row.price_jpy, row.likes, row.item_created_at, row.end_at)
    lasting = _lasting(row, item)
    price = row.price_jpy if item.price_jpy is None else item.price_jpy
    return Page(price, lasting.likes, lasting.item_created_at, lasting.end_at)


def _new_state(row: Pending, item: Item, evidence_ids: Mapping[int, int]) -> dict[str, Any]:
    return {
        "state": item.state,
        "reason": item.reason,
        "price_jpy": row.price_jpy if item.price_jpy is None else item.price_jpy,
        "postage_jpy": postage(row, item),
        "seller_id": item.seller_id or row.seller_id,
        "title": row.title or (item.title and item.title[:_LONGEST_TITLE]),
        "image_url": row.image_url or next((url for url in item.images if len(url) <= _LONGEST_URL), None),
        "condition_code": row.condition_code or item.condition_code,
        "evidence_id": evidence_ids.get(row.id, row.evidence_id),
        "suspected_at": None if meaning(item) is Meaning.KEEP else row.suspected_at or item.evidence.fetched_at,
    }


def postage(row: Pending, item: Item) -> int | None:
    """Return the postage that is known now. A page that tells none leaves it, unless the buyer pays from now on."""
    if item.postage_jpy is not None:
        return item.postage_jpy
    return None if row.postage_jpy == 0 and item.shipping_payer == "buyer" else row.postage_jpy


def look_again(connection: Connection, due_at: Mapping[int, datetime]) -> None:
    """Note when second looks are due, by source."""
    if due_at:
        update_rows(connection, source_items, [{"id": id, "due_at": at} for id, at in due_at.items()])


def _again(batch: CheckBatch, row: Pending, reason: Reason | None, settings: BrakeSettings) -> Retry:
    if batch.urgent:
        return retry_ordered(reason, row.check_unknowns, jitter=random.random())
    limit, first = settings.unknown_limit, settings.retry_seconds
    return retry(reason, row.check_unknowns, limit=limit, first_wait=first, jitter=random.random())


def put_off(
    connection: Connection,
    batch: CheckBatch,
    rows: Sequence[Pending],
    seen: Mapping[int, Item],
    now: datetime,
    settings: BrakeSettings,
) -> Counter[str]:
    """Schedule items with unknown answers for another try. They do not count as checked, and nothing else changes."""
    counts: Counter[str] = Counter()
    later: list[dict[str, Any]] = []
    for row in rows:
        item = seen[row.id]
        reason = item.reason
        again = _again(batch, row, reason, settings)
        counts["unknown"] += 1
        counts["unparsable"] += reason is Reason.UNPARSABLE
        counts["unfinished"] += again.wait is None
        later.append(
            {
                "id": row.id,
                "check_run": None if again.wait is None else batch.run_id,
                "checked_run": batch.run_id if again.wait is None else row.checked_run,
                "check_unknowns": row.check_unknowns + again.counts,
                "check_not_before": now + (again.wait or unknown_wait(reason)),
                "check_problem": reason,
                "missed_at": row.missed_at or (item.evidence.fetched_at if reason is Reason.NOT_FOUND_ONCE else None),
            }
        )
    if later:
        update_rows(connection, source_items, later, same={"check_attempts": 0})
    return counts
