"""Why a chat did not take a notice, and what its reader can do about it. `chat` is its own name, such as "Slack"."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class ChatAway(Reason):
    """It could not be reached in time, or failed. `status` is that of HTTP; None: there was none."""

    chat: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class ChatBusy(Reason):
    """It takes no more messages for now."""

    chat: str


@dataclass(frozen=True, slots=True)
class ChatGivenUp(Reason):
    """It was away or busy at the last of these tries too, so the message was not delivered."""

    chat: str
    tries: int


@dataclass(frozen=True, slots=True)
class ChatWebhookGone(Reason):
    """It does not know the webhook, or not any more."""

    chat: str


@dataclass(frozen=True, slots=True)
class ChatChannelClosed(Reason):
    """The webhook's channel was archived or deleted."""

    chat: str


@dataclass(frozen=True, slots=True)
class ChatForbidden(Reason):
    """Its administrators do not allow the message there."""

    chat: str


@dataclass(frozen=True, slots=True)
class ChatTokenRefused(Reason):
    """The token is wrong, has ended or was withdrawn."""

    chat: str


@dataclass(frozen=True, slots=True)
class ChatPlaceRefused(Reason):
    """The token is good, and may not post to this room, group or person."""

    chat: str
    place: str


@dataclass(frozen=True, slots=True)
class ChatQuotaUsed(Reason):
    """The account that posts has sent as many messages as its plan has in a month."""

    chat: str


@dataclass(frozen=True, slots=True)
class ChatRefused(Reason):
    """It refused the message with a status that has no words of its own here."""

    chat: str
    status: int


@dataclass(frozen=True, slots=True)
class ChatSecretUnreadable(Reason):
    """The stored secret cannot be decrypted."""

    chat: str
