"""The closed catalogue of reasons, and parsing stored ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from mercarich_reasons import (
    account_changes,
    accounts,
    browsers,
    candidates,
    capacity,
    chats,
    creations,
    earnings,
    edits,
    holds,
    imports,
    jobs,
    lead_times,
    looks,
    offers,
    order_searches,
    orders,
    pictures,
    push,
    replacements,
    repricing,
    runs,
    settings,
    sources,
    stock,
    troubles,
)
from mercarich_reasons.reason import Reason, values

_SUBJECTS = (
    stock,
    push,
    replacements,
    candidates,
    chats,
    browsers,
    pictures,
    holds,
    runs,
    looks,
    offers,
    order_searches,
    jobs,
    imports,
    capacity,
    earnings,
    creations,
    repricing,
    settings,
    account_changes,
    accounts,
    orders,
    troubles,
    sources,
    edits,
    lead_times,
)


@dataclass(frozen=True, slots=True)
class OldSentence(Reason):
    """An English sentence, stored by a release that had no codes."""

    text: str


@dataclass(frozen=True, slots=True)
class LaterCode(Reason):
    """A code of a later release, or one with values that this release cannot read."""

    name: str
    given: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.given.items())
        return f"{self.name}({values})" if values else self.name


CATALOGUE: Mapping[str, type[Reason]] = {
    each.code: each
    for each in (
        *(one for subject in _SUBJECTS for one in vars(subject).values() if isinstance(one, type)),
        OldSentence,
    )
    if issubclass(each, Reason) and each is not Reason
}
"""Code -> class. Each code has words in all languages."""


def coded(reason: Reason | None) -> tuple[str, Mapping[str, Any]] | None:
    """Return the code and the values, for programs."""
    if reason is None:
        return None
    if isinstance(reason, LaterCode):
        return reason.name, reason.given
    return reason.code, values(reason)


def loads(text: str) -> Reason:
    """Parse a stored reason. Never raises: other texts become an `OldSentence`, unknown codes a `LaterCode`."""
    if not text.startswith('{"code"'):
        return OldSentence(text)
    try:
        stored = orjson.loads(text)
    except orjson.JSONDecodeError:
        return OldSentence(text)
    given = stored.get("values")
    return _read(str(stored["code"]), given if isinstance(given, dict) else {})


def _read(code: str, given: Mapping[str, Any]) -> Reason:
    if code not in CATALOGUE:
        return LaterCode(code, given)
    try:
        return _adapter(code).validate_python(given)
    except ValidationError:
        return LaterCode(code, given)


@cache
def _adapter(code: str) -> TypeAdapter[Reason]:
    return TypeAdapter(CATALOGUE[code])
