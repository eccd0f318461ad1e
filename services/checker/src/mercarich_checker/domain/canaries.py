"""Canaries: items of known state. A run is trusted while they look as expected, and held while they do not. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_contracts.proxy_api import Item
from mercarich_reasons.holds import CanariesDiffer
from mercarich_reasons.reason import Reason


class Expected(StrEnum):
    """The known state of a canary."""

    ON_SALE = "on_sale"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Canary:
    item_id: str
    expected: Expected
    certain: bool = True
    """False: drawn from earlier runs, so that some may have changed since."""


@dataclass(frozen=True, slots=True)
class CanaryVerdict:
    """Whether a run may be trusted. `lies`: a canary showed the opposite of its known state."""

    fine: bool
    lies: bool = False
    why: Reason | None = None
    """Set if the verdict is not fine."""


def judge_canaries(canaries: Sequence[Canary], seen: Mapping[str, Item]) -> CanaryVerdict:
    """Judge by what was `seen`, keyed by item id.

    Every certain canary must be as expected, and at least half of the uncertain ones of each kind.
    """
    wrong = [canary for canary in canaries if not _as_expected(canary, seen.get(canary.item_id))]
    for kind in Expected:
        uncertain = [canary for canary in canaries if canary.expected is kind and not canary.certain]
        missed = [canary for canary in wrong if canary in uncertain]
        if len(missed) * 2 <= len(uncertain):
            wrong = [canary for canary in wrong if canary not in missed]
    if not wrong:
        return CanaryVerdict(fine=True)
    answers = [seen.get(canary.item_id) for canary in wrong]
    lies = any(item is not None and item.state is not State.UNKNOWN for item in answers)
    return CanaryVerdict(fine=False, lies=lies, why=_difference(wrong, len(canaries), answers[0]))


def _difference(wrong: Sequence[Canary], asked: int, seen: Item | None) -> CanariesDiffer:
    """Return the reason of a bad verdict. `seen` is what the first wrong canary showed."""
    first = wrong[0]
    expected = State.AVAILABLE if first.expected is Expected.ON_SALE else State.GONE
    state, why = (None, None) if seen is None else (seen.state, seen.reason)
    return CanariesDiffer(len(wrong), asked, first.item_id, expected, state, why)


def _as_expected(canary: Canary, item: Item | None) -> bool:
    if item is not None and item.reason is StateReason.NOT_FOUND_ONCE:
        return canary.expected is Expected.GONE  # a gone canary gives this each time
    if item is None or item.state is State.UNKNOWN:
        return False
    return (item.state is State.AVAILABLE) is (canary.expected is Expected.ON_SALE)


class BadCanaries(ValueError):
    """The setting cannot be parsed. The text says what was expected."""


def read_canaries(text: str) -> tuple[Canary, ...]:
    """Parse `id=on_sale id=gone …`. Raises `BadCanaries`."""
    return tuple(_read_canary(word) for word in text.split())


def _read_canary(word: str) -> Canary:
    item_id, _, expected = word.partition("=")
    if not item_id or expected not in tuple(Expected):
        raise BadCanaries(f"expected id=on_sale or id=gone, not {word!r}")
    return Canary(item_id, Expected(expected))
