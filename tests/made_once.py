"""What each application makes again from the same parts, made once in a process of tests.

A test of the pages serves an application of its own, and a process of tests serves hundreds. Their routes have the same
parameters, their templates the same sources, and their clients the same certificate authorities, which a service makes
or reads once, at its start. What differs between two applications stays their own: routes, settings, database.
"""

import os
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, get_args, get_origin

import fastapi.dependencies.utils as dependencies
import fastapi.routing as routing
import httpx._transports.default as http_transports
from fastapi._compat.v2 import ModelField
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from pydantic.fields import FieldInfo

from mercarich_web.site import rendering
from mercarich_web.site.assets import Assets

Key = Hashable
_make_field = dependencies.create_model_field
_make_body = dependencies.create_body_model
_make_environment = rendering._environment
_read_authorities = http_transports.create_ssl_context
_fields: dict[Key, ModelField] = {}
_bodies: dict[Key, Any] = {}
_PLAIN = frozenset({str, int, float, bool, type})
_OF_FIELDS = [name for name in FieldInfo.__slots__ if not name.startswith("_")]
_kept: list[object] = []
"""What is told apart by its place in memory alone, which must not become another's."""


def make_once() -> None:
    """Let this process make these once, from now on."""
    dependencies.create_model_field = routing.create_model_field = _field
    dependencies.create_body_model = _body
    rendering.Assets = cache(Assets)
    rendering._environment = _environment
    http_transports.create_ssl_context = _authorities


def _field(name: str, type_: Any, *more: Any, **given: Any) -> ModelField:
    """Return the validator of a route's parameter, of its body or of what it returns."""
    key = _key((name, type_, more, given))
    if key not in _fields:
        _fields[key] = _make_field(name, type_, *more, **given)
    return _fields[key]


def _body(*, fields: Any, model_name: str, config: Any = None) -> Any:
    """Return the model of a form's fields."""
    key = _key((model_name, [(field.name, field.field_info) for field in fields], config))
    if key not in _bodies:
        _bodies[key] = _make_body(fields=fields, model_name=model_name, config=config)
    return _bodies[key]


def _key(value: Any) -> Key:
    """Return what is equal for what makes equal validators: types are the same objects, values are equal."""
    if value is None or type(value) in _PLAIN:
        return type(value), value
    if isinstance(value, FieldInfo):
        told = [(name, getattr(value, name, None)) for name in _OF_FIELDS] + [*getattr(value, "__dict__", {}).items()]
        return type(value), *((name, _key(one)) for name, one in told if one is not None)
    if isinstance(value, list | tuple):
        return type(value), *(_key(one) for one in value)
    if isinstance(value, Mapping):
        return type(value), *((name, _key(one)) for name, one in value.items())
    if (origin := get_origin(value)) is not None:
        return origin, *(_key(one) for one in get_args(value))
    try:
        hash(value)
    except TypeError:
        _kept.append(value)
        return type(value), id(value)
    return type(value), value


class _Templates(BytecodeCache):
    """The compiled templates of one language: what is constant in them is made when they are compiled."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.code


_templates = cache(lambda language: _Templates())


def _environment(language: str, assets: Assets, shown: Mapping[str, object]) -> Environment:
    environment = _make_environment(language, assets, shown)
    environment.bytecode_cache = _templates(language)
    return environment


def _authorities(verify: Any = True, cert: Any = None, trust_env: bool = True) -> Any:
    """Return the certificate authorities that httpx comes with."""
    named = trust_env and (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"))
    if verify is True and cert is None and not named:
        return _those_of_httpx()
    return _read_authorities(verify=verify, cert=cert, trust_env=trust_env)


@cache
def _those_of_httpx() -> Any:
    return _read_authorities()
