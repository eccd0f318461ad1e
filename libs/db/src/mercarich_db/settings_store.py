"""The settings that people change while the system runs: typed, bounded, with history.

`read` returns all values, with defaults. `write` refuses invalid values with a reason. `worker_setting` combines the
three keys of a pool. Facts of the deployment (addresses, keys) are in the environment instead.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, func, insert, literal, select, union_all, update

from mercarich_db.setting_definitions import (
    DEFINITIONS,
    MIN,
    MODE,
    PAUSE,
    PAUSED,
    SELLERS_OWN,
    WORKERS,
    BadSetting,
    Definition,
)
from mercarich_db.tables import seller_settings, settings, settings_history
from mercarich_reasons.settings import LeastAboveMost, MostBelowLeast, NoWorkerSetting, UnknownSetting, WorkersCrossed

__all__ = [
    "DEFINITIONS",
    "BadSetting",
    "Definition",
    "Values",
    "WorkerSetting",
    "is_paused",
    "read",
    "revision",
    "stored",
    "value_of",
    "values_of",
    "worker_setting",
    "write",
    "write_all",
]


@dataclass(frozen=True, slots=True)
class Values:
    """All settings with their values. A stored value that is no longer valid counts as missing."""

    by_key: Mapping[str, int | float | str]

    def integer(self, key: str) -> int:
        return int(self.by_key[key])

    def number(self, key: str) -> float:
        return float(self.by_key[key])

    def text(self, key: str) -> str:
        return str(self.by_key[key])


@dataclass(frozen=True, slots=True)
class WorkerSetting:
    """The setting of one pool: `mode` is auto, fixed or paused; 1 <= low <= high workers."""

    mode: str
    low: int
    high: int


def read(connection: Connection) -> Values:
    return _values_in(frozenset(stored(connection).items()))


def stored(connection: Connection) -> Mapping[str, str]:
    """Return the stored texts by key, valid or not."""
    return {row.key: row.value for row in connection.execute(select(settings.c.key, settings.c.value))}


def value_of(key: str, *texts: str | None) -> int | float | str:
    """Return the first valid one of these, else the default. Pass a seller's own value before the general one."""
    definition = DEFINITIONS[key]
    for text in texts:
        if text is not None:
            with suppress(BadSetting):
                return definition.parse(text)
    return definition.default


def values_of(
    connection: Connection, user_id: int, keys: Collection[str], instead: Mapping[str, str] | None = None
) -> Values:
    """Return these settings of a seller, by one statement: the general values, overridden by the seller's own ones.

    `instead` overrides the seller's own values, to try out others.
    """
    own, general = seller_settings.c, settings.c
    theirs = select(own.key, own.value, literal(True).label("own")).where(own.user_id == user_id, own.key.in_(keys))
    of_all = select(general.key, general.value, literal(False)).where(general.key.in_(keys))
    texts = {(row.key, bool(row.own)): row.value for row in connection.execute(union_all(theirs, of_all))}
    texts |= {(key, True): text for key, text in (instead or {}).items()}
    own_texts = {key: texts.get((key, True)) for key in SELLERS_OWN}
    return Values({key: value_of(key, own_texts.get(key), texts.get((key, False))) for key in keys})


def is_paused(connection: Connection, marketplace: str) -> bool:
    """Return whether people have paused this marketplace (`mercarich pause`)."""
    key = PAUSE + marketplace.upper()
    return connection.execute(select(settings.c.value).where(settings.c.key == key)).scalar() == PAUSED


def revision(connection: Connection) -> int:
    """Return a number that grows with every `write`."""
    return int(connection.execute(select(func.coalesce(func.max(settings_history.c.id), 0))).scalar_one())


def worker_setting(texts: Mapping[str, str], key: str) -> WorkerSetting:
    """Return a pool's setting from its three keys in `texts` (as from `stored`); `key` is one of `WORKERS`.

    Raises `BadSetting` for an unknown key, an invalid text, or a minimum above the maximum.
    """
    if key not in WORKERS:
        raise BadSetting(NoWorkerSetting(key[:40], tuple(WORKERS)))
    high, low, mode = (
        DEFINITIONS[name].parse(texts[name]) if name in texts else DEFINITIONS[name].default
        for name in (key, key + MIN, key + MODE)
    )
    setting = WorkerSetting(str(mode), int(low), int(high))
    if any(name.startswith(PAUSE) and name.removeprefix(PAUSE) in key and texts[name] == PAUSED for name in texts):
        setting = WorkerSetting(PAUSED, setting.low, setting.high)
    if setting.mode == "fixed":
        return WorkerSetting(setting.mode, setting.high, setting.high)
    if setting.low > setting.high:
        raise BadSetting(WorkersCrossed(key, setting.low, setting.high))
    return setting


def write(connection: Connection, key: str, value: str, *, by: str, at: datetime, note: str | None = None) -> None:
    """Store one value and its history. Raises `BadSetting`."""
    write_all(connection, {key: value}, by=by, at=at, note=note)


def write_all(
    connection: Connection, values: Mapping[str, str], *, by: str, at: datetime, note: str | None = None
) -> Mapping[str, str | None]:
    """Store several values, whose agreement is checked once all are stored; return the texts stored before, by key.

    Raises `BadSetting`.
    """
    texts = {key: _parsed(key, value) for key, value in values.items()}
    before = stored(connection)
    for key in texts:
        _refuse_crossed({**before, **texts}, key)
    for key, text in texts.items():
        row = {"value": text, "updated_at": at, "updated_by": by}
        if key not in before:
            connection.execute(insert(settings).values(key=key, **row))
        else:
            connection.execute(update(settings).where(settings.c.key == key).values(**row))
        change = {"key": key, "value_before": before.get(key), "value_after": text, "at": at, "by": by, "note": note}
        connection.execute(insert(settings_history).values(change))
    return {key: before.get(key) for key in texts}


def _parsed(key: str, value: str) -> str:
    definition = DEFINITIONS.get(key)
    if definition is None:
        raise BadSetting(UnknownSetting(key[:40], tuple(DEFINITIONS)))
    return str(definition.parse(value))


def _refuse_crossed(texts: Mapping[str, str], key: str) -> None:
    """Raise `BadSetting` if a pool's minimum is above its maximum."""
    pool = key.removesuffix(MIN)
    if pool not in WORKERS:
        return
    values = _values(texts)
    low, high = values.integer(pool + MIN), values.integer(pool)
    if low <= high:
        return
    if key == pool:
        raise BadSetting(MostBelowLeast(key, high, pool + MIN, low))
    raise BadSetting(LeastAboveMost(key, low, pool, high))


@lru_cache(maxsize=4)  # they are read every few seconds and change a few times a year
def _values_in(texts: frozenset[tuple[str, str]]) -> Values:
    return _values(dict(texts))


def _values(texts: Mapping[str, str]) -> Values:
    return Values({key: value_of(key, texts.get(key)) for key in DEFINITIONS})
