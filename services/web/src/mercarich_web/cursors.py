"""Where a page goes on, as it stands in an address: parts of which only the last may hold a bar."""

import base64
from collections.abc import Sequence

LONGEST = 400


def packed(*parts: str) -> str:
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def unpacked(text: str, parts: int) -> Sequence[str]:
    """As many as were packed. Raises `ValueError` for what is none of ours."""
    text = text[:LONGEST]
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|", parts - 1)
    if len(found) != parts:
        raise ValueError("a part is missing")
    return found
