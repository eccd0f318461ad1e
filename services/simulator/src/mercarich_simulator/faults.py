"""Faults that a test sets, and the requests that each of them hits."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from mercarich_simulator.identity import entropy, share

_HTTP = frozenset(
    {
        "403",
        "404",
        "429",
        "500",
        "503_html",
        "reset",
        "truncated",
        "timeout",
        "slow",
        "html_instead_of_json",
        "empty_200",
    }
)
_SITE = _HTTP | {
    *("404_route", "404_cdn", "423", "block_page_200", "field_removed", "field_retyped", "redirect", "nothing_there"),
}

KINDS: dict[str, frozenset[str]] = {
    "yahoo": _SITE,
    "mercari": _SITE | {"404_gateway"},
    "lwa": _HTTP | {"invalid_grant", "invalid_client"},
    "spapi": _HTTP
    | {"stuck_feed", "fatal_feed", "stuck_report", "fatal_report"}
    | {"invalid_in_200", "failed_in_200", "ignored_200", "unnamed_invalid"},
}
"""The kinds of faults for each target."""

_INNER = frozenset(
    {
        *("field_removed", "field_retyped", "nothing_there"),
        *("stuck_feed", "fatal_feed", "stuck_report", "fatal_report"),
        *("invalid_in_200", "failed_in_200", "ignored_200", "unnamed_invalid"),
    }
)
"""Kinds that change the content of a response; all others replace or delay it."""
FIELDS = ("field_removed", "field_retyped")
NOTHING_THERE = ("nothing_there",)
"""The marketplace's own words that there is no such item, and lists of sellers without a row."""


@dataclass(slots=True)
class Fault:
    """One fault. Its times are seconds of real time (see `clock`) since it was set."""

    target: str
    kind: str
    share: float = 1.0
    """The share of matching requests that the fault hits, 0 to 1."""
    from_seconds: float = 0.0
    for_seconds: float | None = None
    """None = until it is cleared."""
    only: tuple[str, ...] = ()
    """Item ids, seller ids, SKUs, user names or operations; empty = all."""
    seconds: float | None = None
    """`slow`: the delay. `stuck_feed`, `stuck_report`: simulated seconds by which it ends later; None = never."""
    retry_after: int | None = 5
    """`429`: seconds in the header; None = no header."""
    field: str | None = None
    """`field_removed` and `field_retyped`: dotted path of the key; None = one picked by the seed."""
    to: str = "/"
    """`redirect`: where to."""
    state: str = "IN_PROGRESS"
    """`stuck_feed`, `stuck_report`: where it sticks, IN_QUEUE or IN_PROGRESS."""
    set_at: float = 0.0
    number: int = 0
    seen: int = 0
    hit: int = 0

    def lasts(self, target: str, wall: float) -> bool:
        """Return whether requests to this target are hit now, some of them at least."""
        age = wall - self.set_at - self.from_seconds
        return self.target == target and age >= 0 and (self.for_seconds is None or age < self.for_seconds)


@dataclass(slots=True)
class Faults:
    """All faults of one simulator, in the order of setting; the first that hits a request wins."""

    seed: int
    active: list[Fault] = field(default_factory=list)
    last_number: int = 0

    def set(self, body: dict[str, Any], wall: float) -> Fault:
        """Set a fault from its JSON and return it. Raise ValueError with what was expected."""
        fault = _read(body)
        self.last_number += 1
        fault.number, fault.set_at = self.last_number, wall
        self.active.append(fault)
        return fault

    def pick(self, target: str, names: Collection[str], wall: float, inner: Iterable[str] = ()) -> Fault | None:
        """Return the fault that hits a request, and count the hit. `inner` limits the search to kinds of `_INNER`."""
        if not self.active:
            return None
        wanted = frozenset(inner)
        for fault in self.active:
            fits = fault.kind in wanted if wanted else fault.kind not in _INNER
            if fits and fault.lasts(target, wall) and self._hits(fault, names):
                return fault
        return None

    def spoiler_of_messages(self, wall: Callable[[], float]) -> Callable[[str, str], str | None]:
        """Return a function that tells, for each message of a feed, the kind of the fault that spoils it."""

        def spoiled(seller_id: str, sku: str) -> str | None:
            names = (seller_id, sku, "processFeed")
            fault = self.pick("spapi", names, wall(), inner=("invalid_in_200", "unnamed_invalid"))
            return fault.kind if fault else None

        return spoiled

    def described(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.active]

    def _hits(self, fault: Fault, names: Collection[str]) -> bool:
        if fault.only and not any(name in fault.only for name in names):
            return False
        fault.seen += 1
        if share(entropy(self.seed, "fault", fault.number, fault.seen)) >= fault.share:
            return False
        fault.hit += 1
        return True


def _read(body: dict[str, Any]) -> Fault:
    target, kind = body.get("target"), str(body.get("kind"))
    if target not in KINDS:
        raise ValueError(f"target must be one of {', '.join(KINDS)}, not {target!r}")
    if kind not in KINDS[target]:
        raise ValueError(f"kind for {target} must be one of {', '.join(sorted(KINDS[target]))}, not {kind!r}")
    known = {"target", "kind", "share", "from_seconds", "for_seconds", "only"}
    known |= {"seconds", "retry_after", "field", "state", "to"}
    if unknown := set(body) - known:
        raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
    fault = Fault(**{**body, "kind": kind, "only": tuple(map(str, body.get("only") or ()))})
    if not 0 <= fault.share <= 1:
        raise ValueError("share must be between 0 and 1")
    if fault.state not in {"IN_QUEUE", "IN_PROGRESS"}:
        raise ValueError("state must be IN_QUEUE or IN_PROGRESS")
    return fault


def spoiled(document: dict[str, Any], fault: Fault) -> dict[str, Any]:
    """Return the document without the key of a `field_removed` fault, or with another type under that of
    `field_retyped`. An unknown path removes nothing; a key that is missing is retyped as a flag."""
    keys = sorted(document)
    path = fault.field or keys[entropy("field", fault.number, fault.hit)[0] % len(keys)]
    *parents, last = path.split(".")
    place: Any = document
    for key in parents:
        place = place.get(key) if isinstance(place, dict) else None
    if not isinstance(place, dict):
        return document
    value = place.pop(last, None)
    if fault.kind == "field_retyped":
        place[last] = _retyped(value)
    return document


def _retyped(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | float) else [value]
