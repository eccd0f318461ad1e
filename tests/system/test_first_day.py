"""A first day on real processes in a real Chromium. Two sellers join, link, list, see why an offer came down and have
it restored; an operator invites them, starts the check, changes a pool and releases the hold."""

import csv
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, expect
from rich.console import Console
from sqlalchemy import Connection, Engine
from tests.browser.visitor import Visitor, chromium_here, keep_picture
from tests.system.revived import applied

from mercarich_contracts.market import Marketplace
from mercarich_db import engine as engines
from mercarich_db import schema, settings_store
from mercarich_local import procfile, runner, sample_data
from mercarich_local.data_folder import ensure_key
from mercarich_local.first_logins import OPERATOR
from mercarich_local.machine import Machine
from mercarich_local.market import Market, Row, Simulator
from mercarich_local.screen import Screen
from mercarich_local.system import System, on_free_ports

pytestmark = pytest.mark.timeout(600)

PROCFILE = Path(__file__).parents[2] / "Procfile"
OURS = ("MERCARICH_", "MERCARI_PROXY_", "YAHOO_PROXY_", "CHECKER_", "UPDATER_", "FEED_", "WEB_", "PAGES_", "SIMULATOR_")
WAIT_SECONDS = 120.0
SHOWN_PIXELS = 2_400
"""Most of a page's height in a screenshot: drawing fifty listings on a phone takes seconds."""
OUT_OF_ORDER = ".outage, main .note.bad"
"""What pages tell of troubles, such as pools that nobody manages yet, or a broker that does not answer."""
ON_SALE = {"ja": "販売中", "en": "on sale"}
"""The state of a source."""
WITH_PICTURES = ".pick:has(img.compare-picture):not(:has(.compare-picture.none))"
"""A replacement beside the source so far, each with its picture."""
OFFERS = 500
FALLS = 60
"""Sources of a seller at one marketplace that sell: more than the brake lets fall at once."""
PASSWORD = "a sentence is easy to remember"
MARKET = {
    "SIMULATOR_SELLERS": "3",
    "SIMULATOR_LISTINGS": str(3 * OFFERS),
    "SIMULATOR_RESTORES": "0",
    "YAHOO_PROXY_RATE_PER_SECOND": "30",
    "MERCARI_PROXY_RATE_PER_SECOND": "25",
    "YAHOO_PROXY_CACHE_SECONDS": "0",
    "MERCARI_PROXY_CACHE_SECONDS": "0",
}
"""The check begins seconds after sources have sold, and the watch may have looked at them just before: the check must
not take the watch's results for its own."""
SETTINGS = {
    "REVIVAL_DAYS": "0",
    "LISTING_PICTURES": "1",
    "CANARY_RETRY_SECONDS": "2",
    "CHECK_RETRY_SECONDS": "2",
    "CHECK_BATCH_ITEMS": "20",
    "FEED_POLL_SECONDS": "1",
}
"""Replacements are searched for sellers who asked for them, and a thousand listings get one picture each. The other
settings shorten waits that are right for real marketplaces."""


@dataclass(frozen=True, slots=True)
class Look:
    language: str
    theme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


LOOKS = (Look("ja", "light", 1440), Look("en", "dark", 375))


@dataclass(frozen=True, slots=True)
class Town:
    """The running system. One seller of its market exists before; the others join today."""

    system: System
    simulator: Simulator
    market: Market
    engine: Engine
    operators_password: str

    @property
    def veteran(self) -> Row:
        return self.market.sellers[0]

    @property
    def newcomers(self) -> Sequence[Row]:
        return self.market.sellers[1:]

    def offers(self, seller: Row) -> Sequence[Row]:
        return [row for row in self.market.listings if row["seller_id"] == seller["seller_id"]]


