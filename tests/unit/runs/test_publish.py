"""Row C6: the batches in progress are limited, and so is what a planner keeps in memory, however many rows the run
has."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_runs.domain.suspects import Abandoned
from mercarich_runs.ports import Place, Run
from mercarich_runs.use_cases.publish import Publishing, PublishSettings

NOW = datetime(2026, 11, 25, tzinfo=UTC)
RUN = Run(1, Marketplace.YAHOO, 1)
ROWS, BATCH, OUT = 100_000, 100, 20


class Row:
    """Counts how many instances are alive at once."""

    alive: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __init__(self, id: int) -> None:
        self.id = id
        Row.alive += 1
        Row.most = max(Row.most, Row.alive)

    def __del__(self) -> None:
        Row.alive -= 1


class Endless:
    """`ports.Pending` of a run whose rows are created when they are read; workers finish `finished` batches a round."""

    def __init__(self) -> None:
        self.done = 0

    def due(self, run: Run, after: Place, limit: int, now: datetime) -> Sequence[tuple[Place, Row]]:
        first = max(after[0], 0)
        return [((number, number), Row(number)) for number in range(first + 1, min(first + limit, ROWS) + 1)]

    def together(self, run: Run, rows: Sequence[Row], now: datetime) -> Mapping[int, Sequence[Row]]:
        return {}

    def unfinished(self, run: Run, ids: Sequence[int], now: datetime) -> frozenset[int]:
        """A worker still has the newest batch."""
        self.done = max(ids) - BATCH
        return frozenset(id for id in ids if id > self.done)

    def abandoned(self, run: Run, now: datetime) -> Sequence[Abandoned]:
        return []

    def try_again(self, run: Run, ids: Sequence[int], now: datetime) -> Sequence[Row]:
        return []

    def set_aside(self, run: Run, ids: Sequence[int], now: datetime) -> int:
        return 0

    def put_back(self, run: Run, attempts: int, now: datetime) -> int:
        return 0

    def anything_left(self, run: Run) -> bool:
        return self.done < ROWS


class Sent:
    """`ports.Batches`."""

    def __init__(self) -> None:
        self.items = 0

    def publish(self, *batches: CheckBatch) -> None:
        self.items += sum(len(batch.items) for batch in batches)


def test_c6_a_planner_holds_no_more_of_a_long_run_than_of_a_short_one() -> None:
    pending, sent = Endless(), Sent()
    settings = PublishSettings(BATCH, OUT, timedelta(seconds=30), 3)

    def message(rows: Sequence[Row], fresh: bool) -> CheckBatch:
        items = tuple(BatchItem(row.id, "x") for row in rows)
        return CheckBatch.model_construct(marketplace=Marketplace.YAHOO, run_id=1, generation=1, items=items)

    publishing = Publishing(pending, sent, settings, RUN, message, lambda: NOW)
    while sent.items < ROWS:
        assert publishing.round()
        assert sent.items - pending.done <= OUT * BATCH + BATCH

    assert sent.items == ROWS
    assert Row.most < 3 * 1000 + BATCH
