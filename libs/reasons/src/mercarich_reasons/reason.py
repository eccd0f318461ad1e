"""The base of every reason, and the form in which reasons are stored."""

import re
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any, ClassVar

import orjson

LONGEST_TEXT = 200
"""Maximum number of stored characters of a text value; Amazon's messages about a listing can be longer."""
LONGEST = 600
"""Maximum number of characters of a stored reason: the size of its columns."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something happened. Each subclass is one code; its fields are the values.

    The code is the class's name in snake case: `SourceSeen` is `source_seen`. It is in stored rows and in the API, so
    a class must not be renamed without a migration.
    """

    code: ClassVar[str] = "reason"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def __str__(self) -> str:
        """Return the code with its values, for logs."""
        values = ", ".join(f"{field.name}={getattr(self, field.name)}" for field in fields(self))
        return f"{self.code}({values})" if values else self.code


def values(reason: Reason, longest: int = LONGEST_TEXT) -> dict[str, Any]:
    """Return the values in types that JSON has; texts are cut to `longest` characters, but no name of a closed set."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(asdict(reason)))
    return {
        name: value if isinstance(getattr(reason, name), Enum) else _cut(value, longest)
        for name, value in plain.items()
        if value is not None
    }


def dumps(reason: Reason) -> str:
    """Return `{"code": …, "values": {…}}` with at most `LONGEST` characters."""
    longest = LONGEST_TEXT
    while True:
        text = orjson.dumps({"code": reason.code, "values": values(reason, longest)}).decode()
        if len(text) <= LONGEST:
            return text
        longest //= 2


def _cut(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return value[:longest]
    return [_cut(one, longest) for one in value[: max(1, longest // 10)]] if isinstance(value, list) else value
