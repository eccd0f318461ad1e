"""Send notices to chats. Their hosts are fixed: what a seller names is a place there, and never an address."""

from collections.abc import Callable
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_platform.sealing import Unreadable
from mercarich_reasons.chats import ChatAway, ChatGivenUp, ChatSecretUnreadable
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell
from mercarich_web.notices.calls_http import Calls
from mercarich_web.notices.chats.secrets import ChatSecrets
from mercarich_web.notices.chats.vendor import Address, Message, Vendor, is_passing
from mercarich_web.notices.sending import NotSent, Sending, Undeliverable, building

SECONDS = 10.0
MOST_BYTES = 4096
"""Of a reply: what chats say of an error is shorter."""


@dataclass(frozen=True, slots=True)
class ChatSender:
    """`compose` returns what a sending says. No text here holds a secret: those of the exceptions are shown."""

    vendor: Vendor
    calls: Calls
    secrets: ChatSecrets
    compose: Callable[[Sending], Message]
    now: Clock

    def __call__(self, sending: Sending) -> None:
        chat, vendor = sending.chat, self.vendor
        if chat is None:
            raise Undeliverable("this chat was removed")
        try:
            secret = self.secrets.open(sending.user_id, sending.way, chat.sealed)
        except Unreadable:
            reason = ChatSecretUnreadable(vendor.name)
            raise Undeliverable(_words(reason), reason) from None
        key = self.secrets.retry_key(sending.user_id, sending.id, sending.created_at)
        with building():
            post = vendor.post(Address(chat.place, secret), self.compose(sending), key)
        headers = {"User-Agent": "Mercarich-Notices/1", "Accept-Encoding": "identity", **post.headers}
        try:
            reply = self.calls.post(post.url, headers, post.body, SECONDS, MOST_BYTES)
        except NotSent as error:
            raise NotSent(str(error), self._said(sending, ChatAway(vendor.name)), way_away=True) from error
        refusal = vendor.refusal(reply, chat.place)
        if refusal is None:
            return
        if is_passing(refusal):
            is_away = isinstance(refusal, ChatAway)
            pause = vendor.pause(reply, self.now())
            raise NotSent(_words(refusal), self._said(sending, refusal), pause, way_away=is_away)
        raise Undeliverable(_words(refusal), refusal)

    def _said(self, sending: Sending, refusal: Reason) -> Reason:
        """Return what people read: after the last try, no word of a further one."""
        return ChatGivenUp(self.vendor.name, sending.tries) if sending.is_last_try else refusal


def _words(reason: Reason) -> str:
    return tell(reason, Language.EN)
