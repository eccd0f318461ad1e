"""`ports_tokens.Links` over `amazon_links` and `amazon_accounts`."""

from datetime import datetime

from sqlalchemy import Connection, Engine, and_, delete, exists, false, select, true, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.linking import Outcome
from mercarich_db import fee_estimates
from mercarich_db.audit import Deed, note_down
from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, amazon_links, listing_removals, listings, sessions, users
from mercarich_feed.adapters.token_cipher import TokenCipher
from mercarich_feed.domain.linking import Sent, refusal
from mercarich_feed.domain.pushes import Account
from mercarich_listings import creation_store, removed_store


class SqlLinks:
    def __init__(self, engine: Engine, cipher: TokenCipher) -> None:
        self._engine = engine
        self._cipher = cipher

    def take(self, state_hash: str, session_hash: str, now: datetime) -> int | Outcome:
        link = amazon_links.c
        session = and_(sessions.c.token_hash == link.session_hash, sessions.c.user_id == link.user_id)
        seller = and_(users.c.id == link.user_id, users.c.active == true(), users.c.is_staff == false())
        sent = (
            select(link.user_id, link.session_hash, link.expires_at, link.used_at)
            .join(sessions, session)  # a session that was ended meanwhile links nothing
            .join(users, seller)
            .where(link.state_hash == state_hash)
        )
        taken = update(amazon_links).where(link.state_hash == state_hash, link.used_at.is_(None)).values(used_at=now)

        def take(connection: Connection) -> int | Outcome:
            row = connection.execute(sent).one_or_none()
            found = None if row is None else Sent(*row)
            refused = refusal(found, session_hash, now)
            if refused is not None or found is None:
                return refused or Outcome.STRANGE
            return found.user_id if connection.execute(taken).rowcount == 1 else Outcome.USED

        return run_tx(self._engine, take)

    def link(self, account: Account, now: datetime, address: str, agent: str) -> bool:
        mine = amazon_accounts.c.user_id == account.user_id
        of_other = select(amazon_accounts.c.seller_id).where(mine, amazon_accounts.c.seller_id != account.seller_id)
        offers = exists().where(listings.c.user_id == account.user_id, listings.c.listed == true())
        of_before = and_(listing_removals.c.user_id == account.user_id, listing_removals.c.accepted_at.is_(None))
        values = {
            "seller_id": account.seller_id,
            "marketplace_id": account.marketplace_id,
            "refresh_token": self._cipher.encrypt(account.user_id, account.refresh_token),
            "token_verdict": "valid",
            "token_reason": None,
            "token_checked_at": now,
        }

        def link(connection: Connection) -> bool:
            if connection.execute(of_other.where(offers).with_for_update()).first() is not None:
                return False
            if (before := connection.execute(of_other.with_for_update()).scalar()) is not None:
                creation_store.end_of_store(connection, account.user_id, now)
                removed_store.keep_store(connection, account.user_id, before)
                fee_estimates.forget(connection, account.user_id)
                connection.execute(delete(listing_removals).where(of_before))  # else the new store would lose the SKUs
            insert_missing(connection, amazon_accounts, [{"user_id": account.user_id, **values}])
            connection.execute(update(amazon_accounts).where(mine).values(values))
            _note_down(connection, account, now, address, agent)
            return True

        return run_tx(self._engine, link)


def _note_down(connection: Connection, account: Account, now: datetime, address: str, agent: str) -> None:
    name = connection.execute(select(users.c.username).where(users.c.id == account.user_id)).scalar_one()
    by = Actor(name, account.user_id, address or None, agent)
    deed = Deed(AuditAction.AMAZON_LINKED, by, account.seller_id, now, of=account.user_id)
    note_down(connection, deed)
