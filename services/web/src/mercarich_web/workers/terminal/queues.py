"""The page of `mercarich queue info`."""

from collections.abc import Sequence

from rich.console import Group, RenderableType

from mercarich_web.console.output import cell, number, plain, section, span, table
from mercarich_web.workers.queues import Pool, Queues


def page(answer: Queues) -> RenderableType:
    broker = pool_table(answer.pools) if answer.broker.ok else cell(answer.broker.problem, "bold red")
    parts = [section("queues", broker)]
    if answer.unfinished:
        rows = [
            [plain(each.run_id), f"{each.operation} {each.marketplace}", each.rows, each.batches]
            for each in answer.unfinished
        ]
        parts.append(section("unfinished", table(["run", "what", "left", "batches"], rows)))
    return Group(*parts)


def pool_table(pools: Sequence[Pool]) -> RenderableType:
    headings = ["pool", "topic", "workers", "lag", "oldest", "partitions", "dead letters"]
    return table(headings, [_row(pool) for pool in pools])


def _row(pool: Pool) -> list[object]:
    workers = cell(pool.workers or 0, "" if pool.workers else "bold red")
    age = None if pool.oldest_age_seconds is None else span(pool.oldest_age_seconds)
    return [pool.name, pool.topic, workers, pool.lag, age, pool.partitions, number(pool.dead_letters, "bold red")]
