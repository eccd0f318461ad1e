"""Sentences that commands print and pages say in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mercarich_contracts.schedule import tokyo
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of a look at a source; a page has words of its own for the codes."""

    state: str
    reason: str | None

    def __str__(self) -> str:
        return self.state if self.reason is None else f"{self.state} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time within a sentence; a page formats it like its other times."""

    at: datetime

    def __str__(self) -> str:
        return tokyo(self.at, "%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Said:
    """An English sentence with placeholders, such as `%(name)s`. The pages' catalogues contain every one.

    A `Reason`, `Seen`, `Moment` or `Marketplace` among the values is put into words in the reader's language.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % {name: _in_english(value) for name, value in self.values.items()}


def _in_english(value: object) -> str:
    return tell(value, Language.EN) if isinstance(value, Reason) else str(value)
