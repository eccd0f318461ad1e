"""The page of `mercarich pools`."""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_web.console.output import ago, cell, table
from mercarich_web.workers.pools import SILENT, PoolState, PoolStates


def page(answer: PoolStates) -> RenderableType:
    if not answer.pools:
        return Text(
            "nobody has seen to any pool here: `mercarich up` does on one machine, and the operator on Kubernetes"
        )
    headings = ["pool", "setting", "wanted", "min", "max", "pods", "ready", "backlog", "lag", "seen"]
    parts: list[RenderableType] = [table(headings, [_row(pool, answer.at) for pool in answer.pools])]
    parts += [cell(f"{pool.pool}: {note}", "yellow") for pool in answer.pools for note in _notes(pool, answer.revision)]
    return Group(*parts)


def _row(pool: PoolState, now: datetime) -> list[object]:
    seen = ago(pool.seen_at, now)
    if now - pool.seen_at > SILENT:
        seen.stylize("bold red")
    wanted = f"{pool.wanted_min}..{pool.wanted_max}" if pool.wanted_min < pool.wanted_max else str(pool.wanted_max)
    pods = str(pool.current) if pool.current == pool.desired else f"{pool.current} -> {pool.desired}"
    ready = cell(pool.ready, "" if pool.ready == pool.desired else "yellow")
    setting = cell(pool.settings_key)
    return [
        pool.pool, setting, f"{pool.mode} {wanted}", pool.min, pool.max, pods, ready, pool.backlog, pool.lag, seen,
    ]  # fmt: skip


def _notes(pool: PoolState, revision: int) -> list[str]:
    notes = [pool.reasons] if pool.reasons else []
    if pool.revision < revision:
        notes.append("a setting was changed since the pool was last seen")
    return notes
