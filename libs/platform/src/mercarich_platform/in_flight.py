"""The records in flight, by partition: which offsets can be committed, and which partitions are blocked."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from mercarich_platform.kafka import Partition, Record
from mercarich_platform.metrics import REBALANCES
from mercarich_platform.rejections import NEWLY, Rejections
from mercarich_platform.watermark import Watermark


@dataclass(eq=False)
class AssignedPartition:
    """A partition assigned to this worker, with its records in flight."""

    partition: Partition
    watermark: Watermark = field(default_factory=Watermark)
    committed: int | None = None
    waiting: int = 0
    """Records kept for a later try; while there are any, the partition is paused."""
    tasks: "dict[int, Task]" = field(default_factory=dict)
    """Records that cannot be committed yet, by offset, in order."""


@dataclass(eq=False)
class Task:
    """A record in flight. `assigned` None: its partition was taken away, and its result is ignored."""

    record: Record
    assigned: AssignedPartition | None
    done: bool = False
    waiting: bool = False

    @property
    def key(self) -> tuple[str, int, int]:
        return (self.record.topic, self.record.partition, self.record.offset)


class InFlight:
    """The records of all assigned partitions. Locked, because rebalances come on another thread.

    An eager rebalance takes all partitions away and usually gives most of them back, so that unfinished records are
    read again. Those that are still being handled here are adopted instead of being handled twice.
    """

    def __init__(self, *, span_limit: int) -> None:
        self._span_limit = span_limit
        self._lock = threading.Lock()
        self._assigned: dict[Partition, AssignedPartition] = {}
        self._former: dict[tuple[str, int, int], Task] = {}
        self._rejections: defaultdict[Partition, Rejections] = defaultdict(Rejections)
        self._rejected = 0
        self._accepted = False

    def assigned(self, partitions: Iterable[Partition]) -> None:
        REBALANCES.inc()
        with self._lock:
            for partition in partitions:
                self._assigned[partition] = AssignedPartition(partition)

    def revoked(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Drop these partitions; return the offsets that may still be committed."""
        with self._lock:
            return self._drop(set(partitions))

    def lost(self, partitions: Iterable[Partition]) -> None:
        with self._lock:
            self._drop(set(partitions))

    def forget(self) -> None:
        """Drop all partitions: the membership in the group has ended."""
        with self._lock:
            self._drop(set(self._assigned))

    def take(self, record: Record) -> Task | None:
        """Begin a record; return None when its partition is not assigned or the record is in flight already."""
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
        """Mark a record as handled. Its offset can be committed once all earlier ones can."""
        with self._lock:
            task.done = True
            if task.assigned is not None:
                self._settle(task, task.assigned)

    def reject(self, task: Task, *, undecodable: bool = False) -> bool:
        """Count a rejection; return False when its partition has had too many and is stopped."""
        with self._lock:
            partition = self._rejections[task.record.topic, task.record.partition]
            if undecodable:
                partition.add_undecodable()
            else:
                partition.add(rejected=True)
                self._rejected += 1
            return not partition.stopped

    def accept(self, task: Task) -> None:
        """Count a record that was not rejected."""
        with self._lock:
            self._rejections[task.record.topic, task.record.partition].add(rejected=False)
            self._accepted = True

    def decoded(self, task: Task) -> None:
        """Note that a record could be decoded, though it is not handled yet."""
        with self._lock:
            self._rejections[task.record.topic, task.record.partition].add_decodable()

    @property
    def has_only_rejected(self) -> bool:
        """Whether this process has rejected every record so far, and more than one bad record can be."""
        with self._lock:
            return not self._accepted and self._rejected >= NEWLY

    def wait(self, task: Task) -> bool:
        """Keep the record for a later try; return False when its partition is no longer assigned."""
        with self._lock:
            if task.assigned is None:
                self._former.pop(task.key, None)
                return False
            task.waiting = True
            task.assigned.waiting += 1
            return True

    def resume(self, task: Task) -> bool:
        """Take a kept record up again; return False when its partition is no longer assigned."""
        with self._lock:
            if task.assigned is None:
                return False
            task.waiting = False
            task.assigned.waiting -= 1
            return True

    def wanted(self, task: Task) -> bool:
        """Return whether to handle the record: not when its partition was taken away while it waited."""
        with self._lock:
            if task.assigned is None:
                self._former.pop(task.key, None)
            return task.assigned is not None

    def committable(self) -> dict[Partition, int]:
        """Return offsets that can be committed and are not yet, by partition."""
        with self._lock:
            return _uncommitted(self._assigned.values())

    def committed(self, offsets: dict[Partition, int]) -> None:
        with self._lock:
            for partition, offset in offsets.items():
                if partition in self._assigned:
                    self._assigned[partition].committed = offset

    def blocked(self) -> set[Partition]:
        """Return the partitions to pause for now."""
        with self._lock:
            full = {
                assigned.partition
                for assigned in self._assigned.values()
                if assigned.waiting or assigned.watermark.span >= self._span_limit
            }
            return full | self._stopped()

    def stopped(self) -> set[Partition]:
        """Return assigned partitions that too many rejections have stopped."""
        with self._lock:
            return self._stopped() & set(self._assigned)

    def garbage_alone(self) -> set[Partition]:
        """Return assigned partitions of whose latest records none could be decoded."""
        with self._lock:
            return {partition for partition in self._assigned if self._rejections[partition].garbage_alone}

    def _stopped(self) -> set[Partition]:
        return {partition for partition, rejections in self._rejections.items() if rejections.stopped}

    def _settle(self, task: Task, assigned: AssignedPartition) -> None:
        assigned.watermark.finish(task.record.offset)
        position = assigned.watermark.position or 0
        while assigned.tasks and (first := next(iter(assigned.tasks))) < position:
            del assigned.tasks[first]

    def _restart(self, partition: Partition) -> None:
        """Drop the state of a partition whose offsets began again, because the broker lost its log."""
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
