"""Items have pictures: the same goods look the same, other goods look different, and nothing is random."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from mercarich_simulator.bootstrap import Simulator
from mercarich_simulator.pictures.photo import Shot, photograph
from mercarich_simulator.pictures.subject import KINDS, Subject
from mercarich_simulator.pictures.things import draw
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.shelf import MERCARI, YAHOO
from mercarich_simulator.sites.mercari_item import item_object
from mercarich_simulator.sites.mercari_search import search_answer
from mercarich_simulator.sites.yahoo_item import item_object as auction_object
from mercarich_simulator.sites.yahoo_search import search_page
from mercarich_simulator.web import Reply, Request

BOOK = Subject(1, 10, "book", 0, volume=3)


def get(simulator: Simulator, path: str) -> Reply:
    return simulator.answer(Request("GET", path, "", {"host": "market:8100"}))


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(SimulatorSettings(listings=20, churn_per_hour=0.0, start_at=1_700_000_000))


@pytest.mark.parametrize("kind", KINDS)
def test_equal_shots_of_equal_goods_are_equal_pictures(kind: str) -> None:
    subject, shot = Subject(1, 5, kind, 2), Shot("a", "b")
    picture = photograph(subject, shot)

    assert picture == photograph(subject, shot)
    assert picture != photograph(subject, replace(shot, scene="c"))
    assert picture != photograph(subject, replace(shot, edit="c"))
    assert max(Image.open(BytesIO(picture)).size) <= 560


@pytest.mark.parametrize("other", [{"colour": 1}, {"volume": 4}, {"pieces": 2}, {"product": 11}, {"world": 2}])
def test_other_goods_look_other(other: dict[str, Any]) -> None:
    assert draw(BOOK).tobytes() != draw(replace(BOOK, **other)).tobytes()


def test_items_name_their_pictures_under_the_name_that_the_visitor_used(simulator: Simulator) -> None:
    market = simulator.world.market
    get(simulator, "/healthz")
    yahoo, mercari = market.at(YAHOO, 0, 1_700_000_000.0), market.at(MERCARI, 0, 1_700_000_000.0)
    assert yahoo is not None
    assert mercari is not None
    auction, item = yahoo.item.item_id, mercari.item.item_id

    assert auction_object(yahoo)["img"][0]["image"] == f"http://market:8100/yahoo/images/{auction}_1.jpg"
    assert (
        f"http://market:8100/yahoo/images/{auction}_1.jpg"
        in search_page(market, "", (0, 0), (1, 50), yahoo.now).decode()
    )
    assert item_object(mercari)["photos"][0] == f"http://market:8100/mercari/images/{item}_1.jpg"
    rows = search_answer(market, {}, mercari.now)["items"]
    assert f"http://market:8100/mercari/images/{item}_1.jpg" in [row["photos"][0]["uri"] for row in rows]


@pytest.mark.parametrize("marketplace", [YAHOO, MERCARI])
def test_a_named_picture_is_there(simulator: Simulator, marketplace: str) -> None:
    item = simulator.world.catalogue.item(marketplace, 0)
    reply = get(simulator, f"/{marketplace}/images/{item.item_id}_1.jpg")

    assert reply.content_type == "image/jpeg"
    assert reply.draw is not None
    assert reply.draw().startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("name", ["m0_1.jpg", "{item}_0.jpg", "{item}.jpg", "../_sim/ledger", "", "{item}_1.png"])
def test_no_other_picture_is_there(simulator: Simulator, name: str) -> None:
    item = simulator.world.catalogue.item(MERCARI, 0)
    assert get(simulator, "/mercari/images/" + name.format(item=item.item_id)).status == 404


def test_a_deleted_item_has_no_picture(simulator: Simulator) -> None:
    world = simulator.world
    world.truth.put(MERCARI, 0, "deleted", world.clock.now())
    item = world.catalogue.item(MERCARI, 0)
    assert get(simulator, f"/mercari/images/{item.item_id}_1.jpg").status == 404
