"""A setting and its history as people are shown them; `--json` prints these shapes as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    value: str
    """What holds: the stored value, or the default where none or a bad one is stored."""
    default: str
    meaning: str
    expected: str
    stored: str | None
    problem: Reason | None
    """Why the stored value does not count."""
    updated_at: datetime | None
    updated_by: str | None
    low: float | None = None
    high: float | None = None
    """Of a number."""
    choices: Sequence[str] = ()
    """The only texts that are allowed; empty: a number or any text."""


@dataclass(frozen=True, slots=True)
class SettingList:
    settings: Sequence[Setting]


@dataclass(frozen=True, slots=True)
class SettingChange:
    key: str
    value_before: str | None
    value_after: str
    at: datetime
    by: str
    note: str | None = None
    """Why."""


@dataclass(frozen=True, slots=True)
class SettingHistory:
    changes: Sequence[SettingChange]
    """Newest first."""
