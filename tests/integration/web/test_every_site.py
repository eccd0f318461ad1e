"""Each marketplace goes the whole way: imported, pictured, checked, withdrawn, replaced, shown, paused.

What a new one lacks is named by the step that fails; what no step can reach is in tests/unit/test_every_site.py.
"""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from tests.integration.web.shops import by_sku, signed_in
from tests.integration.web.site import PASSWORDS, let_sign_in, served
from tests.integration.web.workers import checking, on_sale, reviving
from tests.integration.web.working_place import Place, place, start_amazon
from tests.integration.web.workshop import Workshop

from mercarich_contracts.messages import RevivalWanted
from mercarich_contracts.sites import SITES, Site
from mercarich_contracts.topics import UPDATE
from mercarich_db import settings_store, tables
from mercarich_db.engine import reading
from mercarich_platform.kafka import read_topics
from mercarich_platform.settings import SharedSettings, load
from mercarich_reasons.telling import Language, source_words
from mercarich_web.bootstrap import build_pages
from mercarich_web.jobs.jobs import Kind
from mercarich_web.jobs.worker import build_worker
from mercarich_web.settings import PagesSettings, WebSettings

__all__ = ["place", "start_amazon"]
WITHIN = 30.0
KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
OPERATING = (
    "/pools",
    "/pools/{site.check_setting}",
    "/pools/{site.update_setting}",
    "/schedule",
    "/markets",
    "/settings",
    "/settings/{site.canary_setting}",
    "/runs",
)
"""The operator's pages on which a marketplace is told."""


@pytest.fixture(params=SITES.values(), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = request.param
    return found


@pytest.fixture
def sku(site: Site, place: Place) -> str:
    """An imported offer of taro's whose source is on sale, its pictures saved."""
    [taro, _] = place.sellers()
    assert taro
    shop = Workshop(place.engine)
    rows = [
        {"sku": "BY-ID", "marketplace": str(site), "source_id": site.items[0].example, "title": "時計", "listed": "yes"}
    ]
    job = shop.import_rows("taro", rows)
    assert (job.state, shop.problems(job.id)) == ("finished", []), "the CSV is not taken: Site.items"
    return "BY-ID"


def test_pictures_of_what_is_imported_are_asked_of_its_proxy(site: Site, sku: str, place: Place) -> None:
    own = WebSettings(proxy_urls=place.proxies.addresses)
    stop = threading.Event()
    worker = build_worker(Kind.IMPORT, place.shared, own, stop)
    thread = threading.Thread(target=lambda: worker.run(stop))
    thread.start()
    try:
        _until(lambda: _count(place, tables.listing_pictures) > 0, f"no picture of {site} was saved")
    finally:
        stop.set()
        thread.join(WITHIN)


def test_a_sold_source_is_withdrawn_and_its_updater_finds_another(site: Site, sku: str, place: Place) -> None:
    gone = site.items[0].example
    place.proxies.gone.add(gone)
    found = on_sale(site.marketplace, "new1")
    place.proxies.for_sale = [found]
    _first_source(place, gone, found.title or "")

    with checking(site.marketplace, place.shared, place.proxies):
        done = place.mercarich(f"check_item_{site}", "2", "4")
    assert done.returncode == 0, done.stderr
    run, _ = place.run_of("check", str(site))
    assert (run.checked, run.withdrawn) == (1, 1)
    assert by_sku(place.engine)[sku].quantity == 0

    topic = UPDATE[site.marketplace].name
    woken = [RevivalWanted.decode(record.value) for record in read_topics(place.shared.kafka, [topic])]
    assert [one.marketplace for one in woken] == [site.marketplace], "nobody woke its updater"

    with reviving(site.marketplace, place.shared, place.proxies):
        if site.searches:
            _until(lambda: by_sku(place.engine)[sku].quantity == 1, "its updater, who was woken, found nothing")
        done = place.mercarich(f"update_item_{site}", "2", "4")
    assert done.returncode == 0, done.stderr
    place.run_of("update", str(site))
    listing = by_sku(place.engine)[sku]
    assert (listing.quantity, listing.searching) == ((1, False) if site.searches else (0, True))
    assert place.mercarich(f"update_feed_{site}", "--help").returncode == 0


def test_its_pages_have_words_and_its_settings_can_be_changed(
    site: Site, sku: str, place: Place, database_url: str
) -> None:
    user_id = by_sku(place.engine)[sku].user_id
    words = source_words(Language.EN).MARKETPLACES[site.marketplace]
    with signed_in(database_url, place.engine, user_id, "taro") as seller:
        for path in (f"/listings?market={site}", "/jobs", "/", "/rules"):
            page = seller.get(path)
            assert page.status_code == 200, f"{path}: {page.status_code}"
            shown = site.searches or path != "/jobs"
            assert (words in page.text) == shown, f"{path} does not tell {words}"
        assert sku in seller.get(f"/listings?market={site}").text

    staff = {"plan": 2, "active": True, "is_staff": True, "created_at": by_sku(place.engine)[sku].created_at}
    let_sign_in(place.engine, place.rows.add(tables.users, username="ohta", **staff), language="en")
    own = PagesSettings.model_validate({"key": KEY, "proxy_urls": place.proxies.addresses})
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9"})
    with served(build_pages(shared, own, passwords=PASSWORDS)) as pages:
        operator = pages.browser()
        operator.sign_in("ohta")
        for path in OPERATING:
            path = path.format(site=site)
            page = operator.get(path)
            assert page.status_code == 200, f"{path}: {page.status_code}"
            assert words in page.text, f"{path} does not tell {words}"
    assert place.setting(site.check_setting) == str(site.checker.first_workers)


def test_it_rests_while_it_is_paused(site: Site, place: Place) -> None:
    def is_paused() -> bool:
        with reading(place.engine) as connection:
            return settings_store.is_paused(connection, site.marketplace)

    assert place.mercarich("pause", str(site)).returncode == 0
    assert is_paused()
    assert place.mercarich("resume", str(site)).returncode == 0
    assert not is_paused()


def test_a_variable_for_each_process_names_its_proxy(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"WEB_{site.upper}_PROXY_URL", "http://proxy.example")

    assert load(WebSettings).proxy_urls[site.marketplace] == "http://proxy.example"
    assert load(PagesSettings).proxy_urls[site.marketplace] == f"http://127.0.0.1:{site.proxy_port}"


def _first_source(place: Place, item_id: str, title: str) -> None:
    """What is known of it, so that another one can be judged."""
    sources, listings = tables.source_items, tables.listings
    known = {"title": title, "condition_code": 3, "image_url": f"https://pictures.example/{item_id}"}
    place.rows.change(update(sources).where(sources.c.item_id == item_id).values(**known))
    place.rows.change(update(listings).values(first_price_jpy=1000))


def _count(place: Place, table: object) -> int:
    with reading(place.engine) as connection:
        return len(connection.execute(select(table)).all())  # type: ignore[call-overload]


def _until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
