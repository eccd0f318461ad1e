"""Read JSON of unknown shape: each function returns None, or an empty collection, for a value of another type.

`flag` and `part` raise instead: on them hangs whether an item can be bought.
"""

from datetime import UTC, datetime
from typing import Any

import orjson

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Fault


def parse(body: bytes | bytearray | memoryview | str) -> Any:
    """Return the JSON value, or None for invalid JSON and for JSON's null."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def at(value: Any, *path: str) -> Any:
    """Return the value at `path` in nested objects, or None when a step is missing or is not an object."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def flag(value: Any) -> bool:
    """Return a flag, false where it is missing. Raise `Fault` for any other type: "no" must not be read as true."""
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Fault(Reason.UNPARSABLE, f"a flag is {value!r:.40}")


def part(value: Any) -> dict[str, Any] | None:
    """Return an object, None where it is missing. Raise `Fault` for any other type."""
    if value is None or isinstance(value, dict):
        return value
    raise Fault(Reason.UNPARSABLE, f"an object is {value!r:.40}")


def rows(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, without its elements of other types."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def identifier(value: Any) -> str | None:
    """Return an id as text: some endpoints write ids as numbers, others as strings. 0 and "0" mean none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        value = str(value)
    return value if isinstance(value, str) and value not in ("", "0") else None


def integer(value: Any) -> int | None:
    """Return a whole number, also from a string of digits. The range is limited so that it fits any column."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and 0 < len(value) <= 18 and value.isascii() and value.removeprefix("-").isdigit():
        value = int(value)
    return value if isinstance(value, int) and abs(value) < 10**15 else None


def positive(value: Any) -> int | None:
    number = integer(value)
    return number if number is not None and number > 0 else None


def strings(value: Any) -> tuple[str, ...]:
    """Return the texts of a list in order, without duplicates."""
    return tuple(dict.fromkeys(v for v in value if isinstance(v, str) and v)) if isinstance(value, list) else ()


def unix_time(value: Any) -> datetime | None:
    """Return Unix seconds as an aware UTC time; 0 means none."""
    seconds = positive(value)
    if seconds is None or seconds > 32_503_680_000:  # after the year 3000: the unit is not seconds
        return None
    return datetime.fromtimestamp(seconds, UTC)


def iso_time(value: Any) -> datetime | None:
    """Return an ISO 8601 time as aware UTC, or None when it has no zone."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        return None
    return moment.astimezone(UTC)
