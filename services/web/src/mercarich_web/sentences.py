"""Sentences that commands print and pages say in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell


@dataclass(frozen=True, slots=True)
class Seen:
    """What was learnt of a source; a page has its own words for the codes."""

    state: str
    reason: str | None

    def __str__(self) -> str:
        return self.state if self.reason is None else f"{self.state} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time within a sentence; a page writes it as its others."""

    at: datetime

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in English with places for values: `%(name)s`. The pages' catalogues hold every one.

    A `Reason` among the values is told in the reader's language, as `Seen` and `Moment` are.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % {name: _in_english(value) for name, value in self.values.items()}


def _in_english(value: object) -> str:
    return tell(value, Language.EN) if isinstance(value, Reason) else str(value)