class Person:
    """A visitor with a browser. Each page is checked: no error in it, nothing wider than the window."""

    def __init__(self, browser: Browser, town: Town, look: Look) -> None:
        height = 900 if look.width > 500 else 812
        self.context = browser.new_context(
            viewport={"width": look.width, "height": height}, reduced_motion="reduce"
        )  # else a screenshot may show the fade between two pages
        sites = (town.system.url("simulator"), town.system.url("oauth"))
        self.visitor = Visitor(self.context.new_page(), town.system.url("web"), led_to=sites, seconds=WAIT_SECONDS)
        self.visitor.look(look.language, look.theme)
        self.page = self.visitor.page
        self.town = town
        self.look = look

    def go(self, path: str) -> None:
        """Navigate by the menu."""
        if self.look.width < 500:
            self.page.click("[popovertarget=menu]")
        self.page.click(f"#menu a[href='{path}']")
        self.page.wait_for_url(f"{self.visitor.origin}{path}")

    def show(self, name: str, begin: Locator | None = None) -> None:
        """Save a screenshot of a system that works: wait until nothing is told to be out of order. `begin`: what is at
        the top of the window, whose contents alone are shown then."""
        self.page.wait_for_load_state("load")  # a click returns while the next page is still being read
        expect(self.page.locator(OUT_OF_ORDER)).to_have_count(0, timeout=WAIT_SECONDS * 1000)
        assert self.page.locator("h1").count() == 1, name
        assert self.page.get_attribute("html", "lang") == self.look.language, name
        assert self.visitor.fits(), (name, str(self.look))
        if begin is not None:
            begin.evaluate("element => element.scrollIntoView()")
            keep_picture(self.page, f"first-day/{name}-{self.look}.png")
            return
        height = min(SHOWN_PIXELS, self.page.evaluate("document.documentElement.scrollHeight"))
        shown = FloatRect(x=0, y=0, width=self.look.width, height=height)
        keep_picture(self.page, f"first-day/{name}-{self.look}.png", full_page=True, clip=shown)

    def reload_until(self, there: Callable[[], Locator], what: str) -> Locator:
        """Wait by reloading, as a person does. Fails the test when the condition does not become true."""

        def come() -> bool:
            if there().count():
                return True
            self.page.reload(wait_until="load")
            return bool(there().count())

        _until(come, what)
        return there().first


class Newcomer(Person):
    """A seller on the first day."""

    def __init__(self, browser: Browser, town: Town, look: Look, account: Row) -> None:
        super().__init__(browser, town, look)
        self.account = account

    def join(self, link: str) -> None:
        self.page.goto(link)
        self.show("1-join")
        self.page.fill("[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.visitor.origin}/")
        self.show("2-home-at-first")

    def want_to_be_asked(self) -> None:
        self.go("/rules")
        self.page.fill("#f-REVIVAL_DAYS", "3")
        self.page.check("#f-REVIVAL_ASK_FIRST")
        self.page.click(".save-bar button")
        self.page.wait_for_selector(".toast")
        self.show("3-rules")

    def link_amazon(self) -> None:
        self.visitor.open("/")
        self.page.click("a.todo[href='/amazon']")
        self.page.click("form[action='/amazon/link'] button")
        self.page.wait_for_url(f"{self.town.system.url('simulator')}/**")
        self.page.select_option("select", self.account["seller_id"])
        self.page.click("button[value=confirm]")
        self.page.wait_for_url(f"{self.visitor.origin}/amazon?outcome=linked")
        assert self.account["seller_id"] in self.page.inner_text("main")
        self.show("4-amazon-linked")

    def import_listings(self, folder: Path) -> None:
        file = folder / f"listings-{self.account['username']}.csv"
        _write_csv(file, self.town.offers(self.account))
        self.visitor.open("/")
        self.page.click("a.todo[href='/jobs']")
        self.page.set_input_files("[name=file]", file)
        self.page.click("form[action='/jobs/import'] button")
        self.page.locator("progress.good").wait_for()
        self.show("5-imported")
        self.page.click("main a[href='/listings']")
        expect(self.page.locator(".chip[aria-current] b")).to_have_text(str(OFFERS))

    def see_the_first_watched(self) -> None:
        """An offer that is on sale, and whose source was seen on sale."""
        seen = f"tr:has(.soft + .sub:text-is('{ON_SALE[self.look.language]}')) .row-link"
        self.visitor.open("/listings?view=on_sale")
        self.reload_until(lambda: self.page.locator(seen), "an offer whose source was seen").click()
        self.page.locator("[aria-labelledby=source] .badge.good").wait_for()
        self.show("6-watched")

    def see_the_check_move(self) -> None:
        self.visitor.open("/")
        self.reload_until(lambda: self.page.locator("#running progress"), "a check")
        self.page.locator("#running progress:not([value='0'])").first.wait_for()
        self.show("7-home-during-the-check")

    def see_the_check_done(self) -> None:
        """Wait until everything is checked, except second looks at held items."""
        self.visitor.open("/")
        expect(self.page.locator("#running progress")).to_have_count(0, timeout=WAIT_SECONDS * 1000)
        expect(self.page.locator("#running .run")).to_have_count(len(Marketplace))

    def see_why_in_two_clicks(self) -> None:
        searching = "a.figure[href='/listings?view=searching']"
        self.visitor.open("/")
        self.reload_until(
            lambda: self.page.locator(searching).filter(has=self.page.locator(".value:not(:text-is('0'))")),
            "a withdrawn offer",
        )
        self.show("8-home")
        self.page.click(searching)
        self.page.click(".row-link >> nth=0")
        self.page.wait_for_selector("#why")
        assert self.page.locator(".timeline .dot.bad").count() >= 1
        assert self.page.inner_text(".proof:visible .extract")
        self.show("9-why")

    def approve(self) -> tuple[str, str]:
        """Return the address of the page that explains the listing, and its SKU."""
        self.visitor.open("/")
        self.reload_until(lambda: self.page.locator("a.todo[href='/replacements']"), "a replacement").click()
        self.page.wait_for_url(f"{self.visitor.origin}/replacements")
        cards, pictured = self.page.locator(".pick"), self.page.locator(WITH_PICTURES)
        card = pictured.first if pictured.count() else cards.first
        sku = card.get_attribute("aria-label") or ""
        path = card.locator(".row-link").get_attribute("href") or ""
        self.show("10-replacements", begin=card)
        card.locator("form[action*='/approve'] button").click()
        expect(self.page.locator(f".pick[aria-label='{sku}']")).to_have_count(0)
        self.show("11-approved")
        return path, sku

    def see_it_put_up(self, path: str) -> None:
        self.visitor.open(path)
        self.reload_until(lambda: self.page.locator(".answer.good"), "the replacement in use")
        expect(self.page.locator("[aria-labelledby=replacements] .badge.good")).to_have_count(1)

    def see_it_restored(self, path: str, sku: str) -> None:
        """Also at Amazon."""
        self.visitor.open(path)
        only_badge = ".answer.good .badge:only-child"
        self.reload_until(lambda: self.page.locator(only_badge), "the restore at Amazon")
        self.show("12-restored")
        assert self.town.simulator.offer(self.account["seller_id"], sku)["quantity"] > 0

    def look_back(self) -> None:
        self.go("/")
        self.show("13-home-in-the-end")
        self.go("/listings")
        self.show("14-listings")


