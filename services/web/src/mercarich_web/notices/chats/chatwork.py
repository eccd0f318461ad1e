"""Chatwork's API, version 2.

Sources: https://developer.chatwork.com/docs/endpoints (https, `X-ChatWorkToken`, a form as body, tokens do not end and
may do everything, 300 calls in five minutes, 429 with `x-ratelimit-reset` in Unix seconds, 401 and `errors`),
https://developer.chatwork.com/reference/post-rooms-room_id-messages (`body` of up to 65,535 characters, `self_unread`,
ten messages in ten seconds for each room), https://developer.chatwork.com/docs/message-notation (`[To:…]`, `[toall]`,
`[info]`, `[title]`; nothing escapes a bracket).
"""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from mercarich_reasons.chats import ChatPlaceRefused, ChatTokenRefused
from mercarich_reasons.reason import Reason
from mercarich_web.notices.chats.vendor import Address, Message, Post, retry_after, seconds, usual_refusal
from mercarich_web.notices.replies import Reply


class Chatwork:
    name = "Chatwork"
    place = re.compile(r"(?:https://www\.chatwork\.com/#!rid)?(?P<place>[1-9][0-9]{0,18})")
    secret = re.compile(r"[A-Za-z0-9]{20,120}")
    example = "https://www.chatwork.com/#!rid123456789"

    def post(self, address: Address, message: Message, key: str) -> Post:
        links = [f"{_plain(label)}: {link}" for label, link in message.links]
        text = "\n".join(line for line in (_plain(message.text), message.link or "", *links) if line)
        body = {"body": f"[info][title]{_plain(message.title)}[/title]{text}[/info]", "self_unread": "1"}
        return Post(
            f"https://api.chatwork.com/v2/rooms/{address.place}/messages",
            {"Content-Type": "application/x-www-form-urlencoded", "X-ChatWorkToken": address.secret},
            urlencode(body).encode(),
        )

    def refusal(self, reply: Reply, place: str) -> Reason | None:
        if reply.status == 401:
            return ChatTokenRefused(self.name)
        if reply.status in (403, 404):
            return ChatPlaceRefused(self.name, place)
        return usual_refusal(self.name, reply)

    def pause(self, reply: Reply, now: datetime) -> timedelta | None:
        reset = reply.headers.get("x-ratelimit-reset", "")
        if reset.isascii() and reset.isdigit() and len(reset) < 12:
            return seconds((datetime.fromtimestamp(int(reset), UTC) - now).total_seconds())
        return retry_after(reply)


def _plain(text: str) -> str:
    """Return the text with brackets that begin no notation, so that it calls nobody."""
    return text.replace("[", "\uff3b").replace("]", "\uff3d")
