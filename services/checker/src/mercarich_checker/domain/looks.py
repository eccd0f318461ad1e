"""What the checker decides: what a look means for stock, when to hold, when to ask again. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mercarich_contracts.market import OUT_OF_STOCK, Reason, State
from mercarich_contracts.proxy_api import Item

ENOUGH_LOOKS = 10
"""Answers below which a share of unknown ones says nothing."""

_LET_GO = frozenset({Reason.CLOSING, Reason.MALFORMED_ID})
"""Unknown answers that asking again within the run cannot change."""


class Meaning(StrEnum):
    KEEP = "keep"
    WITHDRAW = "withdraw"
    NOTHING_LEARNT = "nothing_learnt"


def meaning(item: Item) -> Meaning:
    """Only positive evidence lowers a quantity; an unknown changes nothing."""
    if item.state is State.UNKNOWN:
        return Meaning.NOTHING_LEARNT
    return Meaning.WITHDRAW if item.state in OUT_OF_STOCK else Meaning.KEEP


@dataclass(frozen=True, slots=True)
class Retry:
    """When an item with an unknown answer is asked again; None: the run lets go of it."""

    wait: timedelta | None
    counts: bool
    """Whether the answer counts towards the limit: not when the proxy did not ask at all."""


def retry(reason: Reason | None, unknowns: int, *, limit: int, first_wait: float, jitter: float) -> Retry:
    """`unknowns` is the number before this answer; `jitter` is a random number of [0, 1)."""
    if reason in _LET_GO:
        return Retry(None, counts=True)
    if reason is Reason.BREAKER_OPEN:
        return Retry(timedelta(seconds=first_wait * (0.5 + jitter / 2)), counts=False)
    if unknowns + 1 >= limit:
        return Retry(None, counts=True)
    wait = min(first_wait * 2**unknowns, 1800) * (0.5 + jitter / 2)
    if reason is Reason.NOT_FOUND_ONCE:
        wait = max(wait, 65.0)  # the proxy believes a second not-found after a minute
    return Retry(timedelta(seconds=wait), counts=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of a run so far, for one seller or for the marketplace: listings checked, and those to be withdrawn."""

    checked: int
    """0 where nobody counts them, after the run's end: then no share may fall, only a number."""
    fallen: int

    def __str__(self) -> str:
        of = f"{self.fallen} of {self.checked} checked" if self.checked else f"{self.fallen}"
        return f"{of} listings would fall at once"


@dataclass(frozen=True, slots=True)
class Brake:
    """The mass-withdrawal brake: too many falls at once are held until a second look or a person confirms."""

    listings: int
    share: float

    def holds(self, tally: Tally) -> bool:
        return tally.fallen >= max(self.listings, self.share * tally.checked)


def too_many_unreadable(unparsable: int, looks: int, share: float) -> bool:
    """Whether so many pages could not be read that the marketplace's markup has probably changed."""
    return looks >= 40 and unparsable > share * looks


def in_trouble(unknown: int, looks: int) -> bool:
    """Whether the latest answers say that the marketplace does not answer at present."""
    return looks >= ENOUGH_LOOKS and unknown * 2 > looks


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
    note: str = ""


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
    first = wrong[0]
    item = seen.get(first.item_id)
    answer = "no answer" if item is None else f"{item.state} ({item.reason})" if item.reason else item.state
    lies = any(item is not None and item.state is not State.UNKNOWN for item in (seen.get(c.item_id) for c in wrong))
    note = (
        f"{len(wrong)} of {len(canaries)} canaries not as expected: {first.item_id} is {first.expected}, seen {answer}"
    )
    return CanaryVerdict(fine=False, lies=lies, note=note)


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