class Operator(Person):
    def sign_in(self) -> None:
        self.visitor.sign_in(OPERATOR, self.town.operators_password)
        self.show("20-overview")

    def invite(self, username: str) -> str:
        """Return the link."""
        self.go("/sellers")
        self.page.click("a[href='/sellers/invite']")
        self.page.fill("[name=username]", username)
        self.page.click("form[action='/sellers/invite'] button")
        link = self.page.locator("input[readonly]")
        link.wait_for()
        self.show("21-invited")
        return link.input_value()

    def start(self, *names: str) -> None:
        """Of the schedule."""
        self.go("/schedule")
        for name in names:
            self.visitor.agree()
            self.page.click(f"form[action='/schedule/{name}/start'] button")
            self.page.wait_for_selector(".toast")
        self.show("22-schedule")

    def change_a_pool(self, key: str, high: int, note: str) -> None:
        self.go("/pools")
        self.page.locator("#queue-rows table").wait_for()
        self.show("23-pools")
        self.page.click(f"a[href='/pools/{key}']")
        self.page.fill("[name=high]", str(high))
        self.page.fill("[name=note]", note)
        self.page.click(f"form[action='/pools/{key}'] button.primary")
        self.page.wait_for_selector(".toast")
        expect(self.page.locator("#history-rows")).to_contain_text(note)
        self.show("24-pool")

    def release_a_hold(self) -> None:
        self.visitor.open("/")
        self.show("25-overview-with-holds")
        hold = self.page.locator("a.todo[href^='/holds/']").first
        path = hold.get_attribute("href") or ""
        hold.click()
        self.page.wait_for_url(f"{self.visitor.origin}{path}")
        self.show("26-hold")
        self.visitor.agree()
        self.page.click("form[action$='/release'] button")
        self.page.wait_for_selector(".toast")
        self.visitor.open(path)
        self.reload_until(lambda: self.page.locator("[aria-labelledby=facts] .badge.good"), "the release applied")
        self.show("27-released")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with chromium_here() as browser:
        yield browser


@pytest.fixture
def town(chromium: Browser, tmp_path: Path) -> Iterator[Town]:
    """The browser is requested first: without one, the system need not be started."""
    with living(tmp_path / "var") as town:
        yield town


