"""A process of the simulated week dies between two statements: after a COMMIT, before or after a publish."""

import pytest
from sqlalchemy import func, select, update
from tests.soak.crash_points import CrashPoints, Point
from tests.soak.kernel import Process
from tests.soak.plant import RESTART_SECONDS
from tests.soak.week import Week

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings

FEED = "feed"
TOPIC = "a topic of nobody"


class Worker:
    """An actor of the service feed that writes a title and publishes it."""

    def __init__(self, week: Week) -> None:
        self._plant = week.plant
        self.went_on = False
        week.kernel.spawn("worker", self._work, week.services.running[FEED])

    def _work(self) -> None:
        run_tx(self._plant.database.engine, lambda connection: connection.execute(update(listings).values(title="new")))
        self._plant.publisher.publish(TOPIC, b"new")
        self.went_on = True


@pytest.mark.parametrize(
    ("point", "committed", "published"),
    [(Point.COMMITTED, True, 0), (Point.UNPUBLISHED, True, 0), (Point.PUBLISHED, True, 1)],
)
def test_a_process_dies_at_the_point(week: Week, point: Point, committed: bool, published: int) -> None:
    points, before = CrashPoints(week.plant, week.services, week.commands), week.services.running[FEED]
    worker = Worker(week)
    points.arm(point, 0)
    week.kernel.sleep(0.0)

    assert not worker.went_on
    assert before.killed
    assert points.died == {point: 1}
    assert (_titled(week) > 0) is committed
    assert week.plant.broker.counts["published"] == published
    week.kernel.sleep(RESTART_SECONDS + 1.0)
    assert week.services.running[FEED] is not before


def test_the_process_that_passes_the_point_later_dies_and_observers_never_do(week: Week) -> None:
    points = CrashPoints(week.plant, week.services, week.commands)
    first, second = Worker(week), Worker(week)
    points.arm(Point.PUBLISHED, 1)
    week.kernel.spawn("observer", lambda: week.plant.publisher.publish(TOPIC, b"one"), Process("observer"))
    week.kernel.sleep(0.0)
    assert (first.went_on, second.went_on, points.died) == (True, False, {Point.PUBLISHED: 1})


def _titled(week: Week) -> int:
    titled = select(func.count()).select_from(listings).where(listings.c.title == "new")
    with reading(week.plant.database.books) as connection:
        return connection.execute(titled).scalar_one()
