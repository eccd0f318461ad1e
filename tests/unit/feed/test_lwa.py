"""Access tokens: cache, single flight, and who has to act on a refusal."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.feed.amazon_fake import ACCOUNT, TOKEN, FakeAmazon

from mercarich_feed.domain.answers import AppCredentials, TokenRevoked, Transient

ERRORS = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data")) / "spapi" / "lwa_errors.json"
INVALID_CLIENT = (401, {"error": "invalid_client", "error_description": "Client authentication failed"})
INVALID_GRANT = (400, {"error": "invalid_grant", "error_description": "The request has an invalid grant parameter"})
CLASSES = {
    "invalid_grant": TokenRevoked,
    "unauthorized_client": TokenRevoked,
    "invalid_client": AppCredentials,
    "invalid_request": AppCredentials,
    "invalid_scope": AppCredentials,
    "access_denied": AppCredentials,
    "server_error": Transient,
    "temporarily_unavailable": Transient,
}


def test_a_token_is_kept_until_a_minute_before_its_end() -> None:
    amazon = FakeAmazon()
    lwa = amazon.lwa(amazon.http())
    assert lwa.token(ACCOUNT) == "Atza|one"
    amazon.clock = 3539
    lwa.token(ACCOUNT)
    assert len(amazon.token_requests) == 1
    amazon.clock = 3541
    lwa.token(ACCOUNT)
    assert len(amazon.token_requests) == 2
    assert b"refresh_token=Atzr%7Crefresh" in amazon.token_requests[0].content


def test_another_account_that_the_seller_links_gets_no_token_of_the_one_before() -> None:
    amazon = FakeAmazon()
    lwa = amazon.lwa(amazon.http())
    lwa.token(ACCOUNT)
    lwa.token(replace(ACCOUNT, refresh_token="Atzr|linked-again"))

    assert [b"linked-again" in request.content for request in amazon.token_requests] == [False, True]


def test_many_threads_refresh_once() -> None:
    amazon = FakeAmazon()
    lwa = amazon.lwa(amazon.http())
    gate = threading.Barrier(8)

    def ask(_: int) -> str:
        gate.wait(5)
        return lwa.token(ACCOUNT)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"Atza|one"}
    assert len(amazon.token_requests) == 1


def test_a_refused_application_stops_everybody_says_so_once_and_probes_again(caplog: pytest.LogCaptureFixture) -> None:
    amazon = FakeAmazon(tokens=(INVALID_CLIENT, INVALID_CLIENT, TOKEN))
    lwa = amazon.lwa(amazon.http(), retry_seconds=30)
    other = replace(ACCOUNT, user_id=8)
    for account in (ACCOUNT, other, ACCOUNT):
        with pytest.raises(AppCredentials):
            lwa.token(account)
    assert len(amazon.token_requests) == 1
    amazon.clock = 31
    with pytest.raises(AppCredentials):
        lwa.token(other)
    assert len(amazon.token_requests) == 2
    amazon.clock = 62
    assert lwa.token(other) == "Atza|one"
    assert lwa.token(ACCOUNT) == "Atza|one"
    assert [record.levelname for record in caplog.records if record.levelname == "CRITICAL"] == ["CRITICAL"]


def test_a_refused_seller_stops_nobody_else_and_no_secret_is_told() -> None:
    amazon = FakeAmazon(tokens=(INVALID_GRANT, TOKEN))
    lwa = amazon.lwa(amazon.http())
    with pytest.raises(TokenRevoked) as refusal:
        lwa.token(ACCOUNT)
    assert "Atzr" not in f"{refusal.value!r}{ACCOUNT!r}"
    assert lwa.token(replace(ACCOUNT, user_id=8)) == "Atza|one"


@pytest.mark.parametrize("body", ["<html>503</html>", {"token_type": "bearer"}, ""])
def test_200_without_a_token_is_transient(body: object) -> None:
    amazon = FakeAmazon(tokens=((200, body),))
    with pytest.raises(Transient):
        amazon.lwa(amazon.http()).token(ACCOUNT)


@pytest.mark.parametrize(("code", "kind"), CLASSES.items())
def test_every_code_of_lwa_has_its_class(code: str, kind: type[Exception]) -> None:
    amazon = FakeAmazon(tokens=((400, {"error": code, "error_description": "d"}),))
    with pytest.raises(kind):
        amazon.lwa(amazon.http()).token(ACCOUNT)


@pytest.mark.skipif(not ERRORS.exists(), reason="the recorded answers are not here (MERCARICH_RECORDED_DATA)")
def test_every_recorded_refusal_has_its_class() -> None:
    recorded = json.loads(ERRORS.read_text())
    assert set(recorded["codes"]) == set(CLASSES)
    for error in recorded["errors"]:
        amazon = FakeAmazon(tokens=((error["status"], error["body"]),))
        with pytest.raises(CLASSES[error["body"]["error"]]):
            amazon.lwa(amazon.http()).token(ACCOUNT)
