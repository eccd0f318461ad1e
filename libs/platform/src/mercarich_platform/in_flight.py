"""The records in hand, partition by partition: what may be committed, and which partitions take no more."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from mercarich_platform.kafka import Partition, Record
from mercarich_platform.metrics import REBALANCES
from mercarich_platform.rejections import Rejections
from mercarich_platform.watermark import Watermark


@dataclass(eq=False)
class AssignedPartition:
    """One partition that is ours, with the records of it that are in hand."""

    partition: Partition
    watermark: Watermark = field(default_factory=Watermark)
    committed: int | None = None
    waiting: int = 0
    """Records kept for later; none are taken while there are some."""
    tasks: "dict[int, Task]" = field(default_factory=dict)
    """What cannot be committed yet, by offset, in order."""


@dataclass(eq=False)
class Task:
    """One record in hand. Without `assigned`, its partition is not ours any more, and its end counts for nothing."""

    record: Record
    assigned: AssignedPartition | None
    done: bool = False
    waiting: bool = False

    @property
    def key(self) -> tuple[str, int, int]:
        return (self.record.topic, self.record.partition, self.record.offset)


class InFlight:
    """The records of the partitions that are assigned. Rebalances come on another thread, so everything is locked.

    An eager rebalance takes all partitions away and usually gives most of them back, with the unfinished records
    read again: those that still run here are taken up, not handled a second time.
    """

    def __init__(self, *, span_limit: int) -> None:
        self._span_limit = span_limit
        self._lock = threading.Lock()
        self._assigned: dict[Partition, AssignedPartition] = {}
        self._former: dict[tuple[str, int, int], Task] = {}
        self._rejections: defaultdict[Partition, Rejections] = defaultdict(Rejections)

    def assigned(self, partitions: Iterable[Partition]) -> None:
        REBALANCES.inc()
        with self._lock:
            for partition in partitions:
                self._assigned[partition] = AssignedPartition(partition)

    def revoked(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Let go of these; answers the offsets that may still be committed."""
        with self._lock:
            return self._drop(set(partitions))

    def lost(self, partitions: Iterable[Partition]) -> None:
        with self._lock:
            self._drop(set(partitions))

    def forget(self) -> None:
        """The membership is over: nothing is ours."""
        with self._lock:
            self._drop(set(self._assigned))

    def take(self, record: Record) -> Task | None:
        """Begin a record; None when its partition is not ours or the record is in hand already."""
        partition = (record.topic, record.partition)
        with self._lock:
            if partition not in self._assigned:
                return None
            if self._assigned[partition].watermark.reached(record.offset):
                self._restart(partition)
            assigned = self._assigned[partition]
            assigned.watermark.begin(record.offset)
            task = Task(record, assigned)
            former = self._former.pop(task.key, None)
            adopted = former is not None and former.record == record
            if former is not None and adopted:
                task = former
                task.assigned = assigned
            assigned.tasks[record.offset] = task
            if task.done:
                self._settle(task, assigned)
            return None if adopted else task

    def finish(self, task: Task) -> None:
        """The record is handled: its offset may be committed once those before it may."""
        with self._lock:
            task.done = True
            if task.assigned is not None:
                self._settle(task, task.assigned)

    def reject(self, task: Task) -> bool:
        """Count a rejection; False when its partition has had too many and is stopped."""
        with self._lock:
            partition = self._rejections[task.record.topic, task.record.partition]
            partition.add(rejected=True)
            return not partition.stopped

    def accept(self, task: Task) -> None:
        """The handler could make something of it: a row of rejections ends."""
        with self._lock:
            self._rejections[task.record.topic, task.record.partition].add(rejected=False)

    def wait(self, task: Task) -> bool:
        """Keep the record for later; False when it is not ours any more."""
        with self._lock:
            if task.assigned is None:
                self._former.pop(task.key, None)
                return False
            task.waiting = True
            task.assigned.waiting += 1
            return True

    def resume(self, task: Task) -> bool:
        """The time of a kept record has come; False when it is not ours any more."""
        with self._lock:
            if task.assigned is None:
                return False
            task.waiting = False
            task.assigned.waiting -= 1
            return True

    def wanted(self, task: Task) -> bool:
        """Is it worth beginning? Not when its partition went away while it queued."""
        with self._lock:
            if task.assigned is None:
                self._former.pop(task.key, None)
            return task.assigned is not None

    def committable(self) -> dict[Partition, int]:
        """Offsets that can be committed and are not yet."""
        with self._lock:
            return _uncommitted(self._assigned.values())

    def committed(self, offsets: dict[Partition, int]) -> None:
        with self._lock:
            for partition, offset in offsets.items():
                if partition in self._assigned:
                    self._assigned[partition].committed = offset

    def blocked(self) -> set[Partition]:
        """The partitions that take no more for now."""
        with self._lock:
            full = {
                assigned.partition
                for assigned in self._assigned.values()
                if assigned.waiting or assigned.watermark.span >= self._span_limit
            }
            return full | self._stopped()

    def stopped(self) -> set[Partition]:
        """Ours, and stopped by too many rejections."""
        with self._lock:
            return self._stopped() & set(self._assigned)

    def _stopped(self) -> set[Partition]:
        return {partition for partition, rejections in self._rejections.items() if rejections.stopped}

    def _settle(self, task: Task, assigned: AssignedPartition) -> None:
        assigned.watermark.finish(task.record.offset)
        position = assigned.watermark.position or 0
        while assigned.tasks and (first := next(iter(assigned.tasks))) < position:
            del assigned.tasks[first]

    def _restart(self, partition: Partition) -> None:
        """An offset came again: the broker lost its log and began a new one, so nothing of the old one counts."""
        self._drop({partition})
        self._assigned[partition] = AssignedPartition(partition)

    def _drop(self, partitions: set[Partition]) -> dict[Partition, int]:
        dropped = [self._assigned.pop(partition) for partition in partitions if partition in self._assigned]
        self._former = {key: task for key, task in self._former.items() if not task.done}
        for assigned in dropped:
            for task in assigned.tasks.values():
                task.assigned = None
                if not task.waiting:
                    self._former[task.key] = task
        return _uncommitted(dropped)


def _uncommitted(partitions: Iterable[AssignedPartition]) -> dict[Partition, int]:
    return {
        assigned.partition: assigned.watermark.position
        for assigned in partitions
        if assigned.watermark.position is not None and assigned.watermark.position != assigned.committed
    }
