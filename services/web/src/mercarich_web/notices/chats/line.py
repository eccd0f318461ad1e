"""Push messages of LINE's Messaging API.

Sources: https://developers.line.biz/en/reference/messaging-api/#send-push-message (request, a user's, group's or room's
id in `to`, texts of up to 5,000 UTF-16 code units, 400 for a `to` that the channel cannot write to),
https://developers.line.biz/en/docs/messaging-api/retrying-api-request/ (`X-Line-Retry-Key`, a UUID that is good for 24
hours; 409: the message was accepted before), https://developers.line.biz/en/docs/messaging-api/handling-http-429-errors/
(429 for a rate limit, and for the messages of a month with a text of its own).
"""

import re
from datetime import datetime, timedelta

import orjson

from mercarich_reasons.chats import ChatForbidden, ChatPlaceRefused, ChatQuotaUsed, ChatTokenRefused
from mercarich_reasons.reason import Reason
from mercarich_web.notices.chats.vendor import Address, Message, Post, retry_after, usual_refusal
from mercarich_web.notices.replies import Reply


class Line:
    name = "LINE"
    place = re.compile(r"(?P<place>[UCR][0-9a-f]{32})")
    secret = re.compile(r"[A-Za-z0-9+/=._-]{40,600}")
    example = "U0123456789abcdef0123456789abcdef"

    def post(self, address: Address, message: Message, key: str) -> Post:
        lines = [message.title, message.text, message.link or ""]
        lines += [f"{label}: {link}" for label, link in message.links]
        text = "\n".join(line for line in lines if line)
        return Post(
            "https://api.line.me/v2/bot/message/push",
            {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {address.secret}",
                "X-Line-Retry-Key": key,
            },
            orjson.dumps({"to": address.place, "messages": [{"type": "text", "text": text}]}),
        )

    def refusal(self, reply: Reply, place: str) -> Reason | None:
        told = str(reply.json().get("message", ""))
        if reply.status == 409:
            return None
        if reply.status == 401:
            return ChatTokenRefused(self.name)
        if reply.status == 403:
            return ChatForbidden(self.name)
        if reply.status == 429 and "monthly limit" in told:
            return ChatQuotaUsed(self.name)
        if reply.status == 400 and ("'to'" in told or "Failed to send messages" in told):
            return ChatPlaceRefused(self.name, place)
        return usual_refusal(self.name, reply)

    def pause(self, reply: Reply, now: datetime) -> timedelta | None:
        return retry_after(reply)
