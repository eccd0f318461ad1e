"""The pages at 1,000,000 listings (W1): 80 sellers clicking at the same time, with progress streaming to each, on
MariaDB.

Each seller opens a page, reads for two seconds on average and goes on, among pages of every kind, at one of two
processes; 80 streams stay open meanwhile. After a time that is not counted, it is measured twice: first alone, then
during a check run of 100,000 sources at 200 a second on the same machine. A time is from the request to the last byte
of the response, compressed as for a browser.
"""

import asyncio
import gzip
import random
import re
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
from bench import shops
from bench.harness import cpu
from bench.harness.parts import market, parts
from bench.harness.processes import Processes, processes
from bench.harness.result import Goal, NotExact, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import digits, percentile, spread
from bench.harness.turns import steps
from bench.ours import Product, Setup, is_ready
from bench.source_pages import SOLD_EVERY
from tests.services.process import free_port

LISTINGS = 1_000_000
REPLICAS = 2
"""Processes of the pages, the chart's minimum; a browser's connections stay with one of them."""
SECONDS = 60.0
READING_SECONDS = 2.0
CHECKS_A_SECOND = 200
WITHDRAWN = SOLD_EVERY * shops.SELLERS
"""Distance between the numbers of two withdrawn listings of a seller."""
PAGES = {
    "home": "/",
    "listings": "/listings",
    "listings by SKU": "/listings?sort=sku",
    "listings, searching": "/listings?view=searching",
    "listings, a word": "/listings?q=カメラ",
    "why page": "/listings/{withdrawn}",
    "replacements": "/replacements",
    "jobs": "/jobs",
    "a job": "/jobs/{seller}",
    "rules": "/rules",
    "notices": "/notices",
    "Amazon": "/amazon",
}
AFTERWARDS = "home's fortnight, where it comes after the page"
PICTURE = "a picture of a row"
IN_VIEW = 8
"""Rows of a table that a browser shows without scrolling: it requests their pictures alone."""
_PICTURES = re.compile(rb'<img src="(/listings/[0-9]+/pictures/0)"')


def run(scale: Scale) -> Result:
    listings, seconds = scale.of(LISTINGS, 8_000), scale.of(SECONDS, 3.0)
    with parts(buffer_pool=scale.of("2G", "128M")) as real, market() as source, steps("pages", 4) as step:
        step(f"{listings:,} listings")
        product = Product(real, Setup(marketplace="mercari", batch_items=50))
        shops.fill(product.engine, listings)
        with processes(real.folder / "pages-logs") as started:
            proxy = free_port()
            rate = {"MERCARI_PROXY_RATE_PER_SECOND": str(CHECKS_A_SECOND)}
            environment = {**product.environment(source, proxy), **rate}
            shops.keep_pictures(started.log("x").parent / "pictures")
            sites = [serve(started, environment, number) for number in range(1, REPLICAS + 1)]
            urls = [site.url for site in sites]
            step("warming up")
            asyncio.run(_visits(urls, listings, seconds / 3))
            step("sellers alone")
            alone = asyncio.run(_visits(urls, listings, seconds))
            step("beside a check run")
            product.start_workers(started, [environment], [proxy])
            started.start("planner", product.planner(), environment)
            started.wait(lambda: source.figures()["items"] > 0, "the check run asks the market")
            beside = asyncio.run(_visits(urls, listings, seconds))
            checked = source.figures()["items"]
            if checked < scale.of(0.8 * CHECKS_A_SECOND * seconds, 1):
                raise NotExact(f"pages: only {checked} sources were checked beside the sellers")
            memory = cpu.memory_megabytes(cpu.descendants([site.pid for site in sites]))
        product.engine.dispose()
    return _result(listings, {"alone": alone, "beside a check": beside}, checked, memory)


