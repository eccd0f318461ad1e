"""`ports.Accounts` over `amazon_accounts`; tokens leave the database encrypted and are opened here."""

import logging
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr
from sqlalchemy import ColumnElement, Connection, Engine, exists, or_, select, update

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings
from mercarich_db.types import AnyRow
from mercarich_feed.adapters.links_sql import SqlLinks
from mercarich_feed.adapters.token_cipher import BadKey, TokenCipher, read_key
from mercarich_feed.domain.pushes import Account
from mercarich_feed.domain.tokens import Verdict
from mercarich_feed.ports import UnreadableToken
from mercarich_platform.clock import Clock, utc_now
from mercarich_platform.sealing import decoded_key
from mercarich_platform.settings import BadConfiguration

log = logging.getLogger(__name__)


class Keys(Protocol):
    """Where the keys of stored tokens are: the text, else the file; and of before, while they are replaced."""

    @property
    def encryption_key(self) -> SecretStr: ...
    @property
    def encryption_key_file(self) -> Path | None: ...
    @property
    def old_encryption_key(self) -> SecretStr: ...


def open_accounts(engine: Engine, keys: Keys, retry_seconds: float, now: Clock = utc_now) -> "SqlAccounts":
    """What the older key has sealed is sealed with the new one. Raises `BadConfiguration` when the key is missing, or
    is not the one that sealed what is stored."""
    try:
        accounts = SqlAccounts(engine, _cipher(keys), retry_seconds, now)
        accounts.check_key()
    except BadKey as error:
        raise BadConfiguration(str(error)) from None
    accounts.seal_anew()
    return accounts


def open_links(engine: Engine, keys: Keys) -> SqlLinks:
    """As `open_accounts`: nothing is sealed with a key that opens nothing else."""
    open_accounts(engine, keys, 0)
    return SqlLinks(engine, _cipher(keys))


class SqlAccounts:
    """Accounts of one database. `retry_seconds`: how long a refused token is left alone."""

    def __init__(self, engine: Engine, cipher: TokenCipher, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._cipher = cipher
        self._retry_seconds = retry_seconds
        self._now = now

    def pushable(self, user_id: int) -> Account | None:
        wanted = amazon_accounts.c.user_id == user_id
        with reading(self._engine) as connection:
            row = connection.execute(
                select(amazon_accounts).where(wanted, account_usable(self._now(), self._retry_seconds))
            ).one_or_none()
        if row is None:
            return None
        try:
            return self._opened(row)
        except UnreadableToken as error:
            log.warning("a stored token cannot be read", extra={"user_id": user_id, "reason": str(error)})
            self.store(user_id, error.sealed, Verdict.INVALID, str(error))
            return None

    def account(self, user_id: int) -> Account:
        """Whatever is thought of its token. Raises `UnreadableToken`."""
        with reading(self._engine) as connection:
            return self._opened(
                connection.execute(select(amazon_accounts).where(amazon_accounts.c.user_id == user_id)).one()
            )

    def refused(self, account: Account, reason: str) -> None:
        self.store(account.user_id, account.sealed, Verdict.INVALID, reason)

    def works(self, account: Account) -> None:
        self.store(account.user_id, account.sealed, Verdict.VALID, None)

    def store(self, user_id: int, sealed: str, verdict: Verdict, reason: str | None) -> bool:
        """A verdict on the token stored as `sealed`; False: another one is by now, and nothing is written."""
        this = (amazon_accounts.c.user_id == user_id, amazon_accounts.c.refresh_token == sealed)
        told = {"token_verdict": verdict, "token_reason": reason and reason[:255], "token_checked_at": self._now()}
        statement = update(amazon_accounts).where(*this).values(**told)
        return run_tx(self._engine, lambda connection: connection.execute(statement)).rowcount == 1

    def check_key(self) -> None:
        """Open one stored token, if there is any. Raises `BadKey` when the key is not the one that sealed it."""
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

    def seal_anew(self) -> None:
        """What an older key has sealed; the rest stays. A token that is stored meanwhile is left alone."""
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


def _cipher(keys: Keys) -> TokenCipher:
    """Raises `BadKey`."""
    older = keys.old_encryption_key.get_secret_value()
    key = read_key(keys.encryption_key.get_secret_value(), keys.encryption_key_file)
    return TokenCipher(key, decoded_key(older, "FEED_OLD_ENCRYPTION_KEY") if older else None)


def account_usable(now: datetime, retry_seconds: float) -> ColumnElement[bool]:
    """The seller's token was not refused, or so long ago that it is tried again."""
    return or_(
        amazon_accounts.c.token_verdict != "invalid",
        amazon_accounts.c.token_checked_at.is_(None),
        amazon_accounts.c.token_checked_at <= now - timedelta(seconds=retry_seconds),
    )


def has_usable_account(now: datetime, retry_seconds: float) -> ColumnElement[bool]:
    """Of a listing: its seller has one."""
    return exists(select(1).where(amazon_accounts.c.user_id == listings.c.user_id, account_usable(now, retry_seconds)))
