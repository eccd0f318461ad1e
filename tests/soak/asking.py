"""Ask the product as people and programs do: commands, API, pages and metrics, all in this process."""

import asyncio
import csv
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from html import unescape
from io import StringIO
from typing import Any, NamedTuple

import httpx
from prometheus_client import REGISTRY
from sqlalchemy import insert, select
from tests.soak.plant import Plant

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import run_tx
from mercarich_db.tables import api_keys, logins, users
from mercarich_operator.adapters.books_meter import PrometheusBooks
from mercarich_operator.adapters.books_sql import SqlBooks
from mercarich_platform import front
from mercarich_platform.exit_codes import DONE
from mercarich_platform.outages import BrokerAway
from mercarich_platform.settings import SharedSettings
from mercarich_reasons.telling import Language, source_words
from mercarich_web.bootstrap import build_pages
from mercarich_web.console.json_text import json_text
from mercarich_web.identity.keys import PREFIX, Scope, packed
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.sign_in import hashed
from mercarich_web.overview.wiring import show_status
from mercarich_web.runs.words import OPERATIONS
from mercarich_web.settings import PagesSettings
from mercarich_web.workers.pools_kafka import KafkaPools
from mercarich_web.workers.queues import Pool

NOBODY = "127.0.0.1:9"
ORIGIN = "http://testserver"
PASSWORD, OPERATOR = "correct horse battery", "operator-of-the-week"
KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
QUICK = Argon2Passwords(memory_kib=64)
FIGURE = re.compile(r'<span class="name">([^<]+)</span><span class="value[^>]*>([\d,]+)</span>')
PLANNED = re.compile(r"of ([\d,]+) planned")
NAMES: Mapping[str, Mapping[str, str]] = {
    "check": {
        "Done": "checked",
        "Withdrawn": "withdrawn",
        "Held now": "held",
        "Unknown": "unknown",
        "Set aside": "set_aside",
    },
    "update": {"Done": "checked", "Revived": "revived", "Unknown": "unknown", "Set aside": "set_aside"},
}
"""A run's figures on its page."""
LINES: Mapping[str, Mapping[str, str]] = {
    "check": {
        "still to do": "pending",
        "withdrawn": "withdrawn",
        "held now": "held",
        "released by a person": "released",
        "planned": "planned",
        "checked": "checked",
    },
    "update": {"still to do": "pending", "revived": "revived", "planned": "planned", "searched for": "checked"},
}
"""The same in `run show`."""
SHOP = {
    "On sale": "on_sale",
    "Exposed": "exposed",
    "Searching": "searching",
    "Paused": "paused",
    "Withdrawn": "withdrawn",
    "Held": "held",
    "On the way to Amazon": "pending",
}
OF_RUN = re.compile(r"<b>([^<]+)</b><span class=\"soft\">([^<]+)</span>")
OWN = {
    "checked": re.compile(r"([\d,]+) of your [\d,]+ (?:sources|listings)"),
    "planned": re.compile(r"of your ([\d,]+) (?:sources|listings)"),
    "left": re.compile(r"([\d,]+) left"),
    "revived": re.compile(r"([\d,]+) revived"),
    "fallen": re.compile(r"([\d,]+) gone"),
}
PUSHES = {"exposed": "Exposed", "withdrawals": "Withdrawals to push", "restores": "Restores to push"}


class Told(NamedTuple):
    """One figure, and who tells it."""

    where: str
    what: str
    figure: object


class NoBroker(KafkaPools):
    """Where no broker is, the command would wait for half a minute."""

    def __init__(self) -> None:
        super().__init__(NOBODY)

    def states(self) -> Sequence[Pool]:
        raise BrokerAway("there is none in this week")


