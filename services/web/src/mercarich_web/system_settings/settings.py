"""A setting and its history, as people see them; `--json` prints these shapes unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    value: str
    """The effective value: the stored one, or the default when none or an invalid one is stored."""
    default: str
    meaning: str
    expected: str
    stored: str | None
    problem: Reason | None
    """Why the stored value is not used."""
    updated_at: datetime | None
    updated_by: str | None
    low: float | None = None
    high: float | None = None
    """Bounds of a number."""
    choices: Sequence[str] = ()
    """The only allowed texts; empty: a number or any text."""


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
    """The note that gives the reason for the change."""


@dataclass(frozen=True, slots=True)
class SettingHistory:
    changes: Sequence[SettingChange]
    """Newest first."""
