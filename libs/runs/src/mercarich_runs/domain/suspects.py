"""Which abandoned rows are tried again together, and which are given up.

A worker that dies leaves all rows of its claim behind, though one page at most has ended it. What is left of a claim
is tried again by halves, until the row that ends workers is alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A row whose lease has run out without a result."""

    id: int
    claim: str | None
    """The claim's token: rows with the same were with the same worker. None: a release without tokens claimed it."""
    attempts: int
    """Claims since the last result."""


@dataclass(frozen=True, slots=True)
class Judged:
    given_up: Sequence[int]
    """Ids of the rows that have been tried alone and have ended too many workers."""
    next: Sequence[int]
    """Ids of the rows that are tried next, as one batch; empty: there are none."""


def judge(abandoned: Sequence[Abandoned], tried_alone: AbstractSet[int], attempts: int) -> Judged:
    """Judge the rows, ordered by id. `tried_alone` are ids of rows that were batches of their own, `attempts` the
    claims after which such a row is given up."""
    given_up: list[int] = []
    claims: defaultdict[str | None, list[Abandoned]] = defaultdict(list)
    for row in abandoned:
        if row.id in tried_alone and row.attempts >= attempts:
            given_up.append(row.id)
        else:
            claims[row.claim].append(row)
    if not claims:
        return Judged(given_up, ())
    likely_harmless = min(claims.values(), key=lambda rows: (rows[0].attempts, rows[0].id))
    half = (len(likely_harmless) + 1) // 2
    return Judged(given_up, [row.id for row in likely_harmless[:half]])