class Asked:
    """Call `open` at each moment: what is asked then is of one instant, in which nothing else happens."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._environment = {
            "MERCARICH_DATABASE_URL": plant.database.url,
            "MERCARICH_KAFKA_BOOTSTRAP": NOBODY,
            "MERCARICH_DATA_DIR": str(plant.database.path.parent),
        }
        run_tx(plant.database.books, self._let_in)
        shared = SharedSettings.model_validate({"database_url": plant.database.url, "kafka_bootstrap": NOBODY})
        proxies = dict.fromkeys(Marketplace, f"http://{NOBODY}")
        told = {"key": KEY, "proxy_urls": proxies, "api_calls_a_minute": 100_000, "codes_for_operators": False}
        own = PagesSettings.model_validate(told)
        self._app = build_pages(shared, own, now=plant.kernel.utc, passwords=QUICK)
        self._loop = asyncio.Runner()
        """On real time: the actor that asks keeps its turn until the response is there."""
        self._life = self._app.router.lifespan_context(self._app)
        self._loop.run(self._life.__aenter__())
        self._browser = httpx.AsyncClient(transport=httpx.ASGITransport(app=self._app), base_url=ORIGIN)
        self._show_status = replace(show_status(plant.database.books, shared, plant.kernel.utc), pools=NoBroker())
        self._books, self._meter = SqlBooks(plant.database.books, plant.kernel.utc), PrometheusBooks()
        self._pages: dict[str, str] = {}
        self._answers: dict[tuple[str, ...], str] = {}
        self._status: Mapping[str, Any] = {}

    def close(self) -> None:
        self._loop.run(self._browser.aclose())
        self._loop.run(self._life.__aexit__(None, None, None))
        self._loop.close()

    def open(self) -> None:
        """Begin a moment: forget what was asked before."""
        self._pages, self._answers = {}, {}
        self._sign_in(OPERATOR)
        self._meter.books(self._books.read())
        self._status = json.loads(json_text(self._show_status()))

    def run(self, run: int) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self._command("run", "show", str(run), "--json"))
        return found

    def of_run(self, run: int, operation: str) -> Iterator[Told]:
        page, names = self._page(f"/runs/{run}"), NAMES[operation]
        for name, figure in FIGURE.findall(page):
            if name in names:
                yield Told(f"the page /runs/{run}", names[name], _number(figure))
        [planned] = PLANNED.findall(page)
        yield Told(f"the page /runs/{run}", "planned", _number(planned))
        lines = self._command("run", "show", str(run)).splitlines()
        for name, what in LINES[operation].items():
            [figure] = {line.split()[-1] for line in lines if re.fullmatch(rf"\s*{name}\s+[\d,]+", line)}
            yield Told("run show", what, _number(figure))

    def in_list(self, run: int) -> Iterator[Told]:
        [row] = re.findall(rf'href="/runs/{run}">#{run} .*?</tr>', self._page("/runs"), re.DOTALL)
        yield from (Told("the page /runs", what, number) for what, number in _cells(row))
        listed = json.loads(self._command("run", "list", "--limit", "60", "--json"))["runs"]
        [stored] = [one for one in listed if one["id"] == run]
        for what in ("planned", "checked", "withdrawn", "held", "released", "revived", "pending"):
            yield Told("run list --json", what, stored[what])
        [line] = [
            line
            for line in self._command("run", "list", "--limit", "60").splitlines()
            if line.split()[:1] == [str(run)]
        ]
        numbers = [_number(cell) for cell in line.split()[-8:]]
        names = ("planned", "checked", "unknown", "withdrawn", "held", "released", "revived", "set_aside")
        yield from (Told("run list", what, number) for what, number in zip(names, numbers, strict=True))

    def in_status(self, marketplace: Marketplace, operation: str) -> Iterator[Told]:
        [market] = [one for one in self._status["marketplaces"] if one["marketplace"] == marketplace]
        run = market["run" if operation == "check" else "search"]
        for what in ("planned", "checked", "withdrawn", "held", "released", "revived", "pending"):
            yield Told("status --json", what, run[what])

    def metrics(self, operation: str, marketplace: Marketplace) -> Iterator[Told]:
        for what in ("planned", "checked", "unknown", "set_aside", "fallen", "withdrawn", "released", "held"):
            labels = {"operation": operation, "marketplace": marketplace.value, "kind": what}
            yield Told(f"/metrics {labels}", what, REGISTRY.get_sample_value("mercarich_batch_run_items", labels))

    def pushes(self, marketplace: Marketplace, name: str) -> Iterator[Told]:
        [market] = [one for one in self._status["marketplaces"] if one["marketplace"] == marketplace]
        yield Told("status --json", name, market["pushes"][name])
        parts = self._page("/overview/pushes").split("<section ")[1:]
        part = parts[list(Marketplace).index(marketplace)]
        yield Told("the overview", name, _number(dict(FIGURE.findall(part))[PUSHES[name]]))

    def holds(self) -> Iterator[tuple[str, Mapping[int, int]]]:
        """Yield the open holds' listings by who tells them."""
        for where, found in (
            ("hold list --json", json.loads(self._command("hold", "list", "--json"))["holds"]),
            ("status --json", self._status["holds"]),
        ):
            yield where, {hold["id"]: hold["listings"] for hold in found}
        page = re.findall(r'id="hold-(\d+)"><a [^>]*>([\d,]+) listings?', self._page("/holds"))
        yield "the page /holds", {int(hold): _number(listings) for hold, listings in page}

    def shop(self, user_id: int, username: str) -> Iterator[Told]:
        """Yield a seller's listings by state, as the seller's home and the API tell them."""
        self._app.state.changes(user_id)
        self._sign_in(username)
        for name, figure in FIGURE.findall(self._get("/").text):
            if name in SHOP:
                yield Told("the seller's home", SHOP[name], _number(figure))
        for view in SHOP.values():
            key = {"Authorization": f"Bearer {PREFIX}{user_id}"}
            answer = self._get(f"/api/v1/listings/export.csv?view={view}", key)
            yield Told("the API's export", view, len(list(csv.DictReader(StringIO(answer.text.lstrip("\ufeff"))))))

    def own_runs(self) -> Iterator[tuple[str, str, Mapping[str, int]]]:
        """Yield operation, marketplace and the seller's part of each run that the seller's home shows.

        The seller has signed in by `shop`.
        """
        for part in self._get("/running").text.split('<div class="run">')[1:]:
            [[operation, marketplace]] = OF_RUN.findall(part)
            counts = {name: figure.search(part) for name, figure in OWN.items()}
            figures = {name: _number(match[1]) for name, match in counts.items() if match}
            yield _code(OPERATIONS, operation), _code(source_words(Language.EN).MARKETPLACES, marketplace), figures

    def explained(self, sku: str, username: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self._command("explain", sku, "--username", username, "--json"))
        return found

    def _let_in(self, connection: Any) -> None:
        now = self._plant.kernel.utc()
        staff = {"username": OPERATOR, "plan": 2, "active": True, "is_staff": True, "created_at": now}
        connection.execute(insert(users).values(staff))
        login = {"password_hash": QUICK.hash(PASSWORD), "password_at": now, "language": "en"}
        scopes = packed([Scope.LISTINGS_READ])
        for user_id in connection.execute(select(users.c.id)).scalars().all():
            connection.execute(insert(logins).values(user_id=user_id, **login))
            key = {"key_hash": hashed(f"{PREFIX}{user_id}"), "name": "week", "scopes": scopes, "created_at": now}
            connection.execute(insert(api_keys).values(user_id=user_id, **key))

    def _sign_in(self, username: str) -> None:
        self._browser.cookies.clear()
        fields = {"username": username, "password": PASSWORD}
        answer = self._loop.run(self._browser.post("/sign-in", data=fields, headers={"Origin": ORIGIN}))
        assert answer.status_code == 303, (answer.status_code, answer.text[:300])

    def _get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        answer: httpx.Response = self._loop.run(self._browser.get(path, headers=headers))
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    def _page(self, path: str) -> str:
        if path not in self._pages:
            self._pages[path] = self._get(path).text
        return self._pages[path]

    def _command(self, *arguments: str) -> str:
        """Return what `mercarich …` prints."""
        if arguments not in self._answers:
            os.environ |= self._environment
            try:
                with redirect_stdout(StringIO()) as printed:
                    code = front.main(arguments)
            finally:
                for name in self._environment:
                    del os.environ[name]
            assert code == DONE, (arguments, code, printed.getvalue())
            self._answers[arguments] = printed.getvalue()
        return self._answers[arguments]


def _cells(row: str) -> Iterator[tuple[str, int]]:
    """Yield the figures of a row on the page of runs; the columns after the badge are in the order of `CELLS`."""
    cells = re.findall(r'<td class="num[^>]*>(.*?)</td>', row, re.DOTALL)
    done, unknown, withdrawn, held, released, revived = cells[:6]
    checked, planned = re.findall(r"[\d,]+", re.sub(r"<[^>]+>", " ", done))
    yield "checked", _number(checked)
    yield "planned", _number(planned)
    for what, cell in (
        ("unknown", unknown),
        ("withdrawn", withdrawn),
        ("held", held),
        ("released", released),
        ("revived", revived),
    ):
        yield what, _number(cell)


def _code(words: Mapping[str, str], word: str) -> str:
    [code] = [code for code, known in words.items() if known == unescape(word)]
    return code


def _number(text: str) -> int:
    return int(text.replace(",", ""))
