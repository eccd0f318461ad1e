"""Discord's webhooks.

Sources, below https://discord.com/developers/docs: /resources/webhook#execute-webhook (`content` of up to 2,000
characters, `flags`, `wait=true`: without it, a message that was not saved is no error),
/resources/message#allowed-mentions-object (an empty `parse` notifies nobody), /topics/rate-limits (429 with
`retry_after` in seconds in its JSON; the header Retry-After alone is there when Cloudflare refuses),
/topics/opcodes-and-status-codes (404 with 10015: unknown webhook; 401 with 50027: invalid token of a webhook).
The clients for tests copy addresses at ptb. and canary.discord.com; the webhooks are the same at discord.com.
"""

import re
from datetime import datetime, timedelta

import orjson

from mercarich_reasons.chats import ChatForbidden, ChatWebhookGone
from mercarich_reasons.reason import Reason
from mercarich_web.notices.chats.vendor import Address, Message, Post, retry_after, seconds, usual_refusal
from mercarich_web.notices.replies import Reply

SUPPRESS_EMBEDS = 4
_MARKS = re.compile(r"([\\*_~`|>#\-\[\]()<@:])")


class Discord:
    name = "Discord"
    place = None
    secret = re.compile(
        r"https://(?:(?:ptb\.|canary\.)?discord|discordapp)\.com/api(?:/v[0-9]{1,2})?/webhooks/"
        r"(?P<place>[0-9]{15,22})/(?P<secret>[A-Za-z0-9_-]{30,120})"
    )
    example = "https://discord.com/api/webhooks/…/…"

    def post(self, address: Address, message: Message, key: str) -> Post:
        lines = [_escaped(message.title), _escaped(message.text), message.link or ""]
        lines += [f"{_escaped(label)}: {link}" for label, link in message.links]
        told = {
            "content": "\n".join(line for line in lines if line),
            "allowed_mentions": {"parse": []},
            "flags": SUPPRESS_EMBEDS,
        }
        url = f"https://discord.com/api/webhooks/{address.place}/{address.secret}?wait=true"
        return Post(url, {"Content-Type": "application/json"}, orjson.dumps(told))

    def refusal(self, reply: Reply, place: str) -> Reason | None:
        if reply.status in (401, 404):
            return ChatWebhookGone(self.name)
        if reply.status == 403:
            return ChatForbidden(self.name)
        return usual_refusal(self.name, reply)

    def pause(self, reply: Reply, now: datetime) -> timedelta | None:
        return seconds(reply.json().get("retry_after")) or retry_after(reply)


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
