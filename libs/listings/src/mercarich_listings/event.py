"""An entry of a listing's history, and the change that it records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

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


class Recorded(Protocol):
    """What an event needs to know of a listing."""

    @property
    def id(self) -> int: ...
    @property
    def user_id(self) -> int: ...
    @property
    def quantity(self) -> int: ...
    @property
    def revision(self) -> int: ...
    @property
    def hold_id(self) -> int | None: ...


def event_of(before: Recorded, after: Recorded, told: Told) -> Event:
    """Return the event of a change from `before` to `after`; of the same row twice: nothing changed."""
    trigger = told.trigger
    return Event(
        listing_id=after.id,
        user_id=after.user_id,
        at=told.at,
        kind=told.kind,
        reason=told.reason,
        quantity_before=before.quantity,
        quantity_after=after.quantity,
        revision=after.revision,
        run_id=trigger.run_id,
        hold_id=before.hold_id if trigger.hold_id is None else trigger.hold_id,
        evidence_id=trigger.evidence_id,
    )


def with_columns(row: Row, columns: Mapping[str, Any]) -> Row:
    """As `dataclasses.replace`, but five times as fast: a bulk action changes 50,000 listings at once."""
    after: Row = object.__new__(type(row))
    vars(after).update(vars(row))
    vars(after).update(columns)
    return after
