"""CPU time of process trees from Linux' `/proc/PID/stat`, including ended and reaped children."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Stat:
    """What one process has used so far, in clock ticks."""

    parent: int
    own: int
    """User and system time of all its threads."""
    reaped: int
    """The time of its children that have ended and were reaped, and of their children."""


def seconds(roots: Iterable[int]) -> float:
    """Return the CPU seconds of these processes and all their descendants, since each of them started.

    The difference of two of these sums is what a side used in between, as long as its roots live: what a child used
    moves to its parent when it is reaped. The kernel counts in ticks of 10 ms per process.
    """
    return seconds_of(books(), roots)


def seconds_of(stats: Mapping[int, Stat], roots: Iterable[int]) -> float:
    """The same from readings taken before."""
    return tree_ticks(stats, roots) / TICKS


def tree_ticks(stats: Mapping[int, Stat], roots: Iterable[int]) -> int:
    """Return own and reaped ticks of the roots and their living descendants; each process counts once."""
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
    """Read every visible process."""
    found: dict[int, Stat] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = parse((entry / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):  # The process ended between listing and reading it.
                continue
    return found


def parse(text: str) -> Stat:
    """Parse a line of `/proc/PID/stat` (proc(5)): ppid is field 4, utime stime cutime cstime are 14 to 17.

    The name in field 2 may contain spaces and parentheses.
    """
    fields = text.rpartition(")")[2].split()
    user, system, user_of_reaped, system_of_reaped = (int(field) for field in fields[11:15])
    return Stat(parent=int(fields[1]), own=user + system, reaped=user_of_reaped + system_of_reaped)


def memory_megabytes(roots: Iterable[int]) -> float:
    """Return the proportional set size of these processes (`smaps_rollup`), in which shared pages are divided among
    processes and not counted twice."""
    return sum(_pss_kilobytes(root) for root in roots) / 1024


def descendants(roots: Iterable[int]) -> list[int]:
    """Return the roots and all their living descendants."""
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
