"""`ports.Accounts` over `amazon_accounts`; tokens are stored encrypted and decrypted here."""

import logging
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr
from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Engine, bindparam, exists, or_, select, update

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings
from mercarich_db.types import AnyRow, UtcDateTime
from mercarich_feed.adapters.links_sql import SqlLinks
from mercarich_feed.adapters.token_cipher import BadKey, TokenCipher, read_key
from mercarich_feed.domain.pushes import Account
from mercarich_feed.domain.tokens import Verdict
from mercarich_feed.ports_tokens import UnreadableToken
from mercarich_platform.clock import Clock, utc_now
from mercarich_platform.sealing import decoded_key, refuse_published
from mercarich_platform.settings import BadConfiguration

log = logging.getLogger(__name__)


class Keys(Protocol):
    """Settings for the keys of stored tokens: each as text, else as a file; the older key only during a replacement."""

    @property
    def encryption_key(self) -> SecretStr: ...
    @property
    def encryption_key_file(self) -> Path | None: ...
    @property
    def old_encryption_key(self) -> SecretStr: ...


def open_accounts(engine: Engine, keys: Keys, retry_seconds: float, now: Clock = utc_now) -> "SqlAccounts":
    """Open the accounts; tokens sealed with the older key are sealed again with the new one.

    Raises `BadConfiguration` when the key is missing or does not decrypt the stored tokens.
    """
    try:
        accounts = SqlAccounts(engine, _cipher(keys, engine), retry_seconds, now)
        accounts.check_key()
    except BadKey as error:
        raise BadConfiguration(str(error)) from None
    accounts.reseal()
    return accounts


def open_links(engine: Engine, keys: Keys) -> SqlLinks:
    """Open the links after the same key check as `open_accounts`: one wrong key must not seal new tokens."""
    open_accounts(engine, keys, 0)
    return SqlLinks(engine, _cipher(keys, engine))


class SqlAccounts:
    """Accounts of one database. A refused token is not used for `retry_seconds`."""

    def __init__(self, engine: Engine, cipher: TokenCipher, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._cipher = cipher
        self._retry_seconds = retry_seconds
        self._now = now

    def pushable(self, user_id: int) -> Account | None:
        its = {"user_id": user_id, "refused_until": self._now() - timedelta(seconds=self._retry_seconds)}
        with reading(self._engine) as connection:
            row = connection.execute(_PUSHABLE, its).one_or_none()
        if row is None:
            return None
        try:
            return self._opened(row)
        except UnreadableToken as error:
            log.warning("a stored token cannot be read", extra={"user_id": user_id, "reason": str(error)})
            self.store(user_id, error.sealed, Verdict.INVALID, str(error))
            return None

    def account(self, user_id: int) -> Account:
        """Return the account whatever the verdict on its token. Raises `UnreadableToken`."""
        with reading(self._engine) as connection:
            return self._opened(
                connection.execute(select(amazon_accounts).where(amazon_accounts.c.user_id == user_id)).one()
            )

    def refused(self, account: Account, reason: str) -> None:
        self.store(account.user_id, account.sealed, Verdict.INVALID, reason)

    def works(self, account: Account) -> None:
        self.store(account.user_id, account.sealed, Verdict.VALID, None)

    def store(self, user_id: int, sealed: str, verdict: Verdict, reason: str | None) -> bool:
        """Store the verdict on the token stored as `sealed`; return False if it was replaced, and store nothing."""
        this = (amazon_accounts.c.user_id == user_id, amazon_accounts.c.refresh_token == sealed)
        values = {"token_verdict": verdict, "token_reason": reason and reason[:255], "token_checked_at": self._now()}
        statement = update(amazon_accounts).where(*this).values(**values)
        return run_tx(self._engine, lambda connection: connection.execute(statement)).rowcount == 1

    def check_key(self) -> None:
        """Decrypt one stored token, if there is any. Raises `BadKey` when it was sealed with another key."""
        with reading(self._engine) as connection:
            row = connection.execute(
                select(amazon_accounts.c.user_id, amazon_accounts.c.refresh_token)
                .order_by(amazon_accounts.c.user_id)
                .limit(1)
            ).one_or_none()
        if row is None:
            return
        try:
            self._cipher.decrypt(row.user_id, row.refresh_token)
        except UnreadableToken as error:
            raise BadKey(f"the encryption key does not open the stored tokens: {error}") from None

    def reseal(self) -> None:
        """Seal tokens of the older key with the new one. A token that is replaced meanwhile is left as it is."""
        token = amazon_accounts.c.refresh_token
        with reading(self._engine) as connection:
            stored = connection.execute(select(amazon_accounts.c.user_id, token)).all()
        for user_id, text in stored:
            if self._cipher.is_current(text):
                continue
            try:
                sealed = self._cipher.encrypt(user_id, self._cipher.decrypt(user_id, text))
            except UnreadableToken as error:
                log.warning("a stored token cannot be read", extra={"user_id": user_id, "reason": str(error)})
                continue
            this = (amazon_accounts.c.user_id == user_id, token == text)
            change = update(amazon_accounts).where(*this).values(refresh_token=sealed)
            run_tx(self._engine, partial(Connection.execute, statement=change))

    def _opened(self, row: AnyRow) -> Account:
        sealed, trusted = row.refresh_token, row.token_verdict == Verdict.VALID
        token = self._cipher.decrypt(row.user_id, sealed)
        return Account(row.user_id, row.seller_id, row.marketplace_id, token, trusted=trusted, sealed=sealed)


def _cipher(keys: Keys, engine: Engine) -> TokenCipher:
    """Return the cipher with the configured keys. Raises `BadKey`."""
    older = keys.old_encryption_key.get_secret_value()
    key = read_key(keys.encryption_key.get_secret_value(), keys.encryption_key_file)
    refuse_published(key, "FEED_ENCRYPTION_KEY", engine.url.password)
    return TokenCipher(key, decoded_key(older, "FEED_OLD_ENCRYPTION_KEY") if older else None)


def account_usable(now: datetime, retry_seconds: float) -> ColumnElement[bool]:
    """SQL condition: the seller's token was not refused, or more than `retry_seconds` ago."""
    return _not_refused_since(now - timedelta(seconds=retry_seconds))


def _not_refused_since(moment: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    account = amazon_accounts.c
    checked_at = account.token_checked_at
    return or_(account.token_verdict != "invalid", checked_at.is_(None), checked_at <= moment)


_PUSHABLE = select(amazon_accounts).where(
    amazon_accounts.c.user_id == bindparam("user_id"),
    _not_refused_since(bindparam("refused_until", type_=UtcDateTime())),
)
"""Built once: every job of every seller begins by it."""


def has_usable_account(
    now: datetime, retry_seconds: float, user_id: Column[int] = listings.c.user_id
) -> ColumnElement[bool]:
    """SQL condition on a listing, or on another row of a seller: the seller has a usable account."""
    return exists(select(1).where(amazon_accounts.c.user_id == user_id, account_usable(now, retry_seconds)))
