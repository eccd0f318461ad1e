"""The chats where users read their notices."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import notice_chats
from mercarich_db.types import AnyRow
from mercarich_reasons.reason import Reason
from mercarich_web.identity.links import End
from mercarich_web.identity.people import Session
from mercarich_web.identity.sql.links import end_links
from mercarich_web.identity.sql.owner_mails import tell_owner
from mercarich_web.identity.sql.sessions import hold
from mercarich_web.notices.notices import Chat, Way
from mercarich_web.notices.sql.kinds import kinds_of, words_of

_chat = notice_chats.c


class SqlChats:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, session: Session, way: Way, chat: Chat, now: datetime, told: Reason | None) -> None:
        """Store where notices go in this chat. `told`: what the owner of the account hears of it by mail;
        None: it is the place of before. Raises
        `Superseded` when the session was ended."""
        user_id = session.account.user_id
        values = {"place": chat.place, "sealed": chat.sealed, "kinds": words_of(chat.kinds)}

        def write(connection: Connection) -> None:
            hold(connection, session)
            if told is not None:
                end_links(connection, user_id, End.WAY, now, way=way)
                tell_owner(connection, user_id, told, now)
            change = update(notice_chats).where(_chat.user_id == user_id, _chat.way == way).values(values)
            if connection.execute(change).rowcount == 0:
                connection.execute(insert(notice_chats).values(user_id=user_id, way=way, **values))

        run_tx(self._engine, write)

    def remove(self, session: Session, way: Way, now: datetime) -> bool:
        """Return whether there was one. Raises `Superseded` when the session was ended."""
        mine = delete(notice_chats).where(_chat.user_id == session.account.user_id, _chat.way == way)

        def write(connection: Connection) -> bool:
            hold(connection, session)
            end_links(connection, session.account.user_id, End.WAY, now, way=way)
            return connection.execute(mine).rowcount == 1

        return run_tx(self._engine, write)


def chats_of(connection: Connection, users: Collection[int]) -> Mapping[int, Mapping[Way, Chat]]:
    found: defaultdict[int, dict[Way, Chat]] = defaultdict(dict)
    order = {way: place for place, way in enumerate(Way)}
    for row in connection.execute(select(notice_chats).where(_chat.user_id.in_(users))):
        found[row.user_id][Way(row.way)] = chat_of(row)
    return {user: dict(sorted(chats.items(), key=lambda one: order[one[0]])) for user, chats in found.items()}


def chat_of(row: AnyRow) -> Chat:
    return Chat(row.place, row.sealed, kinds_of(row.kinds))
