"""Sentences that commands print and pages say in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import PlainSerializer

from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell


def english(reason: Reason | str) -> str:
    """A sentence; it is one already where an earlier release stored it."""
    return tell(reason, Language.EN) if isinstance(reason, Reason) else reason


Why = Annotated[Reason | str, PlainSerializer(english, return_type=str)]
"""A stored reason; JSON has its sentence."""


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
    """A sentence in English with places for values: `%(name)s`. The pages' catalogues hold every one."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % {
            name: english(value) if isinstance(value, Reason) else value for name, value in self.values.items()
        }
