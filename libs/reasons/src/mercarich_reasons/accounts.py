"""Reasons to refuse changes of a person's account: invitations, plans, keys, delivery of notices."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class NoUsername(Reason):
    """The text is not a valid account name."""


@dataclass(frozen=True, slots=True)
class NoPlan(Reason):
    given: int


@dataclass(frozen=True, slots=True)
class HasPassword(Reason):
    """The account already has a password, so it needs no first one."""

    username: str


@dataclass(frozen=True, slots=True)
class KeyIncomplete(Reason):
    """An API key without a name or without a permission."""


@dataclass(frozen=True, slots=True)
class KeyNameTaken(Reason):
    """The seller has an API key with this name."""

    name: str


@dataclass(frozen=True, slots=True)
class TooManyKeys(Reason):
    most: int


@dataclass(frozen=True, slots=True)
class SecondStepReady(Reason):
    """The second factor is set up already."""


@dataclass(frozen=True, slots=True)
class LastSecondStep(Reason):
    """The account needs a second step, and this is the only one."""


@dataclass(frozen=True, slots=True)
class NoPasskeysHere(Reason):
    """Browsers allow passkeys at https and at localhost only, and at no numeric address."""


@dataclass(frozen=True, slots=True)
class PasskeyKnown(Reason):
    """The authenticator's passkey is stored already."""


@dataclass(frozen=True, slots=True)
class PasskeyUnproven(Reason):
    """What the browser sent is no new passkey for this site, or came too late."""


@dataclass(frozen=True, slots=True)
class PasskeyUnnamed(Reason):
    pass


@dataclass(frozen=True, slots=True)
class TooManyPasskeys(Reason):
    most: int


@dataclass(frozen=True, slots=True)
class NoConsentPage(Reason):
    """Amazon's consent page is not configured on this system."""


@dataclass(frozen=True, slots=True)
class NoMailAddress(Reason):
    pass


@dataclass(frozen=True, slots=True)
class TooManyInvitationMails(Reason):
    """Invitations were mailed to this address as often as a day allows."""

    most: int


@dataclass(frozen=True, slots=True)
class MessageUnbuildable(Reason):
    """A mail, call or message could not be built from what it was to tell, so that it was not sent."""


@dataclass(frozen=True, slots=True)
class NoWebhookAddress(Reason):
    pass


@dataclass(frozen=True, slots=True)
class NoChatAddress(Reason):
    """The text is not the address of a webhook of this chat, or not an id or a token of it."""

    chat: str
    example: str


@dataclass(frozen=True, slots=True)
class NoBrowserAddress(Reason):
    """What a browser's page sent is no subscription to web push."""


@dataclass(frozen=True, slots=True)
class TooManyBrowsers(Reason):
    most: int


@dataclass(frozen=True, slots=True)
class NoWebPush(Reason):
    """This system has no key for web push."""


@dataclass(frozen=True, slots=True)
class NothingToTry(Reason):
    """A test message was requested for mail or a webhook without an address."""


@dataclass(frozen=True, slots=True)
class TooManyTrials(Reason):
    pass


@dataclass(frozen=True, slots=True)
class AmazonUnreadable(Reason):
    """Amazon cannot be read for the seller: no account is linked, or Amazon refuses its token."""


@dataclass(frozen=True, slots=True)
class ReadsWait(Reason):
    """Amazon was asked just now: so many reads wait."""

    left: int
