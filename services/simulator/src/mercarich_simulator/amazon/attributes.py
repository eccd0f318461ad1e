"""The attribute `fulfillment_availability`: what patches and documents make of it, and Amazon's words for invalid ones.

An offer has one entry of it, with the channel DEFAULT. Its fields are `quantity`, `lead_time_to_ship_max_days` (whole
days until it ships) and `restock_date` (ISO 8601). `replace` sets the whole attribute, so that a field that is not sent
is gone (amzn/selling-partner-api-models#4406); `merge` keeps it (SP-API documentation, "Merge a listing", since
2025-06-16); `delete` removes the entry.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

PATH = "/attributes/fulfillment_availability"
QUANTITY, LEAD_TIME, RESTOCK = "quantity", "lead_time_to_ship_max_days", "restock_date"
ADD, REPLACE, MERGE, DELETE = "add", "replace", "merge", "delete"
_OPERATIONS = frozenset({ADD, REPLACE, MERGE, DELETE})

Fields = dict[str, Any]
"""The fields of an entry without its channel; empty when the offer has none."""


class Write(NamedTuple):
    """One write of the attribute."""

    operation: str
    fields: Fields

    def on(self, before: Fields) -> Fields:
        """Return the entry after the write."""
        if self.operation == DELETE:
            return {}
        return {**before, **self.fields} if self.operation == MERGE else dict(self.fields)

    def means(self, name: str) -> bool:
        """Return whether the write says what becomes of a field."""
        return self.operation == DELETE or name in self.fields


class Lost(NamedTuple):
    """A field that a push changed although it does not name it."""

    at: float
    name: str
    before: int | str
    reference: str


class Invalid(Exception):
    """The submission is INVALID, with the code and message of its issue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def of_patches(patches: Any) -> Sequence[Write]:
    """Return what JSON patches write, in their order. Raise Invalid."""
    if not isinstance(patches, list) or not patches:
        raise Invalid("4000001", "'patches' must hold at least one operation.")
    found = []
    for patch in patches:
        if not isinstance(patch, dict) or patch.get("op") not in _OPERATIONS:
            raise Invalid("4000001", "The 'op' of a patch must be one of add, replace, merge, delete.")
        if not str(patch.get("path", "")).startswith("/attributes/"):
            raise Invalid("4000001", "The 'path' of a patch must lead to a top-level attribute.")
        if patch["path"] == PATH:
            found.append(_write(patch["op"], patch.get("value")))
    return found


def of_attributes(attributes: Any, *, whole: bool) -> Sequence[Write]:
    """Return what a document of attributes writes. `whole`: what it does not name is gone. Raise Invalid."""
    if not isinstance(attributes, dict):
        raise Invalid("4000001", "'attributes' must be an object.")
    if "fulfillment_availability" in attributes:
        return [_write(REPLACE, attributes["fulfillment_availability"])]
    return [Write(DELETE, {})] if whole else []


def lost_fields(before: Fields, after: Fields, writes: Sequence[Write]) -> list[tuple[str, Any]]:
    """Return the fields with their former values that differ although no write says so."""
    return [
        (name, value)
        for name, value in before.items()
        if after.get(name) != value and not any(write.means(name) for write in writes)
    ]


def _write(operation: str, value: Any) -> Write:
    if operation == DELETE:
        return Write(DELETE, {})
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], dict):
        raise Invalid("99022", "The attribute 'fulfillment_availability' must have exactly '1' value.")
    entry = value[0]
    if entry.get("fulfillment_channel_code") != "DEFAULT":
        raise Invalid("90244", "'fulfillment_channel_code' must be 'DEFAULT' for merchant fulfilment.")
    fields = {name: entry[name] for name in (QUANTITY, LEAD_TIME, RESTOCK) if name in entry}
    if (operation != MERGE or QUANTITY in fields) and not _is_count(fields.get(QUANTITY)):
        raise Invalid("90117", "'quantity' must be a whole number of 0 or more.")
    if LEAD_TIME in fields and not (_is_count(fields[LEAD_TIME]) and fields[LEAD_TIME] <= 30):
        raise Invalid("90117", "'lead_time_to_ship_max_days' must be a whole number of 0 to 30.")
    if RESTOCK in fields and not _is_date(fields[RESTOCK]):
        raise Invalid("90117", "'restock_date' must be a date.")
    return Write(operation, fields)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_date(value: Any) -> bool:
    try:
        date.fromisoformat(str(value)[:10])
    except ValueError:
        return False
    return True
