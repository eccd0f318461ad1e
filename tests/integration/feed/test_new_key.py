"""Replace the key of the stored tokens: first both keys decrypt them, then only the new one."""

import base64

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from tests.integration.feed.shop import Shop

from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts
from mercarich_feed.adapters.accounts_sql import SqlAccounts, open_accounts
from mercarich_feed.adapters.token_cipher import TokenCipher, new_key
from mercarich_feed.settings import FeedSettings
from mercarich_platform.clock import utc_now
from mercarich_platform.sealing import DEVELOPMENT_KEY, decoded_key
from mercarich_platform.settings import BadConfiguration


def keyed(settings: FeedSettings, key: str, old: str = "") -> FeedSettings:
    keys = {"encryption_key": SecretStr(key), "old_encryption_key": SecretStr(old)}
    return settings.model_copy(update=keys)


def tokens(shop: Shop, settings: FeedSettings) -> list[str]:
    accounts = open_accounts(shop.engine, settings, 1)
    return [accounts.account(user_id).refresh_token for user_id, _ in stored(shop)]


def stored(shop: Shop) -> list[tuple[int, str]]:
    with reading(shop.engine) as connection:
        found = connection.execute(select(amazon_accounts.c.user_id, amazon_accounts.c.refresh_token))
        return [(row.user_id, row.refresh_token) for row in found]


def test_all_tokens_are_sealed_anew_and_stay_what_they_are(shop: Shop, settings: FeedSettings) -> None:
    new = new_key()
    before, sealed = tokens(shop, settings), stored(shop)
    with_both = tokens(shop, keyed(settings, new, shop.key))
    again = stored(shop)

    assert before == with_both == tokens(shop, keyed(settings, new))
    assert stored(shop) == again, "what is sealed with the newer key is left as it is"
    assert len(before) > 1
    assert not set(again) & set(sealed)


def test_while_both_are_given_it_does_not_matter_which_is_the_newer(shop: Shop, settings: FeedSettings) -> None:
    new = new_key()

    assert tokens(shop, keyed(settings, shop.key, new)) == tokens(shop, keyed(settings, new, shop.key))


def test_a_token_that_is_linked_while_all_are_sealed_anew_stays(shop: Shop, settings: FeedSettings) -> None:
    """Between reading all tokens and writing each."""
    old = TokenCipher(decoded_key(shop.key, "FEED_ENCRYPTION_KEY"))
    linked = old.encrypt(1, "Atzr|linked meanwhile")
    key = new_key()

    class Linking(TokenCipher):
        def encrypt(self, user_id: int, token: str) -> str:
            if user_id == 1:
                shop.store_token(1, linked)
            return super().encrypt(user_id, token)

    older = decoded_key(shop.key, "FEED_ENCRYPTION_KEY")
    cipher = Linking(decoded_key(key, "FEED_ENCRYPTION_KEY"), older)
    SqlAccounts(shop.engine, cipher, 1, utc_now).reseal()

    assert dict(stored(shop))[1] == linked
    assert tokens(shop, keyed(settings, key, shop.key))[0] == "Atzr|linked meanwhile"


def test_a_verdict_is_about_the_token_that_was_used(shop: Shop, settings: FeedSettings) -> None:
    accounts = open_accounts(shop.engine, settings, 1)
    used = accounts.account(1)
    accounts.refused(used, "revoked")
    assert (shop.account(1).token_verdict, shop.account(1).token_reason) == ("invalid", "revoked")
    accounts.works(used)
    sealed = TokenCipher(decoded_key(shop.key, "FEED_ENCRYPTION_KEY")).encrypt(1, "Atzr|linked anew")
    shop.store_token(1, sealed)
    accounts.refused(used, "revoked")

    assert (shop.account(1).token_verdict, shop.account(1).token_reason) == ("valid", None)
    assert accounts.account(1).refresh_token == "Atzr|linked anew"


def test_a_token_that_cannot_be_read_is_refused(shop: Shop, settings: FeedSettings) -> None:
    accounts = open_accounts(shop.engine, settings, 1)
    shop.store_token(1, TokenCipher(decoded_key(new_key(), "FEED_ENCRYPTION_KEY")).encrypt(1, "Atzr|of another key"))

    assert accounts.pushable(1) is None
    assert shop.account(1).token_verdict == "invalid"


def test_the_key_of_the_development_profile_is_refused_elsewhere(shop: Shop, settings: FeedSettings) -> None:
    before = stored(shop)
    with pytest.raises(BadConfiguration, match="FEED_ENCRYPTION_KEY: everybody knows this key"):
        open_accounts(shop.engine, keyed(settings, base64.b64encode(DEVELOPMENT_KEY).decode(), shop.key), 1)

    assert stored(shop) == before


@pytest.mark.parametrize(("old", "says"), [("", "does not open"), ("c2hvcnQ=", "FEED_OLD_ENCRYPTION_KEY: expected 32")])
def test_without_the_old_key_nothing_is_touched(shop: Shop, settings: FeedSettings, old: str, says: str) -> None:
    before = stored(shop)
    with pytest.raises(BadConfiguration, match=says):
        open_accounts(shop.engine, keyed(settings, new_key(), old), 1)

    assert stored(shop) == before
