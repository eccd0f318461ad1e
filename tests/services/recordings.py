"""Recorded responses of the real marketplaces, which are not part of the repository, and ways to damage them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_VARIABLE = "MERCARICH_RECORDED_DATA"
_DEFAULT = Path(__file__).parents[2].parent / "shared" / "data"


def recorded(*path: str) -> Path:
    """Return a file or folder of the recordings. Skips the test, with the reason, when they are missing."""
    if (found := folder(*path)) is None:
        pytest.skip(f"no recordings: {_VARIABLE} names no folder, and {_DEFAULT.name} is not beside the repository")
    return found


def folder(*path: str) -> Path | None:
    """Return a file or folder of the recordings; None: they are missing."""
    all_of_them = Path(os.environ.get(_VARIABLE) or _DEFAULT)
    return all_of_them.joinpath(*path) if all_of_them.is_dir() else None


def recorded_errors(marketplace: str) -> list[tuple[int, bytes, str]]:
    """Return status, body and endpoint of every recorded error response."""
    listed = json.loads(recorded(marketplace, "errors.json").read_text())["errors"]
    return [(each["status"], _body(each), each.get("endpoint", "")) for each in listed]


def without_each_part(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the JSON value without each of its keys and list entries, one at a time, at every depth."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(parts):
        yield f"/{key}", _without(value, key)
        for path, damaged in without_each_part(inner):
            yield f"/{key}{path}", _with(value, key, damaged)


def _without(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if name != key}
    return [inner for index, inner in enumerate(value) if index != key]


def _with(value: Any, key: Any, inner: Any) -> Any:
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[key] = inner
    return changed


def _body(error: dict[str, Any]) -> bytes:
    if "body" in error:
        return json.dumps(error["body"], ensure_ascii=False).encode()
    return str(error.get("body_text", "")).encode()
