"""The check of all tokens (rows V1 to V3): its verdicts, its pace, and the application's own trouble."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_feed.commands import token_lines, update_feed, validate_mws_tokens
from mercarich_feed.domain.answers import AmazonTrouble, AppCredentials, Forbidden, RateLimited, TokenRevoked, Transient
from mercarich_feed.domain.pushes import Account
from mercarich_feed.domain.tokens import TokensChecked, Verdict
from mercarich_feed.ports_tokens import UnreadableToken
from mercarich_feed.use_cases.tokens import CheckTokens


class FakeBook:
    """Sellers 1 to n. The token of `unreadable` cannot be decrypted; `relinked` stores another one while the first is
    in use; each has two exposed withdrawals."""

    def __init__(self, count: int, unreadable: int = 0, relinked: int = 0) -> None:
        self.count, self.unreadable, self.relinked = count, unreadable, relinked
        self.stored: dict[int, tuple[Verdict, str | None]] = {}
        self.ended: TokensChecked | None = None

    def sellers(self, usernames: Sequence[str]) -> Sequence[tuple[int, str]]:
        return [(n, f"s{n}") for n in range(1, self.count + 1) if not usernames or f"s{n}" in usernames]

    def account(self, user_id: int) -> Account:
        if user_id == self.unreadable:
            raise UnreadableToken("it was encrypted with another key", f"sealed {user_id}")
        return Account(user_id, f"A{user_id}", "M", "secret", trusted=True, sealed=f"sealed {user_id}")

    def store(self, user_id: int, sealed: str, verdict: Verdict, reason: str | None) -> bool:
        if user_id == self.relinked or sealed != f"sealed {user_id}":
            return False
        self.stored[user_id] = (verdict, reason)
        return True

    def exposed(self, user_id: int) -> int:
        return 2

    def begin(self) -> int:
        return 1

    def end(self, check_id: int, checked: TokensChecked) -> None:
        self.ended = checked


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def _check(book: FakeBook, troubles: dict[int, AmazonTrouble], gap: float = 0.0) -> tuple[CheckTokens, list[float]]:
    clock, asked_at = Clock(), list[float]()

    def prove(account: Account) -> None:
        asked_at.append(clock.now)
        if account.user_id in troubles:
            raise troubles[account.user_id]

    return CheckTokens(book, prove, lambda: clock.now, clock.sleep, gap), asked_at


def test_v1_each_seller_is_valid_invalid_or_unknown_and_unknown_changes_nothing() -> None:
    book = FakeBook(6, unreadable=2)
    troubles = {
        3: TokenRevoked("LWA invalid_grant"),
        4: RateLimited("HTTP 429"),
        5: Transient("HTTP 503"),
        6: Forbidden("Access is denied"),
    }

    checked = _check(book, troubles)[0]()

    assert [one.verdict.value for one in checked.judged] == ["valid", "invalid", "invalid"] + ["unknown"] * 3
    assert book.stored == {
        1: (Verdict.VALID, None),
        2: (Verdict.INVALID, "it was encrypted with another key"),
        3: (Verdict.INVALID, "LWA invalid_grant"),
    }
    assert book.ended is checked


def test_a_seller_who_links_again_meanwhile_is_not_blamed_for_the_older_token() -> None:
    book = FakeBook(2, relinked=2)
    checked = _check(book, {2: TokenRevoked("LWA invalid_grant")})[0]()

    assert [one.verdict for one in checked.judged] == [Verdict.VALID, Verdict.UNKNOWN]
    assert checked.judged[1].reason == "another token was stored meanwhile"
    assert checked.exposed == 0


def test_f4_the_offers_that_an_invalid_token_exposes_are_counted() -> None:
    checked = _check(FakeBook(3), {2: TokenRevoked("LWA invalid_grant")})[0]()

    assert checked.exposed == 2
    assert token_lines(checked) == [
        "s2: INVALID (LWA invalid_grant), 2 offers are exposed until this seller authorises again",
        "tokens: 2 valid, 1 invalid, 0 unknown; 2 offers exposed",
    ]


def test_v2_refused_credentials_of_the_application_blame_no_seller() -> None:
    book = FakeBook(5)

    check, asked_at = _check(book, {n: AppCredentials("LWA invalid_client") for n in range(1, 6)})
    checked = check()

    assert book.stored == {}
    assert len(asked_at) == 1
    assert (checked.problem, list(checked.unreached)) == ("LWA invalid_client", ["s1", "s2", "s3", "s4", "s5"])
    assert "5 sellers were not judged" in token_lines(checked)[0]


@pytest.mark.parametrize("count", [80, 200])
def test_v3_sellers_are_asked_about_one_after_the_other_with_jitter(count: int) -> None:
    asked_at = [_check(FakeBook(count), {}, gap=1.0)]
    check, times = asked_at[0]
    check()

    for second in range(count):
        assert sum(second <= at < second + 1 for at in times) == 1
    assert len({round(at % 1, 3) for at in times}) > count / 4


@pytest.mark.parametrize(
    ("command", "words", "says"),
    [
        (validate_mws_tokens, ["--usernames"], "expected at least one argument"),
        (validate_mws_tokens, ["taro"], "unrecognized arguments: taro"),
        (partial(update_feed, Marketplace.YAHOO), ["--max-workers", "0"], "from 1 to 1000, not '0'"),
        (partial(update_feed, Marketplace.YAHOO), ["--max-workers", "many"], "from 1 to 1000, not 'many'"),
        (partial(update_feed, Marketplace.MERCARI), ["--max-item-count", "0"], "a number from 1, not '0'"),
        (partial(update_feed, Marketplace.MERCARI), ["--usernames"], "expected at least one argument"),
        (partial(update_feed, Marketplace.MERCARI), ["now"], "unrecognized arguments: now"),
    ],
)
def test_bad_input_of_feeds_commands_is_refused_with_a_sentence(
    command: Callable[[Sequence[str]], int], words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        command(words)

    assert says in capsys.readouterr().err
