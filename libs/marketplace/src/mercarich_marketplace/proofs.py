"""The responses of a marketplace that prove a state of an item. After any other response the state is `unknown`."""

from collections.abc import Iterable
from dataclasses import dataclass

from mercarich_contracts.market import Reason, State
from mercarich_contracts.proxy_api import Item


@dataclass(frozen=True, slots=True)
class Route:
    """A request that looks at one kind of item."""

    kind: str
    request: str
    parser: str
    """The parser of the response, as in `Evidence.parser_version` without the number."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A response that proves a state: a row of the table."""

    route: Route
    statuses: tuple[int, ...]
    says: str
    """What decides in the body."""
    state: State
    reason: Reason | None
    source: str
    """Where such a response was recorded or described."""
    looks: int = 1
    """2: the proxy returns `unknown`, and the checker believes the second such response, a minute later."""


class Proofs:
    """The table of one marketplace."""

    def __init__(self, rows: Iterable[Proof]) -> None:
        self.rows = tuple(rows)
        self._covered = frozenset(
            (row.route.parser, status, row.state, row.reason)
            for row in self.rows
            for status in row.statuses
            if row.looks == 1
        )

    def cover(self, item: Item) -> bool:
        """Return whether one look proves the item's state, by its parser, HTTP status and reason."""
        parser = item.evidence.parser_version.partition("/")[0]
        return (parser, item.evidence.http_status, item.state, item.reason) in self._covered
