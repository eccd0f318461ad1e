"""A seller who returns from Amazon's consent page links an account: once, in time, with the session that was sent
there."""

from datetime import UTC, datetime, timedelta

import pytest

from mercarich_contracts.linking import Outcome, hashed
from mercarich_feed.domain.answers import AmazonTrouble, AppCredentials, TokenRevoked, Transient
from mercarich_feed.domain.linking import Callback, Sent, refusal
from mercarich_feed.domain.pushes import Account
from mercarich_feed.use_cases.linking import LinkAccount

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SENT = Sent(7, hashed("session"), NOW + timedelta(minutes=1), None)
CAME = Callback("state", "session", "code", "A1SELLER")


class FakeLinks:
    def __init__(self, *, takes: bool = True) -> None:
        self.takes = takes
        self.linked: list[Account] = []

    def take(self, state_hash: str, session_hash: str, now: datetime) -> int | Outcome:
        assert state_hash == hashed("state")
        return refusal(SENT, session_hash, now) or SENT.user_id

    def link(self, account: Account, now: datetime, address: str, agent: str) -> bool:
        self.linked += [account] if self.takes else []
        return self.takes


def come(links: FakeLinks, came: Callback = CAME, trouble: AmazonTrouble | None = None) -> Outcome:
    def exchange(code: str) -> str:
        assert code == came.code
        if trouble is not None:
            raise trouble
        return "Atzr|token"

    return LinkAccount(links, exchange, "A1VC38T7YXB528", lambda: NOW)(came)


def test_a_code_becomes_the_token_of_who_was_sent() -> None:
    links = FakeLinks()

    assert come(links) is Outcome.LINKED
    assert links.linked == [Account(7, "A1SELLER", "A1VC38T7YXB528", "Atzr|token", trusted=True)]


@pytest.mark.parametrize(
    ("sent", "session", "outcome"),
    [
        (None, "session", Outcome.STRANGE),
        (SENT, "of somebody else", Outcome.STRANGE),
        (Sent(7, hashed("session"), NOW + timedelta(minutes=1), NOW), "session", Outcome.USED),
        (Sent(7, hashed("session"), NOW, None), "session", Outcome.EXPIRED),
        (SENT, "session", None),
    ],
)
def test_a_state_is_good_once_in_time_and_for_its_session(
    sent: Sent | None, session: str, outcome: Outcome | None
) -> None:
    assert refusal(sent, hashed(session), NOW) is outcome


def test_nothing_is_exchanged_for_a_strangers_session() -> None:
    links = FakeLinks()

    assert come(links, Callback("state", "other", "code", "A1SELLER"), Transient("asked")) is Outcome.STRANGE
    assert links.linked == []


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (TokenRevoked("LWA invalid_grant"), Outcome.REFUSED),
        (AppCredentials("LWA invalid_client"), Outcome.AWAY),
        (Transient("LWA 500"), Outcome.AWAY),
    ],
)
def test_what_amazon_refuses_links_nothing(trouble: AmazonTrouble, outcome: Outcome) -> None:
    links = FakeLinks()

    assert come(links, trouble=trouble) is outcome
    assert links.linked == []


@pytest.mark.parametrize("seller_id", ["", "a1seller", "A1/../x", "A" * 33])
def test_no_account_has_such_an_id(seller_id: str) -> None:
    assert come(FakeLinks(), Callback("state", "session", "code", seller_id)) is Outcome.REFUSED


def test_who_does_not_consent_or_comes_with_another_account_is_told_so() -> None:
    denied = Callback("state", "session", "", "", denied=True)

    assert come(FakeLinks(), denied) is Outcome.DENIED
    assert come(FakeLinks(takes=False)) is Outcome.OTHER_SELLER


def test_what_the_browser_brings_is_in_no_text_of_it() -> None:
    assert repr(CAME) == "Callback(seller_id='A1SELLER', denied=False)"
