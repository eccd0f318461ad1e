"""The pages of one seller with 50,000 listings on SQLite (W2): a small machine's shop, every page a hundred times.

The requests are sequential, as from one person. A time is from the request to the last byte of the response, compressed
as for a browser; the first request of each page counts, too.
"""

import asyncio
import hashlib
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from bench import pages
from bench.harness.processes import processes
from bench.harness.result import Goal, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import digits, percentile, spread
from bench.harness.turns import steps
from sqlalchemy import Connection, Engine, insert
from sqlalchemy import Table as SqlTable

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_db import schema, tables
from mercarich_db.engine import create, run_tx
from mercarich_local.child import search_path
from mercarich_platform.clock import utc_now
from mercarich_reasons.reason import Reason
from mercarich_reasons.stock import SourceSeen

LISTINGS = 50_000
ROUNDS = 100
SOLD_EVERY = 20
SELLER = 1
TOKEN = "bench"
SOLD_OUT = SourceSeen(State.SOLD, StateReason.SOLD_OUT)
AT_ONCE = 5_000
"""Rows per statement."""


def run(scale: Scale) -> Result:
    listings, rounds = scale.of(LISTINGS, 400), scale.of(ROUNDS, 2)
    with TemporaryDirectory() as folder, steps("one_shop", 2) as step:
        url = f"sqlite:///{folder}/shop.db"
        step(f"{listings:,} listings")
        engine = create(url)
        schema.upgrade(engine)
        _fill(engine, listings)
        engine.dispose()
        logs = Path(folder) / "logs"
        logs.mkdir()
        environment = {
            "PATH": search_path(os.environ, Path(sys.executable).parent),
            "MERCARICH_DATABASE_URL": url,
            "MERCARICH_KAFKA_BOOTSTRAP": "127.0.0.1:9",
            "MERCARICH_METRICS_HOST": "127.0.0.1",
        }
        with processes(logs) as started:
            site = pages.serve(started, environment)
            step(f"{len(pages.PAGES)} pages, {rounds} times")
            visits = asyncio.run(_visit(site.url, rounds))
    slowest = max(percentile(visits.milliseconds[page], 0.95) for page in pages.PAGES)
    what = f"pages of one seller, {listings:,} listings on SQLite: p95 of the slowest page"
    goal = Goal(id="W2", what=what, unit="ms", at_most=100.0, value=spread([slowest]))
    rows = [_row(page, visits) for page in [*pages.PAGES, pages.AFTERWARDS]]
    table = Table(["page", "kB", "first look: ms", "p50 ms", "p95 ms"], rows)
    return Result(goals=[goal], tables={"one_shop": table}, figures={"answers": len(visits.all)})


async def _visit(url: str, rounds: int) -> pages.Visits:
    visits, cached = pages.Visits(), set[str]()
    async with aiohttp.ClientSession(url, cookies={"mercarich": TOKEN}, auto_decompress=False) as session:
        for number in range(rounds):
            for name, path in pages.PAGES.items():
                withdrawn = SOLD_EVERY * (1 + number)
                await pages.open_page(session, name, path.format(withdrawn=withdrawn, seller=SELLER), visits, cached)
    return visits


def _row(page: str, visits: pages.Visits) -> list[str]:
    times = visits.milliseconds[page]
    size = digits(visits.largest[page] / 1_000)
    return [page, size, digits(times[0]), digits(percentile(times, 0.5)), digits(percentile(times, 0.95))]


def _fill(engine: Engine, listings: int) -> None:
    now = utc_now()
    numbers = range(1, listings + 1)
    sold = numbers[SOLD_EVERY - 1 :: SOLD_EVERY]
    listed = [_event(number, now - timedelta(days=60), "listed") for number in numbers]
    withdrawn = [_event(number, _gone(number, now), "withdrawn", reason=SOLD_OUT) for number in sold]
    pushed = [_event(one["listing_id"], one["at"] + timedelta(seconds=40), "push_accepted") for one in withdrawn]

    def fill(connection: Connection) -> None:
        _people(connection, now)
        _add(connection, tables.source_items, [_source(number, now) for number in numbers])
        _add(connection, tables.listings, [_listing(number, now) for number in numbers])
        _add(connection, tables.listing_events, [*listed, *withdrawn, *pushed])

    run_tx(engine, fill)


def _people(connection: Connection, now: datetime) -> None:
    user = {"id": SELLER, "username": "ann", "plan": 2, "active": True, "is_staff": False, "created_at": now}
    connection.execute(insert(tables.users).values(user))
    account = {"user_id": SELLER, "seller_id": "A1", "marketplace_id": "M", "refresh_token": ""}
    connection.execute(insert(tables.amazon_accounts).values(**account, token_verdict="valid"))
    connection.execute(insert(tables.logins).values(user_id=SELLER, password_hash="", password_at=now))
    times = dict.fromkeys(("created_at", "seen_at", "confirmed_at"), now)
    session = {"token_hash": hashlib.sha256(TOKEN.encode()).hexdigest(), "user_id": SELLER, "address": "", "agent": ""}
    connection.execute(insert(tables.sessions).values(**session, **times, half=False))
    numbers = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    job = {"id": SELLER, "user_id": SELLER, "kind": "import", "state": "running", "phase": "reading", "cursor": "{}"}
    times = {"created_at": now, "heartbeat_at": now}
    connection.execute(insert(tables.jobs).values(**job, **numbers, **times, arguments="{}", created_by="ann"))


def _gone(number: int, now: datetime) -> datetime:
    return now - timedelta(days=number % 14, hours=1)


def _source(number: int, now: datetime) -> dict[str, Any]:
    gone = number % SOLD_EVERY == 0
    return {
        "id": number,
        "marketplace": "mercari",
        "item_id": f"m{number:011}",
        "title": f"フィルムカメラ {number} 動作確認済み",
        "state": "sold" if gone else "available",
        "reason": "sold_out" if gone else None,
        "price_jpy": 3_000,
        "observed_at": now - timedelta(hours=6),
        "checked_at": now - timedelta(hours=6),
        **dict.fromkeys(("check_rank", "check_attempts", "check_unknowns"), 0),
    }


def _listing(number: int, now: datetime) -> dict[str, Any]:
    gone = number % SOLD_EVERY == 0
    shown, revision = (0, 2) if gone else (1, 1)
    return {
        "id": number,
        "user_id": SELLER,
        "sku": f"S{number:08}",
        "title": f"フィルムカメラ {number} 動作確認済み",
        "marketplace": "mercari",
        "source_item_id": number,
        "listed": True,
        "listing_quantity": 1,
        "created_at": now - timedelta(days=60),
        "changed_at": now - timedelta(minutes=number),
        "withdrawn_at": _gone(number, now) if gone else None,
        "searching": gone,
        "quantity": shown,
        "pushed_quantity": shown,
        "revision": revision,
        "pushed_revision": revision,
        "push_attempts": 0,
        "orphan": False,
    }


def _event(number: int, at: datetime, kind: str, reason: Reason | None = None) -> dict[str, Any]:
    shown = {"quantity_before": 1, "quantity_after": 1 if kind == "listed" else 0, "revision": 2}
    return {"listing_id": number, "user_id": SELLER, "at": at, "kind": kind, "reason": reason, **shown}


def _add(connection: Connection, table: SqlTable, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(insert(table), rows[start : start + AT_ONCE])
