"""Slack's incoming webhooks.

Sources: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (request, `ok`, error texts, the
address is a secret), https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks (400, 403, 404,
410 and their texts), https://docs.slack.dev/messaging/formatting-message-text (& < > are to be escaped, nothing else;
`<!here>`, `<@U…>` are control sequences), https://docs.slack.dev/apis/web-api/rate-limits (one message a second, 429
with Retry-After in seconds), https://docs.slack.dev/changelog/2018-truncating-really-long-messages (a text is cut at
40,000 characters).
"""

import re
from datetime import datetime, timedelta

import orjson

from mercarich_reasons.chats import ChatChannelClosed, ChatForbidden, ChatWebhookGone
from mercarich_reasons.reason import Reason
from mercarich_web.notices.chats.vendor import Address, Message, Post, retry_after, usual_refusal
from mercarich_web.notices.replies import Reply

_GONE = {"no_active_hooks", "no_service", "no_service_id", "no_team", "team_disabled", "invalid_token"}
_CLOSED = {"channel_is_archived", "channel_not_found", "user_not_found"}
_FORBIDDEN = {"action_prohibited", "posting_to_general_channel_denied"}


class Slack:
    name = "Slack"
    place = None
    secret = re.compile(
        r"https://hooks\.slack\.com/services/(?P<place>T[A-Z0-9]{2,24}/B[A-Z0-9]{2,24})/(?P<secret>[A-Za-z0-9]{8,80})"
    )
    example = "https://hooks.slack.com/services/T…/B…/…"

    def post(self, address: Address, message: Message, key: str) -> Post:
        lines = [message.title, message.text, message.link or ""]
        lines += [f"{label}: {link}" for label, link in message.links]
        text = "\n".join(_escaped(line) for line in lines if line)
        return Post(
            f"https://hooks.slack.com/services/{address.place}/{address.secret}",
            {"Content-Type": "application/json; charset=utf-8"},
            orjson.dumps({"text": text, "mrkdwn": False, "unfurl_links": False}),
        )

    def refusal(self, reply: Reply, place: str) -> Reason | None:
        told = reply.text() if 400 <= reply.status < 500 and reply.status != 429 else ""
        if told in _CLOSED or (told not in _GONE and reply.status == 410):
            return ChatChannelClosed(self.name)
        if told in _FORBIDDEN:
            return ChatForbidden(self.name)
        if told in _GONE or reply.status == 404:
            return ChatWebhookGone(self.name)
        return usual_refusal(self.name, reply)

    def pause(self, reply: Reply, now: datetime) -> timedelta | None:
        return retry_after(reply)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
