"""arq: `arq bench.peers.arq_jobs.Worker`, 256 jobs at once on one loop; `python -m bench.peers.arq_jobs` produces.

Alone in its venv, and so without `work`: aiohttp, asyncmy and uvloop, one session and one pool a process.
"""

import asyncio
import os
from typing import Any, ClassVar

import aiohttp
import asyncmy
import orjson
import uvloop
from arq import create_pool
from arq.connections import RedisSettings

SOURCE = os.environ["BENCH_SOURCE_URL"]
MARKET = os.environ["BENCH_MARKET"]
DATABASE = os.environ["BENCH_DATABASE_URL"]
REDIS = RedisSettings.from_dsn(os.environ["BENCH_REDIS_URL"])
ITEMS = int(os.environ["BENCH_ITEMS"])
SLOTS = 256
CHUNK = 500

uvloop.install()


async def check(context: dict[str, Any], row: int, item_id: str, known: str) -> None:
    path = f"items/get?id={item_id}" if MARKET == "mercari" else f"jp/auction/{item_id}"
    async with context["session"].get(f"{SOURCE}/{path}") as answer:
        answer.raise_for_status()
        body = await answer.read()
    state = state_of(body)
    if state != known:
        async with context["pool"].acquire() as connection, connection.cursor() as cursor:
            await cursor.execute("UPDATE items SET state = %s WHERE id = %s", (state, row))


def state_of(body: bytes) -> str:
    if MARKET == "mercari":
        return str(orjson.loads(body)["data"]["status"])
    start = body.index(b">", body.index(b'id="__NEXT_DATA__"')) + 1
    document = orjson.loads(body[start : body.index(b"</script>", start)])
    status = document["props"]["pageProps"]["initialState"]["item"]["detail"]["item"]["status"]
    return "on_sale" if status == "open" else "sold_out"


async def start(context: dict[str, Any]) -> None:
    context["session"] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=SLOTS))
    host, port, user, name = DATABASE.split("|")
    context["pool"] = await asyncmy.create_pool(
        host=host, port=int(port), user=user, db=name, minsize=1, maxsize=16, autocommit=True
    )


async def end(context: dict[str, Any]) -> None:
    await context["session"].close()
    context["pool"].close()
    await context["pool"].wait_closed()


class Worker:
    functions: ClassVar = [check]
    on_startup = start
    on_shutdown = end
    redis_settings = REDIS
    max_jobs = SLOTS
    keep_result = 0
    poll_delay = 0.05
    max_tries = 3


async def produce() -> None:
    letter, width = {"mercari": ("m", 11), "yahoo": ("x", 10)}[MARKET]
    redis = await create_pool(REDIS)
    for first in range(1, ITEMS + 1, CHUNK):
        rows = range(first, min(first + CHUNK, ITEMS + 1))
        jobs = (redis.enqueue_job("check", row, f"{letter}{row:0{width}d}", "on_sale") for row in rows)
        await asyncio.gather(*jobs)
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(produce())
