"""Which texts are mail addresses."""

import pytest

from mercarich_web.identity.mail_addresses import is_mail_address, mail_address, same_mailbox
from mercarich_web.refusals import Refused


@pytest.mark.parametrize(
    "text",
    [
        "ann@shop.example",
        "Ann.Lee+mercarich@mail.shop.example",
        "o'hara@shop.example",
        "two..dots.@docomo.ne.jp",
        "ann@xn--pckwb0cye6947ajzku8opzi.jp",
        f"{'a' * 64}@shop.example",
    ],
)
def test_an_ordinary_address_is_taken(text: str) -> None:
    assert mail_address(f" {text}\n") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "ann@",
        "@shop.example",
        "ann@shop",
        "ann@127.0.0.1",
        "ann@[127.0.0.1]",
        "ann@-shop.example",
        "ann@shop-.example",
        "ann@shop..example",
        "-ann@shop.example",
        "ann@shop.example\nBcc: x@y.example",
        "ann@shop.example\r",
        "ann\u2028@shop.example",
        "ann\x00@shop.example",
        "a b@shop.example",
        "ann@shop.example,bob@shop.example",
        "ann@shop.example;bob@shop.example",
        "ann@bob@shop.example",
        "Ann <ann@shop.example>",
        '"ann"@shop.example',
        "friends:ann@shop.example",
        "=?utf-8?q?=0d=0aBcc=3ax?=@shop.example",
        "a=?b@shop.example",
        "店@shop.example",
        "ann@店.example",
        "ａｎｎ@shop.example",
        f"{'a' * 65}@shop.example",
        f"a@{'b' * 64}.example",
        f"a@{'b.' * 125}example",
    ],
)
def test_what_a_mail_cannot_be_sent_to_or_a_header_reads_otherwise_is_none(text: str) -> None:
    assert not is_mail_address(text)


def test_what_is_none_is_refused_when_it_is_entered() -> None:
    with pytest.raises(Refused):
        mail_address("ann@shop.example\nBcc: x@y.example")


def test_capitals_make_no_other_mailbox() -> None:
    assert same_mailbox("Ann@Shop.example") == same_mailbox("ann@shop.EXAMPLE") != same_mailbox("bob@shop.example")
