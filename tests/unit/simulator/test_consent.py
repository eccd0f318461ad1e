"""Amazon's consent page and its code: valid once, for five minutes, for the address it was given to."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

BACK = "https://shop.example/amazon/linked"
ASKED = {"application_id": "amzn1.sp.solution.ours", "state": 'a"b', "redirect_uri": BACK}


def consent(sim: Any, answer: str = "confirm", back: str = BACK) -> dict[str, str]:
    """Return the query with which the browser is sent back."""
    seller = sim.json("GET", "/_sim/seed")["sellers"][1]["seller_id"]
    form = {"state": "of-ann", "redirect_uri": back, "seller_id": seller, "answer": answer}
    reply = sim.call("POST", "/sellercentral/apps/authorize/confirm", urlencode(form).encode())
    address = dict(reply.headers)["location"]
    assert (reply.status, address.partition("?")[0]) == (302, back)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def exchange(sim: Any, code: str, back: str = BACK) -> Any:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    return sim.call("POST", "/lwa/auth/o2/token", urlencode(form | sim.json("GET", "/_sim/seed")["lwa"]).encode())


def test_the_page_names_the_application_and_keeps_the_state(sim: Any) -> None:
    page = sim.call("GET", f"/sellercentral/apps/authorize/consent?{urlencode(ASKED)}")

    assert page.status == 200
    assert b"amzn1.sp.solution.ours" in page.body
    assert b'value="a&quot;b"' in page.body


@pytest.mark.parametrize("missing", ["application_id", "state", "redirect_uri"])
def test_a_link_without_its_parts_leads_nowhere(sim: Any, missing: str) -> None:
    query = urlencode({name: value for name, value in ASKED.items() if name != missing})

    assert sim.call("GET", f"/sellercentral/apps/authorize/consent?{query}").status == 400


def test_a_confirmed_code_is_worth_the_sellers_token_once(sim: Any) -> None:
    back = consent(sim)

    first, second = exchange(sim, back["spapi_oauth_code"]), exchange(sim, back["spapi_oauth_code"])

    seller = sim.json("GET", "/_sim/seed")["sellers"][1]
    assert (back["state"], back["selling_partner_id"]) == ("of-ann", seller["seller_id"])
    assert seller["refresh_token"].encode() in first.body
    assert (second.status, b"invalid_grant" in second.body) == (400, True)


def test_a_code_ends_and_is_worth_nothing_elsewhere(sim: Any) -> None:
    assert exchange(sim, consent(sim)["spapi_oauth_code"], "https://other.example/").status == 400
    assert exchange(sim, "ANmade-up").status == 400
    late = consent(sim)["spapi_oauth_code"]
    sim.advance(301)
    assert exchange(sim, late).status == 400


def test_who_cancels_is_sent_back_without_a_code(sim: Any) -> None:
    back = consent(sim, "cancel")

    assert (back["error"], back["state"], "spapi_oauth_code" in back) == ("access_denied", "of-ann", False)
