"""The queue of sendings: what is due, and what came of it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, and_, case, delete, func, or_, select, update

from mercarich_db.engine import run_tx
from mercarich_db.tables import logins, notice_chats, notice_sendings, notice_ways, notices, push_subscriptions, users
from mercarich_db.types import AnyRow
from mercarich_web.database import reading
from mercarich_web.identity.sql.browsers import end_browsers
from mercarich_web.notices.notices import Name, Notice, Way, What
from mercarich_web.notices.sending import Missed, Sending, pause_after
from mercarich_web.notices.sql.browsers import browser_of
from mercarich_web.notices.sql.chats import chat_of
from mercarich_web.notices.sql.ways import ways_of

_sending = notice_sendings.c
KNOWN_HERE = (_sending.way.in_(list(Way)), _sending.what.in_(list(What)))
"""What a later release has queued waits for it: it ends no sender of this one."""
SHOWN = "in_"
"""Prefix of the columns of a sending's browser."""


class SqlOutbox:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, now: datetime, limit: int) -> Sequence[Sending]:
        """Return due sendings, one per seller, and mails first. Each is postponed, so that no other sender takes it."""
        is_due = and_(_sending.state == "waiting", _sending.not_before <= now, *KNOWN_HERE)
        mail = func.min(case((_sending.way == Way.MAIL, _sending.id)))
        first = select(func.coalesce(mail, func.min(_sending.id))).where(is_due).group_by(_sending.user_id)
        due = select(_sending.id, _sending.attempts).where(is_due, _sending.id.in_(first))
        mails_first = due.order_by(_sending.way != Way.MAIL, _sending.not_before).limit(limit)
        taken = take_due(self._engine, notice_sendings, mails_first, now)
        with reading(self._engine) as connection:
            whole = [_whole(row) for row in connection.execute(_sendings().where(_sending.id.in_(taken)))]
        return sorted(whole, key=lambda one: one.way is not Way.MAIL)

    def put_off(self, like: Sending, taken: Collection[Sending], now: datetime, pause: timedelta) -> None:
        """Let what is due for the receiver of a sending wait, and give back these, which were taken and not tried."""
        due = [_sending.state == "waiting", _sending.not_before <= now, _sending.way == like.way]
        if like.browser is not None:
            there = select(push_subscriptions.c.id).where(push_subscriptions.c.host == like.browser.host)
            due.append(_sending.push_id.in_(there))
        later = update(notice_sendings).where(*due).values(not_before=now + pause)

        def put_off(connection: Connection) -> None:
            connection.execute(later)
            for one in taken:
                mine = (_sending.id == one.id, _sending.state == "waiting", _sending.attempts == one.tries)
                back = update(notice_sendings).where(*mine)
                connection.execute(back.values(attempts=one.tries - 1, not_before=now + pause))

        run_tx(self._engine, put_off)

    def sent(self, sending: Sending, now: datetime) -> None:
        shown = update(push_subscriptions).where(push_subscriptions.c.id == _browser_id(sending)).values(sent_at=now)
        self._end(sending, lambda at: at.execute(shown), state="sent", problem=None, refusal=None)

    def missed(self, sending: Sending, missed: Missed, now: datetime) -> None:
        values: dict[str, Any] = {"problem": missed.problem[:255], "refusal": missed.refusal}
        if missed.again_at is not None:
            values["not_before"] = missed.again_at
        values["state"] = "failed" if missed.for_good else "waiting"
        this, why = push_subscriptions.c.id == _browser_id(sending), missed.refusal

        def end_it(connection: Connection) -> None:
            if missed.gone and why is not None:
                end_browsers(connection, this, why, now)

        self._end(sending, end_it, **values)

    def sweep(self, before: datetime) -> None:
        """Delete sendings and browsers that ended, and notices that closed, before this time. Sendings of open notices
        stay: they tell who is to hear that it is over."""
        open_ones = select(notices.c.id).where(notices.c.closed_at.is_(None))
        is_over = or_(_sending.notice_id.is_(None), _sending.notice_id.not_in(open_ones))
        old = delete(notice_sendings).where(_sending.state != "waiting", _sending.not_before < before, is_over)
        closed = delete(notices).where(notices.c.closed_at < before)

        def sweep(connection: Connection) -> None:
            connection.execute(old)
            connection.execute(closed)
            connection.execute(delete(push_subscriptions).where(push_subscriptions.c.ended_at < before))

        run_tx(self._engine, sweep)

    def _end(self, sending: Sending, then: Callable[[Connection], object], **values: Any) -> None:
        change = update(notice_sendings).where(_sending.id == sending.id).values(values)

        def end(connection: Connection) -> None:
            connection.execute(change)
            if sending.browser is not None:
                then(connection)

        run_tx(self._engine, end)