@dataclass(frozen=True, slots=True)
class Site:
    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Visits:
    milliseconds: Mapping[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    largest: dict[str, int] = field(default_factory=dict)
    """Bytes on the wire, by page."""
    streamed: list[int] = field(default_factory=lambda: [0])

    @property
    def all(self) -> list[float]:
        return [one for some in self.milliseconds.values() for one in some]


def serve(started: Processes, environment: Mapping[str, str], number: int = 1) -> Site:
    port, metrics = free_port(), free_port()
    own = {**environment, "MERCARICH_METRICS_PORT": str(metrics), "MERCARICH_DATA_DIR": str(started.log("x").parent)}
    pid = started.start(f"web-{number}", ("mercarich-web", "serve", "--port", str(port)), own).pid
    started.wait(lambda: is_ready(metrics), "pages ready")
    return Site(f"http://127.0.0.1:{port}", pid)


async def _visits(urls: Sequence[str], listings: int, seconds: float) -> Visits:
    """Request the page. Raises `NotExact` when the response is not that page."""
    visits, until = Visits(), time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for seller in range(1, shops.SELLERS + 1):
            group.create_task(_seller(urls[seller % len(urls)], seller, listings, until, visits))
    return visits


async def _seller(url: str, seller: int, listings: int, until: float, visits: Visits) -> None:
    chance = random.Random(seller)
    cookies = {"mercarich": shops.token(seller)}
    # The same limit as a browser's, and a network of the seller's own, as the pages give each network its share.
    connector = aiohttp.TCPConnector(limit=6, local_addr=(f"127.0.{seller}.1", 0))
    async with aiohttp.ClientSession(url, cookies=cookies, connector=connector, auto_decompress=False) as session:
        stream = asyncio.create_task(_stream(session, seller, visits))
        await asyncio.sleep(chance.uniform(0, READING_SECONDS))
        cached = set[str]()
        while time.monotonic() < until:
            name = chance.choice(list(PAGES))
            place = chance.randrange(max(1, listings // WITHDRAWN)) * WITHDRAWN + seller * SOLD_EVERY
            await open_page(session, name, PAGES[name].format(withdrawn=place, seller=seller), visits, cached)
            await asyncio.sleep(chance.uniform(0, 2 * READING_SECONDS))
        stream.cancel()
        (wrong,) = await asyncio.gather(stream, return_exceptions=True)
        if isinstance(wrong, Exception):
            raise wrong


async def open_page(session: aiohttp.ClientSession, name: str, path: str, visits: Visits, cached: set[str]) -> None:
    """Request the page, and then what a browser would request for it: of its pictures those that are not `cached`,
    since a browser may keep them for an hour. Raises `NotExact` when a response is not what was requested."""
    body = await _get(session, name, path, visits)
    shown = gzip.decompress(body)
    if name == "home" and b'hx-get="/fortnight"' in shown:
        await _get(session, AFTERWARDS, "/fortnight", visits)
    pictures = [found.decode() for found in _PICTURES.findall(shown)][:IN_VIEW]
    wanted = [picture for picture in pictures if picture not in cached]
    cached.update(wanted)
    await asyncio.gather(*(_get(session, PICTURE, picture, visits) for picture in wanted))


async def _get(session: aiohttp.ClientSession, name: str, path: str, visits: Visits) -> bytes:
    """Read the body, still compressed."""
    began = time.monotonic()
    async with session.get(path, headers={"Accept-Encoding": "gzip"}, allow_redirects=False) as answer:
        body = await answer.read()
    if answer.status != 200 or not body:
        raise NotExact(f"pages: {path} answered {answer.status}")
    visits.milliseconds[name].append((time.monotonic() - began) * 1_000)
    visits.largest[name] = max(len(body), visits.largest.get(name, 0))
    return body


async def _stream(session: aiohttp.ClientSession, seller: int, visits: Visits) -> None:
    """Open the stream again whenever the server ends it, as a browser does."""
    while True:
        async with session.get(f"/jobs/{seller}/progress") as answer:
            if answer.status != 200:
                raise NotExact(f"pages: a stream answered {answer.status}")
            async for _ in answer.content.iter_any():
                visits.streamed[0] += 1
        await asyncio.sleep(1.0)


def _result(listings: int, by_side: Mapping[str, Visits], checked: float, memory: float) -> Result:
    for name, visits in by_side.items():
        if set(visits.milliseconds) - {AFTERWARDS} != {*PAGES, PICTURE} or not visits.streamed[0]:
            raise NotExact(f"pages: {name}: not every page was opened, or nothing was streamed")
    largest = max(visits.largest[page] for visits in by_side.values() for page in PAGES) / 1_000
    goals = [_p95(f"pages at {listings:,} listings, 80 sellers: p95 of the slowest page", by_side["alone"])]
    goals.append(_p95("the same while a check run goes on", by_side["beside a check"]))
    goals.append(Goal(id="W1", what="the largest page, compressed", unit="kB", at_most=100.0, value=spread([largest])))
    table = Table(
        ["page", "kB", *(f"{side}: p50 ms" for side in by_side), *(f"{side}: p95 ms" for side in by_side)],
        [_row(page, list(by_side.values())) for page in [*PAGES, AFTERWARDS, PICTURE]],
    )
    figures = {"memory_mb": memory, "checked": checked}
    figures |= {f"answers, {name}": len(visits.all) for name, visits in by_side.items()}
    return Result(goals=goals, tables={"pages": table}, figures=figures)


def _p95(what: str, visits: Visits) -> Goal:
    slowest = max(percentile(visits.milliseconds[page], 0.95) for page in PAGES)
    return Goal(id="W1", what=what, unit="ms", at_most=200.0, value=spread([slowest]))


def _row(page: str, sides: Sequence[Visits]) -> list[str]:
    size = max(side.largest.get(page, 0) for side in sides) / 1_000
    times = [(side.milliseconds[page], share) for share in (0.5, 0.95) for side in sides]
    return [page, digits(size), *(digits(percentile(some, share)) if some else "–" for some, share in times)]
