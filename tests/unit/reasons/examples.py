"""An example of every reason, made from the types of its fields."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import CATALOGUE

AT = datetime(2026, 11, 25, 5, 3, tzinfo=UTC)


def example(shape: type[Reason], *, text: str = "x1", missing: bool = False) -> Reason:
    """`text` is the value of every text; `missing` leaves out optional values."""
    hints = get_type_hints(shape)
    return shape(**{field.name: _value(hints[field.name], text, missing) for field in fields(shape)})


def examples() -> Sequence[Reason]:
    """One example of every code."""
    return [example(shape) for shape in CATALOGUE.values()]


def _value(hint: Any, text: str, missing: bool) -> Any:
    if get_origin(hint) is UnionType or NoneType in get_args(hint):
        return None if missing else _value(next(one for one in get_args(hint) if one is not NoneType), text, missing)
    if get_origin(hint) is tuple:
        return (_value(get_args(hint)[0], text, missing),) * 2
    if issubclass(hint, Enum):
        return next(iter(hint))
    known: Mapping[type, Any] = {str: text, int: 7, float: 0.5, bool: True, datetime: AT}
    return known[hint]