def take_due(engine: Engine, queue: Table, due: Select[Any], now: datetime) -> Sequence[int]:
    """Begin another try of what is due, and postpone it, so that no other sender takes it; return the ids.

    `due` selects `id` and `attempts` of the queue, which has `not_before`, too.
    """

    def take(connection: Connection) -> list[int]:
        taken = []
        for row in connection.execute(due).all():
            tries = row.attempts + 1
            mine = update(queue).where(queue.c.id == row.id, queue.c.attempts == row.attempts)
            change = mine.values(attempts=tries, not_before=now + pause_after(tries))
            if connection.execute(change).rowcount == 1:
                taken.append(row.id)
        return taken

    with reading(engine) as connection:
        if connection.execute(due.limit(1)).first() is None:
            return []
    return run_tx(engine, take)


def _browser_id(sending: Sending) -> int | None:
    return sending.browser.id if sending.browser is not None else None


def _sendings() -> Any:
    ways = [column for column in notice_ways.c if column.name != "user_id"]
    told = [column.label(f"of_{column.name}") for column in notices.c]
    shows = [column.label(f"{SHOWN}{column.name}") for column in push_subscriptions.c]
    its = and_(push_subscriptions.c.id == _sending.push_id, push_subscriptions.c.user_id == users.c.id)
    return (
        select(_sending.id, _sending.user_id, _sending.way, _sending.what, _sending.attempts, *ways, *told)
        .add_columns(_sending.created_at.label("queued_at"))
        .add_columns(_sending.reason.label("happened"), _sending.mail_address.label("goes_to"))
        .add_columns(users.c.username, logins.c.language)
        .add_columns(notice_chats.c.place, notice_chats.c.sealed, notice_chats.c.kinds, *shows)
        .select_from(notice_sendings)
        .join(users, users.c.id == _sending.user_id)
        .outerjoin(logins, logins.c.user_id == users.c.id)
        .outerjoin(notice_ways, notice_ways.c.user_id == users.c.id)
        .outerjoin(notice_chats, and_(notice_chats.c.user_id == users.c.id, notice_chats.c.way == _sending.way))
        .outerjoin(push_subscriptions, its)
        .outerjoin(notices, notices.c.id == _sending.notice_id)
        .order_by(_sending.id)
    )


def _whole(row: AnyRow) -> Sending:
    notice = None
    if row.of_id is not None:
        name = Name(row.of_user_id, row.of_kind, row.of_cause)
        notice = Notice(
            row.of_id,
            name,
            row.of_count,
            row.of_about,
            row.of_opened_at,
            row.of_closed_at,
            row.of_read_at,
            row.of_reason,
        )
    ways = ways_of(row)
    return Sending(
        row.id,
        row.user_id,
        Way(row.way),
        What(row.what),
        row.attempts,
        notice,
        ways,
        row.username,
        row.language,
        row.queued_at,
        row.happened,
        row.goes_to or ways.mail_address,
        chat_of(row) if row.place is not None else None,
        browser_of(row, prefix=SHOWN) if row.in_id is not None else None,
    )
