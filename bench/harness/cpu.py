"""CPU time of trees of processes from Linux' own books, `/proc/PID/stat`, ended and reaped children included."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Stat:
    """What one process has used so far, in ticks."""

    parent: int
    own: int
    """In user and kernel mode, all its threads."""
    reaped: int
    """Of its children that have ended and were waited for, and of theirs."""


def seconds(roots: Iterable[int]) -> float:
    """CPU seconds of these processes and of all below them, since each of them started.

    A difference of two of these sums is what a side used in between, as long as its roots live: what a child
    used moves to its parent when it is waited for. The kernel counts in ticks of 10 ms a process.
    """
    return seconds_of(books(), roots)


def seconds_of(stats: Mapping[int, Stat], roots: Iterable[int]) -> float:
    """The same from books that were read before."""
    return tree_ticks(stats, roots) / TICKS


def tree_ticks(stats: Mapping[int, Stat], roots: Iterable[int]) -> int:
    """Own and reaped ticks of the roots and their living descendants, each process once."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for pid, stat in stats.items():
        children[stat.parent].append(pid)
    todo, seen = [root for root in roots if root in stats], set[int]()
    while todo:
        pid = todo.pop()
        if pid not in seen:
            seen.add(pid)
            todo += children[pid]
    return sum(stats[pid].own + stats[pid].reaped for pid in seen)


def books() -> dict[int, Stat]:
    """Every process that can be seen."""
    found: dict[int, Stat] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = parse((entry / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
                continue
    return found


def parse(text: str) -> Stat:
    """A line of `/proc/PID/stat` (proc(5)): ppid is field 4, utime stime cutime cstime are 14 to 17.

    The name in field 2 may hold spaces and brackets.
    """
    fields = text.rpartition(")")[2].split()
    user, system, user_of_reaped, system_of_reaped = (int(field) for field in fields[11:15])
    return Stat(parent=int(fields[1]), own=user + system, reaped=user_of_reaped + system_of_reaped)


def memory_megabytes(roots: Iterable[int]) -> float:
    """Proportional set size of these processes (`smaps_rollup`): shared pages are shared out, not counted twice."""
    return sum(_pss_kilobytes(root) for root in roots) / 1024


def descendants(roots: Iterable[int]) -> list[int]:
    """The roots and every living process below them."""
    stats = books()
    known = {root for root in roots if root in stats}
    while more := {pid for pid, stat in stats.items() if stat.parent in known} - known:
        known |= more
    return sorted(known)


def _pss_kilobytes(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
