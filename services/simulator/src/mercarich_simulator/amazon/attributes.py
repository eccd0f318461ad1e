"""Read the quantity from listing attributes and patches; report invalid ones with Amazon's codes and messages."""

from typing import Any, NamedTuple

PATH = "/attributes/fulfillment_availability"
_OPERATIONS = frozenset({"add", "replace", "merge", "delete"})


class Availability(NamedTuple):
    quantity: int
    lead_time_days: int | None


class Invalid(Exception):
    """The submission is INVALID, with the code and message of its issue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def of_patches(patches: Any) -> Availability | None:
    """Return the availability that JSON patches set; None when they set none. Raise Invalid."""
    if not isinstance(patches, list) or not patches:
        raise Invalid("4000001", "'patches' must hold at least one operation.")
    found = None
    for patch in patches:
        if not isinstance(patch, dict) or patch.get("op") not in _OPERATIONS:
            raise Invalid("4000001", "The 'op' of a patch must be one of add, replace, merge, delete.")
        if not str(patch.get("path", "")).startswith("/attributes/"):
            raise Invalid("4000001", "The 'path' of a patch must lead to a top-level attribute.")
        if patch["path"] == PATH and patch["op"] != "delete":
            found = of_value(patch.get("value"))
    return found


def of_attributes(attributes: Any) -> Availability | None:
    """Return the availability in a listing's attributes; None when there is none. Raise Invalid."""
    if not isinstance(attributes, dict):
        raise Invalid("4000001", "'attributes' must be an object.")
    if "fulfillment_availability" not in attributes:
        return None
    return of_value(attributes["fulfillment_availability"])


def of_value(value: Any) -> Availability:
    """Return the availability in the value of `fulfillment_availability`. Raise Invalid."""
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], dict):
        raise Invalid("99022", "The attribute 'fulfillment_availability' must have exactly '1' value.")
    entry = value[0]
    if entry.get("fulfillment_channel_code") != "DEFAULT":
        raise Invalid("90244", "'fulfillment_channel_code' must be 'DEFAULT' for merchant fulfilment.")
    quantity, lead_time = entry.get("quantity"), entry.get("lead_time_to_ship_max_days")
    if quantity is None or not _is_count(quantity):
        raise Invalid("90117", "'quantity' must be a whole number of 0 or more.")
    if lead_time is not None and not (_is_count(lead_time) and lead_time <= 30):
        raise Invalid("90117", "'lead_time_to_ship_max_days' must be a whole number of 0 to 30.")
    return Availability(quantity, lead_time)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
