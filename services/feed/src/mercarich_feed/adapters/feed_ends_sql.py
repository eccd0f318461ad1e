"""Apply the end of a feed to its listings, in steps of bounded size that may be repeated after a crash."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, case, literal, select, update

from mercarich_db.conditions import among
from mercarich_db.tables import listings, submission_items
from mercarich_feed.domain.effects import Result, ended
from mercarich_feed.domain.feeds import FeedEnd
from mercarich_listings import store
from mercarich_listings.push import Sent
from mercarich_reasons.reason import Reason

ROWS = 500
"""Listings per step."""
_item = submission_items.c
_PENDING = (
    select(_item.listing_id, _item.revision, _item.quantity)
    .join(listings, listings.c.id == _item.listing_id)
    .order_by(_item.listing_id)
    .limit(ROWS)
    .with_for_update()
)


def apply_step(connection: Connection, submission_id: int, end: FeedEnd, now: datetime) -> int:
    """Apply the end to the next items without a result; return how many there were."""
    mine = (_item.submission_id == submission_id, _item.result == Result.PENDING)
    sent = {
        row.listing_id: Sent(row.revision, row.quantity, submission_id)
        for row in connection.execute(_PENDING.where(*mine))
    }
    changes = []
    results: dict[Result, dict[int, Reason | None]] = defaultdict(dict)
    for push in store.lock_pushes(connection, sent):
        done = ended(push, sent[push.id], end, now)
        changes.append(done.change)
        results[done.result][push.id] = end.problems.get(push.sku, end.note)
    store.save(connection, changes)
    for result, issues in results.items():
        _record(connection, submission_id, result, issues)
    return len(sent)


def _record(connection: Connection, submission_id: int, result: Result, issues: Mapping[int, Reason | None]) -> None:
    """Store the result of each item by one statement. `issues` maps listing ids to the reason of a refusal."""
    by_listing = {id_: literal(issue, _item.issue.type) for id_, issue in issues.items()}
    several = len(set(issues.values())) > 1
    issue = case(by_listing, value=_item.listing_id) if several else next(iter(by_listing.values()))
    items = update(submission_items).where(_item.submission_id == submission_id, among(_item.listing_id, issues))
    connection.execute(items.values(result=result, issue=issue))
