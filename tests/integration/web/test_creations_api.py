"""New offers in the API and by `mercarich creations`."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from tests.integration.web.conftest import Mercarich
from tests.integration.web.orders import link
from tests.integration.web.rows import NOW, Rows
from tests.integration.web.shops import by_sku
from tests.integration.web.site import Browser, let_sign_in, served
from tests.integration.web.test_api import ALL, build, key_of

from mercarich_contracts.creations import OfferCondition
from mercarich_db import tables
from mercarich_reasons.creations import AsinRestricted

ANN = 1
API = "/api/v1/creations"


@pytest.fixture
def program(database_url: str, engine: Engine, rows: Rows) -> Iterator[Browser]:
    """A program of Ann's, who has two drafts and a refused one; Bob has one, too."""
    assert rows.user("ann") == ANN
    link(rows, ANN)
    known = {"price_jpy": 1_000, "postage_jpy": 700, "condition_code": 3}
    rows.listing(ANN, rows.source("x1", **known), "DRAFT-1", listed=False, asin="B0EXAMPLE1")
    rows.listing(ANN, rows.source("x2", **known), "DRAFT-2", listed=False)
    refused = rows.listing(ANN, rows.source("x3", **known), "DRAFT-3", listed=False)
    why = AsinRestricted("B0EXAMPLE3", OfferCondition.GOOD, "You need approval.", "APPROVAL_REQUIRED")
    row = {"listing_id": refused, "user_id": ANN, "way": "create", "quantity": 1, "asked_at": NOW, "attempts": 0}
    rows.add(tables.listing_creations, **row, state="refused", problem=why, ended_at=NOW, asin="B0EXAMPLE3")
    let_sign_in(engine, ANN)
    with served(build(database_url)) as site:
        ann, one = site.browser(), site.browser()
        ann.sign_in("ann")
        one.client.headers["Authorization"] = f"Bearer {key_of(ann, *ALL)}"
        yield one


def test_a_program_reads_how_far_new_offers_are(program: Browser) -> None:
    told = program.get(API).json()

    assert told["counts"] == {"refused": 1}
    [one] = told["creations"]
    assert (one["sku"], one["state"], one["asin"], one["reason_code"]) == (
        "DRAFT-3",
        "refused",
        "B0EXAMPLE3",
        "asin_restricted",
    )
    assert one["problem"].startswith("Amazon does not let you sell ASIN B0EXAMPLE3 as used – good: You need approval.")


def test_a_program_has_an_offer_created_by_the_rules_or_as_it_says(program: Browser, engine: Engine) -> None:
    found = by_sku(engine)
    first = program.client.post(API, json={"listing": found["DRAFT-1"].id})
    wish = {"listing": found["DRAFT-2"].id, "asin": "B0EXAMPLE2", "condition": "used_good", "price_jpy": 3_000}
    second = program.client.post(API, json=wish)

    assert (first.status_code, second.status_code) == (204, 204)
    told = {one["sku"]: one for one in program.get(API).json()["creations"]}
    assert {told[sku]["state"] for sku in ("DRAFT-1", "DRAFT-2")} == {"waiting"}
    assert told["DRAFT-2"]["price_jpy"] == 3_000
    stage = program.get(f"/api/v1/listings/{found['DRAFT-1'].id}").json()["stage"]
    assert stage == "registering"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({}, "asin_missing"),
        ({"asin": "nonsense"}, "asin_malformed"),
        ({"asin": "B0EXAMPLE2", "price_jpy": 10}, "price_below_cost"),
    ],
)
def test_a_program_is_told_why_not(program: Browser, engine: Engine, wish: dict[str, object], code: str) -> None:
    refused = program.client.post(API, json={"listing": by_sku(engine)["DRAFT-2"].id, **wish})

    assert refused.status_code == 409
    assert refused.json()["reason_code"] == code


def test_a_program_searches_the_catalogue(program: Browser) -> None:
    asked = program.client.post(f"{API}/catalogue", json={"query": "MX-00003"})
    assert (asked.status_code, asked.json()["done"]) == (202, False)
    told = program.get(f"{API}/catalogue/{asked.json()['search']}").json()
    assert (told["query"], told["products"]) == ("MX-00003", [])


def test_the_command_tells_the_same(program: Browser, mercarich: Mercarich) -> None:
    [seller] = mercarich.json("creations")["sellers"]
    page = mercarich.page("creations", "--username", "ann")

    assert (seller["username"], seller["counts"]) == ("ann", {"refused": 1})
    assert "Amazon does not let you sell" in " ".join(page.split())
