"""Results as JSON for programs. An object with a reason has the English sentence, with the reason's code and values
beside it."""

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import coded
from mercarich_reasons.telling import Language, tell

_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def json_text(answer: object) -> str:
    """Return the result as JSON. Times are ISO 8601 in UTC; `reason_code` and `reason_values` follow the field that
    holds a reason."""
    return _ANYTHING.dump_json(_plain(answer), indent=2).decode() + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Reason):  # one of several
        code, values = coded(value) or (None, None)
        return {"text": tell(value, Language.EN), "reason_code": code, "reason_values": values}
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _fields(value: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    shape: Any = type(value)
    reasons = _reasons(shape)
    for field in fields(value):
        held = getattr(value, field.name)
        if field.name in reasons:
            code, values = coded(held) or (None, None)
            sentence = None if held is None else tell(held, Language.EN)
            told |= {field.name: sentence, "reason_code": code, "reason_values": values}
        else:
            told[field.name] = _plain(held)
    return told


@cache
def _reasons(shape: Hashable) -> frozenset[str]:
    """Return the names of the fields that hold one reason: one field at most."""
    hints = get_type_hints(shape)
    found = frozenset(name for name, hint in hints.items() if get_origin(hint) is not tuple and _may_be(hint))
    assert len(found) <= 1, shape
    return found


def _may_be(hint: Any) -> bool:
    return Reason in (hint, *get_args(hint))
