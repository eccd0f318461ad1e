"""Which notices open, change, come back and close with what gives cause for them. No I/O."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_web.notices.notices import Cause, Notice

QUIET = timedelta(hours=6)
"""When a cause returns within this time, its notice is opened again and nothing is sent."""


@dataclass(frozen=True, slots=True)
class Changes:
    new: Sequence[Cause]
    again: Sequence[tuple[Notice, Cause]]
    """Closed notices whose cause has returned."""
    other: Sequence[tuple[Notice, Cause]]
    """Open notices whose count has changed."""
    over: Sequence[Notice]


def changes(causes: Iterable[Cause], kinds: Collection[str], known: Iterable[Notice]) -> Changes:
    """Return the changes to be written. `causes` are all that there are of these kinds: notices of other kinds stay as
    they are. `known` must hold all open notices, and the closed ones of these causes."""
    now = {cause.name: cause for cause in causes}
    by_name = {notice.name: notice for notice in known}
    new, again, other = [], [], []
    for name, cause in now.items():
        notice = by_name.get(name)
        if notice is None:
            new.append(cause)
        elif not notice.is_open:
            again.append((notice, cause))
        elif (notice.count, notice.about, notice.reason) != (cause.count, cause.about, cause.reason):
            other.append((notice, cause))
    kept = {name: notice for name, notice in by_name.items() if name.kind in kinds}
    over = [notice for name, notice in kept.items() if notice.is_open and name not in now]
    return Changes(new, again, other, over)


def comes_back_quietly(notice: Notice, now: datetime) -> bool:
    return notice.closed_at is not None and now - notice.closed_at < QUIET