@contextmanager
def living(data: Path) -> Iterator[Town]:
    system = on_free_ports(data)
    data.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment = system.environment({**kept, **MARKET})
    processes = procfile.read(PROCFILE)
    screen = Screen(Console(quiet=True), [process.name for process in processes], verbose=False)
    stop = threading.Event()
    with Simulator(system.url("simulator")) as simulator, Machine(system, processes, environment, screen) as machine:

        def prepare() -> Mapping[str, str]:
            _write_the_veteran(system, environment, simulator.market())
            return runner.prepare(system, processes, environment, screen)

        machine.bring_up(stop, prepare)
        keeper = threading.Thread(target=machine.keep, args=(stop,), name="keeper")
        keeper.start()
        try:
            simulator.set_feed_delays(0)
            logins = dict(line.split("  ") for line in (data / "logins.txt").read_text().splitlines())
            engine = engines.create(system.database_url(environment))
            yield Town(system, simulator, simulator.market(), engine, logins[OPERATOR])
            engine.dispose()
        finally:
            stop.set()
            keeper.join()


def _until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"did not come: {what}"
        time.sleep(0.5)


def _write_the_veteran(system: System, environment: Mapping[str, str], market: Market) -> None:
    """Write all sample data except the new sellers'."""
    first = market.sellers[0]
    theirs = [row for row in market.listings if row["seller_id"] == first["seller_id"]]
    engine = engines.create(system.database_url(environment))
    schema.upgrade(engine)
    ensure_key(system.key_file)
    known = replace(market, sellers=[first], listings=theirs)
    sample_data.seed(engine, known, sample_data.token_encryption(system.key_file))
    engines.run_tx(engine, _write_settings)
    engine.dispose()


def _write_settings(connection: Connection) -> None:
    for key, value in SETTINGS.items():
        settings_store.write(connection, key, value, by="test", at=datetime.now(UTC))


def _write_csv(file: Path, offers: Sequence[Row]) -> None:
    with file.open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(("sku", "marketplace", "source_id", "title", "quantity", "listed"))
        for row in offers:
            rows.writerow((row["sku"], row["marketplace"], row["source_id"], row["title"], row["quantity"], "yes"))


def test_a_first_day_from_the_invitation_to_the_restored_offer(chromium: Browser, town: Town, tmp_path: Path) -> None:
    operators = [Operator(chromium, town, look) for look in LOOKS]
    sellers = [Newcomer(chromium, town, look, row) for look, row in zip(LOOKS, town.newcomers, strict=True)]
    for operator, seller in zip(operators, sellers, strict=True):
        operator.sign_in()
        seller.join(operator.invite(seller.account["username"]))
        seller.want_to_be_asked()
        seller.link_amazon()
        seller.import_listings(tmp_path)
        seller.see_the_first_watched()

    for marketplace in Marketplace:
        falling = [row["source_id"] for row in town.offers(town.veteran) if row["marketplace"] == marketplace]
        town.simulator.sell_items(marketplace, falling[:FALLS])
    began = datetime.now(UTC).timestamp()
    operators[0].start("check-item-yahoo", "check-item-mercari")
    for seller in sellers:
        seller.see_the_check_move()
    for seller in sellers:
        seller.see_why_in_two_clicks()
    approved = [seller.approve() for seller in sellers]
    for seller, (path, _) in zip(sellers, approved, strict=True):
        seller.see_it_put_up(path)
        seller.see_the_check_done()
    operators[0].start("update-feed-yahoo", "update-feed-mercari")
    for seller, (path, sku) in zip(sellers, approved, strict=True):
        seller.see_it_restored(path, sku)
        seller.look_back()

    for operator, marketplace in zip(operators, Marketplace, strict=True):
        operator.change_a_pool(f"INVCHK_{marketplace.upper()}_WORKER", 7, f"first day {operator.look}")
        operator.release_a_hold()
    wrong = [text for person in (*operators, *sellers) for text in person.visitor.wrong]
    for person in (*operators, *sellers):
        person.context.close()
    assert wrong == []

    town.simulator.tell_sources(applied(town.engine))
    _until(lambda: town.simulator.ledger(gone_before=began)["clean"], "a clean ledger, every withdrawal at Amazon")
    ledger = town.simulator.ledger(gone_before=began)
    assert ledger["clean"], ledger["cases"]
    assert ledger["revived"] == len(sellers)
