"""Reading foreign JSON without trust: each function answers None for whatever is not what it reads."""

from datetime import UTC, datetime
from typing import Any

import orjson


def parse(body: bytes | bytearray | memoryview | str) -> Any:
    """The JSON value, or None when it is not JSON (JSON's own null reads the same, and is as useless)."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def at(value: Any, *path: str) -> Any:
    """The value below nested objects, or None when a step is missing or is not an object."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else in it is left out."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def identifier(value: Any) -> str | None:
    """An id that one endpoint writes as a number and the other as a string; 0 and "0" mean none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        value = str(value)
    return value if isinstance(value, str) and value not in ("", "0") else None


def integer(value: Any) -> int | None:
    """A whole number, also as a string of digits. A sane range keeps it inside any column."""
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
    """The texts of a list, each once, in order."""
    return tuple(dict.fromkeys(v for v in value if isinstance(v, str) and v)) if isinstance(value, list) else ()


def unix_time(value: Any) -> datetime | None:
    """Seconds since 1970 as aware UTC; 0 means none."""
    seconds = positive(value)
    if seconds is None or seconds > 32_503_680_000:  # year 3000: not seconds
        return None
    return datetime.fromtimestamp(seconds, UTC)


def iso_time(value: Any) -> datetime | None:
    """An ISO time with its zone as aware UTC; without a zone it is not a time."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        return None
    return moment.astimezone(UTC)
