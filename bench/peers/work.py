"""The job of every peer but arq: fetch an item's page, read its state, write what changed.

Each process has one HTTP session and one database engine (requests, orjson, SQLAlchemy with PyMySQL). A job carries the
known state, so that an unchanged item costs the database nothing. The settings come from the environment.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from functools import cache

import orjson
import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import Engine, bindparam, create_engine, text

SOURCE = os.environ["BENCH_SOURCE_URL"]
MARKET = os.environ["BENCH_MARKET"]
DATABASE = os.environ["BENCH_DATABASE_URL"]
REDIS = os.environ["BENCH_REDIS_URL"]
ITEMS = int(os.environ["BENCH_ITEMS"])
BATCH = int(os.environ.get("BENCH_BATCH", "1"))

Known = tuple[int, str, str]
"""Row, item, known state."""


def check(items: Sequence[Known]) -> None:
    """The job. It makes one statement for the rows of each new state."""
    changed: dict[str, list[int]] = {}
    for row, item_id, known in items:
        state = state_of(fetch(item_id))
        if state != known:
            changed.setdefault(state, []).append(row)
    if changed:
        with engine().begin() as connection:
            for state, rows in changed.items():
                connection.execute(_UPDATE, {"state": state, "rows": sorted(rows)})


def jobs() -> Iterator[list[Known]]:
    """Yield the jobs of the producer: all items, `BATCH` per job."""
    letter, width = {"mercari": ("m", 11), "yahoo": ("x", 10)}[MARKET]
    for first in range(1, ITEMS + 1, BATCH):
        rows = range(first, min(first + BATCH, ITEMS + 1))
        yield [(row, f"{letter}{row:0{width}d}", "on_sale") for row in rows]


def fetch(item_id: str) -> bytes:
    path = f"items/get?id={item_id}" if MARKET == "mercari" else f"jp/auction/{item_id}"
    answer = session().get(f"{SOURCE}/{path}", timeout=10)
    answer.raise_for_status()
    body: bytes = answer.content
    return body


def state_of(body: bytes) -> str:
    if MARKET == "mercari":
        return str(orjson.loads(body)["data"]["status"])
    start = body.index(b">", body.index(b'id="__NEXT_DATA__"')) + 1
    document = orjson.loads(body[start : body.index(b"</script>", start)])
    status = document["props"]["pageProps"]["initialState"]["item"]["detail"]["item"]["status"]
    return "on_sale" if status == "open" else "sold_out"


@cache
def engine() -> Engine:
    return create_engine(DATABASE, pool_size=int(os.environ.get("BENCH_THREADS", "1")))


def session() -> requests.Session:
    """A session for each thread: requests does not guarantee that threads may share one."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
    found: requests.Session = _local.session
    return found


_local = threading.local()
_UPDATE = text("UPDATE items SET state = :state WHERE id IN :rows").bindparams(bindparam("rows", expanding=True))
