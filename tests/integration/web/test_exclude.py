"""`mercarich exclude list|add|remove`: the source sellers and words that one seller, or all sellers, exclude."""

import pytest
from sqlalchemy import Engine
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows

from mercarich_contracts.market import Marketplace
from mercarich_db.engine import reading
from mercarich_db.replacement_rules import rules_of

HANAKO = ("--username", "hanako")
EVERYONE = ("--everyone",)


@pytest.fixture(autouse=True)
def sellers(rows: Rows) -> tuple[int, int]:
    return rows.user("hanako"), rows.user("taro")


def test_one_is_added_shown_and_taken_back(mercarich: Mercarich) -> None:
    assert mercarich.page("exclude", "list") == "nothing is excluded\n"
    added = mercarich.page("exclude", "add", "seller", "yahoo", "bad_shop", *HANAKO)
    mercarich.page("exclude", "add", "word", " ジャンク ", *HANAKO)

    assert added == "hanako: seller at yahoo bad_shop is excluded\n"
    assert mercarich.json("exclude", "list", *HANAKO)["exclusions"] == [
        {"username": "hanako", "marketplace": "yahoo", "value": "bad_shop"},
        {"username": "hanako", "marketplace": None, "value": "ジャンク"},
    ]
    page = mercarich.page("exclude", "list")
    assert "seller at yahoo" in page
    assert "ジャンク" in page
    removed = mercarich.page("exclude", "remove", "seller", "yahoo", "bad_shop", *HANAKO)
    assert removed == "hanako: seller at yahoo bad_shop is excluded no more\n"
    assert [each["value"] for each in mercarich.json("exclude", "list")["exclusions"]] == ["ジャンク"]


def test_a_second_time_changes_nothing_and_a_word_is_the_same_in_capitals(mercarich: Mercarich) -> None:
    assert mercarich.json("exclude", "add", "word", "Junk", *EVERYONE)["changed"]
    again = mercarich.json("exclude", "add", "word", "JUNK", *EVERYONE)

    assert again == {"exclusion": {"username": None, "marketplace": None, "value": "junk"}, "changed": False}


def test_that_of_all_sellers_is_shown_first_and_holds_for_each(mercarich: Mercarich) -> None:
    mercarich.page("exclude", "add", "word", "fake", *HANAKO)
    mercarich.page("exclude", "add", "seller", "mercari", "123", *EVERYONE)

    assert [(each["username"], each["value"]) for each in mercarich.json("exclude", "list")["exclusions"]] == [
        (None, "123"),
        ("hanako", "fake"),
    ]
    assert [each["value"] for each in mercarich.json("exclude", "list", "--username", "taro")["exclusions"]] == ["123"]


def test_m7_revivals_go_by_a_sellers_own_and_by_those_of_all(
    mercarich: Mercarich, engine: Engine, sellers: tuple[int, int]
) -> None:
    for words in (("word", "fake", *HANAKO), ("word", "Junk", *EVERYONE), ("seller", "mercari", "123", *EVERYONE)):
        mercarich.page("exclude", "add", *words)
    with reading(engine) as connection:
        hanako, taro = (rules_of(connection, user) for user in sellers)

    assert (hanako.banned_words, taro.banned_words) == (("fake", "junk"), ("junk",))
    assert hanako.banned_sellers == taro.banned_sellers == {(Marketplace.MERCARI, "123")}


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("add", "word", "   ", *HANAKO), 2, "expected a word of 1 to 64 visible characters, not '   '"),
        (("add", "word", "x" * 65, *HANAKO), 2, "expected a word of 1 to 64 visible characters"),
        (("add", "word", "a\x07b", *HANAKO), 2, "visible characters"),
        (("add", "seller", "yahoo", "two words", *HANAKO), 2, "expected a source seller's id of 1 to 64"),
        (("add", "seller", "ebay", "x", *HANAKO), 2, "invalid choice: 'ebay'"),
        (("add", "word", "x"), 2, "one of the arguments --username --everyone is required"),
        (("add", "word", "x", *HANAKO, *EVERYONE), 2, "not allowed with argument"),
        (("add", "word", "x", "--username", "nobody"), 1, "there is no seller 'nobody'"),
        (("list", "--username", "nobody"), 1, "there is no seller 'nobody'"),
        (("remove", "word", "x", *EVERYONE), 1, "'x' is not excluded for all sellers"),
        (("remove", "seller", "mercari", "9", *HANAKO), 1, "'9' is not excluded for hanako"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    mercarich: Mercarich, words: tuple[str, ...], code: int, says: str
) -> None:
    done = mercarich("exclude", *words)

    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
