"""Sentences that commands print and pages say in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


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
        return self.text % self.values
