"""Why the brake holds withdrawals back."""

from dataclasses import dataclass

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class TooManyFalls(Reason):
    """So many listings would come down at once; `checked` is None where nobody counts them, after a run's end."""

    fallen: int
    checked: int | None = None


@dataclass(frozen=True, slots=True)
class CanariesDiffer(Reason):
    """`wrong` of the `asked` canaries are not as they are known to be; the other values are of the first of these."""

    wrong: int
    asked: int
    item_id: str
    expected: State
    """Available or gone."""
    state: State | None = None
    """As it was seen, with `why`; None: no answer came."""
    why: StateReason | None = None


@dataclass(frozen=True, slots=True)
class TooManyUnreadable(Reason):
    """So many pages could not be read that the marketplace has probably changed them."""
