"""The named states of the simulated week are counted from rows, whatever they hold."""

from datetime import timedelta

from sqlalchemy import Connection, insert, select, update
from tests.soak.crash_points import CrashPoints, Point
from tests.soak.states import NAMES, States
from tests.soak.week import Week

from mercarich_contracts.events import EventKind
from mercarich_db.engine import run_tx
from mercarich_db.tables import listing_events, listings
from mercarich_reasons.push import AmazonUnreachable, ChangedAtAmazon


def test_every_state_has_a_count(week: Week) -> None:
    states = States(week.plant, CrashPoints(week.plant, week.services, week.commands))
    states.look()
    assert states.counts() == dict.fromkeys(NAMES, 0)


def test_states_are_counted_from_events_looks_and_crash_points(week: Week) -> None:
    points = CrashPoints(week.plant, week.services, week.commands)
    states, now = States(week.plant, points), week.plant.kernel.utc()
    sold = ((EventKind.RESTORED, None, 1), (EventKind.CHANGED_AT_AMAZON, ChangedAtAmazon(0), 0))
    rows = [
        {"at": now + timedelta(seconds=n), "kind": kind, "reason": reason, "quantity_after": quantity}
        for n, (kind, reason, quantity) in enumerate(sold)
    ]
    books = week.plant.database.books

    def write(connection: Connection) -> None:
        first = select(listings.c.id, listings.c.user_id).order_by(listings.c.id).limit(1)
        listing_id, user_id = connection.execute(first).one()
        of = {"listing_id": listing_id, "user_id": user_id}
        connection.execute(insert(listing_events), [row | of for row in rows])

    def doubt(problem: AmazonUnreachable | None) -> None:
        values = update(listings).values(push_problem=problem).where(listings.c.quantity > 0)
        run_tx(books, lambda connection: connection.execute(values))

    run_tx(books, write)
    doubt(AmazonUnreachable())
    states.look()
    doubt(None)
    states.look()
    points.died[Point.UNPUBLISHED] += 1

    reached = {name: count for name, count in states.counts().items() if count}
    assert reached == {
        "a withdrawn offer got another source": 1,
        "sold at Amazon while a restore was in doubt": 1,
        "the books followed a sale at Amazon": 1,
        "a restore got no answer": 1,
        "a process was killed between COMMIT and publish": 1,
    }
