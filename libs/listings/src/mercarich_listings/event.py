"""An entry of a listing's history, and the change that it records."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from mercarich_contracts.events import EventKind
from mercarich_reasons.reason import Reason

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Event:
    """A row of `listing_events`; the fields are its columns."""

    listing_id: int
    user_id: int
    at: datetime
    kind: EventKind
    reason: Reason | None = None
    quantity_before: int | None = None
    quantity_after: int | None = None
    revision: int | None = None
    """The listing's revision after the event."""
    run_id: int | None = None
    hold_id: int | None = None
    submission_id: int | None = None
    evidence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change(Generic[Row]):
    """The result of a transition: `store.save` writes the columns that differ, and the event."""

    before: Row
    after: Row
    event: Event | None = None
    """None if the change is not recorded in the history, such as the end of a claim."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """The cause of a transition: ids of the run, the hold and the evidence, each if there is one."""

    run_id: int | None = None
    hold_id: int | None = None
    evidence_id: int | None = None


NO_TRIGGER = Trigger()


@dataclass(frozen=True, slots=True)
class Told:
    """The fields of an event besides those of the listing."""

    kind: EventKind
    at: datetime
    reason: Reason | None = None
    trigger: Trigger = NO_TRIGGER
