"""What came back of a call."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """By name in small letters."""
    body: bytes
    """Its beginning."""

    def text(self) -> str:
        return self.body.decode(errors="replace").strip()

    def json(self) -> Mapping[str, object]:
        """Return the body's object; an empty one when it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}
