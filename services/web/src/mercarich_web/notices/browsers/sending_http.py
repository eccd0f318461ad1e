"""Send notices to browsers, by the push services of their vendors: any that a browser names and that is a public
address, by https."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from mercarich_platform.clock import Clock
from mercarich_platform.sealing import Unreadable
from mercarich_reasons.browsers import (
    BrowserAway,
    BrowserBusy,
    BrowserGivenUp,
    BrowserGone,
    BrowserKeyRefused,
    BrowserMessageTooLarge,
    BrowserRefused,
    BrowserSecretUnreadable,
)
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell
from mercarich_web.notices.browser import KEPT_FOR, TRIAL_KEPT_FOR, URGENT, Notification
from mercarich_web.notices.browsers.secrets import BrowserSecrets
from mercarich_web.notices.browsers.web_push import Push, Signer, request
from mercarich_web.notices.calls_http import Calls
from mercarich_web.notices.chats.vendor import retry_after
from mercarich_web.notices.notices import What
from mercarich_web.notices.sending import NotSent, Sending, Undeliverable, building

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class BrowserSender:
    """`compose` returns what a sending shows. No text here holds the endpoint: those of the exceptions are shown."""

    signer: Signer
    calls: Calls
    secrets: BrowserSecrets
    compose: Callable[[Sending], Notification]
    now: Clock

    def __call__(self, sending: Sending) -> None:
        browser = sending.browser
        if browser is None or browser.sealed is None or browser.endpoint_hash is None:
            raise Undeliverable("this browser shows no notices any more")
        try:
            to = self.secrets.open(sending.user_id, browser.endpoint_hash, browser.sealed)
        except Unreadable:
            raise _undeliverable(BrowserSecretUnreadable()) from None
        with building():
            headers, body = request(to, self._push(sending), self.signer, self.now())
        headers = {"User-Agent": "Mercarich-Notices/1", "Accept-Encoding": "identity", **headers}
        try:
            reply = self.calls.post(to.endpoint, headers, body, SECONDS)
        except NotSent as error:
            raise NotSent(str(error), self._said(sending, BrowserAway(browser.host)), way_away=True) from error
        refusal = _refusal(browser.host, reply.status)
        if refusal is None:
            return
        if isinstance(refusal, BrowserAway | BrowserBusy):
            away = isinstance(refusal, BrowserAway)
            raise NotSent(_words(refusal), self._said(sending, refusal), retry_after(reply), way_away=away)
        raise _undeliverable(refusal)

    def _push(self, sending: Sending) -> Push:
        told, notice = self.compose(sending), sending.notice
        # That a notice is over takes the place of the notice, if that still waits or is still shown.
        topic = self.secrets.topic(sending.user_id, f"notice {notice.id}" if notice is not None else "trial")
        shown = {"title": told.title, "body": told.body, "path": told.path, "lang": told.language, "tag": topic}
        is_trial = sending.what is What.TRIAL
        urgent = is_trial or (notice is not None and notice.kind in URGENT and sending.what is What.OPENED)
        kept = TRIAL_KEPT_FOR if is_trial else KEPT_FOR
        return Push(orjson.dumps(shown), int(kept.total_seconds()), urgent, topic)

    def _said(self, sending: Sending, refusal: Reason) -> Reason:
        """Return what people read: after the last try, no word of a further one."""
        host = sending.browser.host if sending.browser is not None else ""
        return BrowserGivenUp(host, sending.tries) if sending.is_last_try else refusal


def _refusal(host: str, status: int) -> Reason | None:
    if 200 <= status < 300:
        return None
    if status in (404, 410):
        return BrowserGone()
    if status in (401, 403):
        return BrowserKeyRefused(host)
    if status == 413:
        return BrowserMessageTooLarge(host)
    if status == 429:
        return BrowserBusy(host)
    if status >= 500 or status == 408:
        return BrowserAway(host, status)
    return BrowserRefused(host, status)


def _undeliverable(refusal: Reason) -> Undeliverable:
    return Undeliverable(_words(refusal), refusal, gone=isinstance(refusal, BrowserGone))


def _words(reason: Reason) -> str:
    return tell(reason, Language.EN)
