"""Keep the notices in step with their causes, and send them in the ways that each seller chose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mercarich_platform.clock import Clock
from mercarich_web.notices.changes import changes
from mercarich_web.notices.notices import Causes, Way, What
from mercarich_web.notices.sending import (
    FIRST_PAUSE,
    MOST_TRIES,
    Missed,
    NotSent,
    Senders,
    Sending,
    Undeliverable,
    pause_after,
)
from mercarich_web.notices.sql.notices import SqlNotices
from mercarich_web.notices.sql.outbox import SqlOutbox

KEPT_FOR = timedelta(days=30)
NOT_SET_UP: Mapping[Way, str] = {
    Way.MAIL: "no mail server is set up here",
    Way.BROWSER: "web push is not set up here",
}
AT_ONCE = 10
"""Sendings in one round, each of another seller: a slow receiver delays the other sellers by seconds, and no seller
twice in a round. Mails are first."""


@dataclass(frozen=True, slots=True)
class KeepNotices:
    """Update the notices of these causes' kinds. It writes only changes, so that it can run often and twice at once."""

    causes: Causes
    book: SqlNotices
    now: Clock

    def __call__(self) -> None:
        now = self.now()
        causes = self.causes.now(now)
        changed = changes(causes, self.causes.kinds, self.book.known([cause.name for cause in causes]))
        if changed.new or changed.again or changed.other or changed.over:
            self.book.write(changed, now)


@dataclass(frozen=True, slots=True)
class SendNotices:
    """Send what is due. Return the number of sendings that were due."""

    outbox: SqlOutbox
    senders: Senders
    now: Clock
    count: Callable[[Way, str], None]
    """Called after each try with its result: `sent`, `put_off` or `left`."""

    def __call__(self) -> int:
        due = self.outbox.take(self.now(), AT_ONCE)
        left = list(due)
        while left:
            sending = left.pop(0)
            if self._send(sending):
                behind = [one for one in left if one.receiver == sending.receiver]
                self.outbox.put_off(sending, behind, self.now(), FIRST_PAUSE)
                left = [one for one in left if one.receiver != sending.receiver]
        return len(due)

    def sweep(self) -> None:
        self.outbox.sweep(self.now() - KEPT_FOR)

    def _send(self, sending: Sending) -> bool:
        """Return whether its receiver was found away."""
        missed = self._tried(sending)
        if missed is None:
            self.outbox.sent(sending, self.now())
        else:
            self.outbox.missed(sending, missed, self.now())
        self.count(sending.way, "sent" if missed is None else "left" if missed.for_good else "put_off")
        return missed is not None and missed.way_away

    def _tried(self, sending: Sending) -> Missed | None:
        """Try to send. Return what went wrong."""
        if sending.tries > MOST_TRIES:
            return Missed("each try ended the sender")
        sender = self.senders.get(sending.way)
        if sender is None:
            return Missed(NOT_SET_UP.get(sending.way, f"{sending.way} is not set up here"))
        if sending.what is What.OPENED and (sending.notice is None or not sending.notice.is_open):
            return Missed("it was over before it was sent")
        try:
            sender(sending)
        except NotSent as error:
            pause = max(pause_after(sending.tries), error.after or timedelta(0))
            again_at = None if sending.is_last_try else self.now() + pause
            return Missed(str(error), error.refusal, again_at, error.way_away)
        except Undeliverable as error:
            return Missed(str(error), error.refusal, gone=error.gone)
        return None
