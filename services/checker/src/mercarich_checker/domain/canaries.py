"""Canaries: items of known state, by whose answers a run is trusted or held. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.market import State
from mercarich_contracts.proxy_api import Item
from mercarich_reasons.holds import CanariesDiffer
from mercarich_reasons.reason import Reason


class Expected(StrEnum):
    """What a canary is known to be."""

    ON_SALE = "on_sale"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Canary:
    item_id: str
    expected: Expected
    certain: bool = True
    """False: taken from earlier runs, and one of several may have changed since."""


@dataclass(frozen=True, slots=True)
class CanaryVerdict:
    """Whether a run may be trusted; `lies` when a canary gave the opposite of what is known of it."""

    fine: bool
    lies: bool = False
    why: Reason | None = None
    """Of a verdict that is not fine."""


def judge_canaries(canaries: Sequence[Canary], seen: Mapping[str, Item]) -> CanaryVerdict:
    """Every certain canary must be as expected, and at least half of the uncertain ones of each kind."""
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
    """`seen` is the answer to the first of the wrong ones."""
    first = wrong[0]
    expected = State.AVAILABLE if first.expected is Expected.ON_SALE else State.GONE
    state, why = (None, None) if seen is None else (seen.state, seen.reason)
    return CanariesDiffer(len(wrong), asked, first.item_id, expected, state, why)


def _as_expected(canary: Canary, item: Item | None) -> bool:
    if item is None or item.state is State.UNKNOWN:
        return False
    return (item.state is State.AVAILABLE) is (canary.expected is Expected.ON_SALE)


class BadCanaries(ValueError):
    """The setting cannot be read; the text says what was expected."""


def read_canaries(text: str) -> tuple[Canary, ...]:
    """`id=on_sale id=gone …` → canaries. Raises `BadCanaries`."""
    return tuple(_read_canary(word) for word in text.split())


def _read_canary(word: str) -> Canary:
    item_id, _, expected = word.partition("=")
    if not item_id or expected not in tuple(Expected):
        raise BadCanaries(f"expected id=on_sale or id=gone, not {word!r}")
    return Canary(item_id, Expected(expected))
