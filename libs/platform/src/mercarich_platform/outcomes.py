"""Exceptions of a handler for records that it did not handle. Any other exception ends the process."""


class Rejected(Exception):
    """The record can never be handled: it goes to the dead letter topic, with this text as its error."""


class Undecodable(Rejected):
    """The record is no message of its topic: it goes to the dead letter topic, and its partition is never stopped."""


class NotNow(Exception):
    """Something outside is away: the record is kept and tried again after the delay; its partition is paused."""

    def __init__(self, reason: str, delay_seconds: float) -> None:
        super().__init__(reason)
        self.delay_seconds = delay_seconds


class Stopped(Exception):
    """The handler stopped early because the process is to end. The record stays uncommitted and is read again."""
