"""Why something about a person's account is refused: invitations, plans, keys, ways of notices."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class NoUsername(Reason):
    """The text cannot be the name of an account."""


@dataclass(frozen=True, slots=True)
class NoPlan(Reason):
    given: int


@dataclass(frozen=True, slots=True)
class HasPassword(Reason):
    """The account needs no first password."""

    username: str


@dataclass(frozen=True, slots=True)
class KeyIncomplete(Reason):
    """A key of the API without a name, or with nothing that it may do."""


@dataclass(frozen=True, slots=True)
class TooManyKeys(Reason):
    most: int


@dataclass(frozen=True, slots=True)
class SecondStepReady(Reason):
    """It is set up already."""


@dataclass(frozen=True, slots=True)
class NoConsentPage(Reason):
    """Nobody can be sent to Amazon from this system."""


@dataclass(frozen=True, slots=True)
class NoMailAddress(Reason):
    pass


@dataclass(frozen=True, slots=True)
class NoWebhookAddress(Reason):
    pass


@dataclass(frozen=True, slots=True)
class NothingToTry(Reason):
    """A trial was wanted of a way without an address."""


@dataclass(frozen=True, slots=True)
class TooManyTrials(Reason):
    pass
