"""A seller links an Amazon account over real servers: our page, the simulator's consent page, feed's callback."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import Engine, select
from tests.integration.web.amazon_way import KEY, LINK, PAGE, Way, amazon_at, way_to
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import let_sign_in

from mercarich_contracts.linking import Outcome
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_feed.adapters.token_cipher import TokenCipher, read_key
from mercarich_platform.clock import utc_now


@pytest.fixture(scope="module")
def amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with amazon_at(tmp_path_factory.mktemp("amazon") / "log") as address:
        yield address


@pytest.fixture
def apart() -> bool:
    """Whether feed runs in a process of its own."""
    return False


@pytest.fixture
def way(database_url: str, engine: Engine, rows: Rows, amazon: str, tmp_path: Path, *, apart: bool) -> Iterator[Way]:
    """Ann (1) and Bob (2) can sign in; neither has an account."""
    for username in ("ann", "bob"):
        let_sign_in(engine, rows.user(username))
    with way_to(amazon, database_url, engine, tmp_path / "feed.log", apart=apart) as found:
        yield found
    httpx.delete(f"{amazon}/_sim/faults", trust_env=False).raise_for_status()


def test_an_account_is_linked_and_only_feed_can_read_its_token(way: Way) -> None:
    ann = way.signed_in()
    asked = way.to_consent(ann)
    address = way.decide(asked)

    assert way.back(ann, address) == Outcome.LINKED

    seller, account = way.seed["sellers"][0], way.account(1)
    assert account is not None
    assert (account.seller_id, account.token_verdict) == (seller["seller_id"], "valid")
    assert seller["refresh_token"] not in account.refresh_token
    assert TokenCipher(read_key(KEY, None)).decrypt(1, account.refresh_token) == seller["refresh_token"]
    with reading(way.engine) as connection:
        log = tables.audit_log.c
        deeds = connection.execute(select(log.action, log.actor, log.address, log.agent).order_by(log.id)).all()
    of = ("ann", "127.0.0.1", ann.client.headers["User-Agent"])
    assert deeds[-2:] == [("amazon_link_begun", *of), ("amazon_linked", *of)]
    page = ann.get(PAGE).text
    assert seller["seller_id"] in page
    assert account.refresh_token not in page


@pytest.mark.parametrize("apart", [True])
def test_no_log_and_no_table_holds_what_came_in_the_address(way: Way, *, apart: bool) -> None:
    ann = way.signed_in()
    asked = way.to_consent(ann)
    address = way.decide(asked)
    way.back(ann, address)
    code = parse_qs(urlsplit(address).query)["spapi_oauth_code"][0]

    log = way.feed_log.read_text()
    with reading(way.engine) as connection:
        link = str(connection.execute(select(tables.amazon_links)).one())
    for secret in (code, asked["state"], way.seed["sellers"][0]["refresh_token"], ann.client.cookies["mercarich"]):
        assert secret not in log + link
    assert "a seller came back from Amazon" in log


def test_an_address_that_comes_again_changes_nothing(way: Way) -> None:
    ann = way.signed_in()
    address = way.decide(way.to_consent(ann))
    way.back(ann, address)
    before = way.account(1)

    assert way.back(ann, address) == Outcome.USED
    assert way.account(1) == before


def test_a_state_that_was_never_given_out_links_nothing(way: Way) -> None:
    ann = way.signed_in()
    address = way.decide({**way.to_consent(ann), "state": "made-up"})

    assert way.back(ann, address) == Outcome.STRANGE
    assert way.account(1) is None


def test_who_was_lured_to_the_consent_page_of_another_gives_nothing_away(way: Way) -> None:
    mallory, victim = way.signed_in("bob"), way.signed_in("ann")
    address = way.decide(way.to_consent(mallory))

    assert way.back(victim, address) == Outcome.STRANGE
    assert "outcome=strange" in way.site.browser().client.get(address).headers["location"]
    assert (way.account(1), way.account(2)) == (None, None)
    assert way.back(mallory, address) == Outcome.LINKED  # The session that it was given to can still use it.


def test_another_session_of_the_same_seller_is_another(way: Way) -> None:
    address = way.decide(way.to_consent(way.signed_in()))

    assert way.back(way.signed_in(), address) == Outcome.STRANGE


def test_after_signing_out_nothing_is_linked(way: Way) -> None:
    ann = way.signed_in()
    address, cookie = way.decide(way.to_consent(ann)), ann.client.cookies["mercarich"]
    ann.post("/sign-out")
    ann.client.cookies.set("mercarich", cookie, domain="127.0.0.1")

    assert "outcome=strange" in ann.client.get(address).headers["location"]
    assert way.account(1) is None


def test_a_state_ends_after_some_minutes(way: Way) -> None:
    ann = way.signed_in()
    address = way.decide(way.to_consent(ann))
    way.change(tables.amazon_links, expires_at=utc_now() - timedelta(seconds=1))

    assert way.back(ann, address) == Outcome.EXPIRED
    assert way.account(1) is None


def test_who_does_not_consent_is_told_so_and_may_try_again(way: Way) -> None:
    ann = way.signed_in()

    assert way.back(ann, way.decide(way.to_consent(ann), "cancel")) == Outcome.DENIED
    assert way.account(1) is None
    assert way.back(ann, way.decide(way.to_consent(ann))) == Outcome.LINKED


@pytest.mark.parametrize(
    ("kind", "outcome"), [("invalid_grant", Outcome.REFUSED), ("invalid_client", Outcome.AWAY), ("500", Outcome.AWAY)]
)
def test_amazons_trouble_is_told_and_leaves_all_as_it_was(way: Way, kind: str, outcome: Outcome) -> None:
    ann = way.signed_in()
    address = way.decide(way.to_consent(ann))
    httpx.post(f"{way.amazon}/_sim/faults", json={"target": "lwa", "kind": kind}, trust_env=False).raise_for_status()

    assert way.back(ann, address) == outcome
    assert way.account(1) is None


def test_a_refused_token_is_replaced_by_linking_again(way: Way) -> None:
    ann = way.signed_in()
    way.back(ann, way.decide(way.to_consent(ann)))
    way.change(tables.amazon_accounts, token_verdict="invalid", token_reason="LWA invalid_grant", refresh_token="old")

    assert way.back(ann, way.decide(way.to_consent(ann))) == Outcome.LINKED
    account = way.account(1)
    assert account is not None
    assert (account.token_verdict, account.token_reason) == ("valid", None)


def test_another_account_takes_the_place_of_one_only_while_no_listing_is_in_it(way: Way, rows: Rows) -> None:
    ann = way.signed_in()
    first, second = (way.seed["sellers"][number]["seller_id"] for number in (0, 1))
    outcomes = [way.back(ann, way.decide(way.to_consent(ann), seller=number)) for number in (0, 1)]
    rows.listing(1, rows.source("x1"), "A-1")
    outcomes.append(way.back(ann, way.decide(way.to_consent(ann), seller=0)))

    account = way.account(1)
    assert outcomes == [Outcome.LINKED, Outcome.LINKED, Outcome.OTHER_SELLER]
    assert account is not None
    assert (account.seller_id, first != second) == (second, True)


def test_it_needs_a_fresh_login_and_no_form_leads_to_another_site(way: Way) -> None:
    """A browser would also apply such a form's policy to every address that Amazon redirects to."""
    ann = way.signed_in()
    policy = ann.get(PAGE).headers["content-security-policy"]
    way.change(tables.sessions, confirmed_at=ago(hours=1))

    answer = ann.post(LINK)

    assert "form-action 'self';" in policy
    assert (answer.status_code, answer.headers["location"][:8]) == (303, "/confirm")


@pytest.mark.parametrize("query", ["", "?state=", f"?state={'s' * 3_000}", "?state=a&state=b&spapi_oauth_code=%00"])
def test_the_callback_bears_whatever_it_is_asked(way: Way, query: str) -> None:
    ann = way.signed_in()
    callback = urlsplit(way.decide(way.to_consent(ann)))._replace(query="").geturl()

    assert "outcome=strange" in ann.client.get(callback + query).headers["location"]
    assert ann.client.head(callback).status_code == 405  # Requests that only look do not use the state up.
