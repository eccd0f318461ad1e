"""How a handler says that a record did not end well; anything else it raises ends the process."""


class Rejected(Exception):
    """Nobody can ever handle this record: it goes to the dead letter topic with this text as its error."""


class NotNow(Exception):
    """Something outside is away: the record is kept and tried again after the delay, its partition paused."""

    def __init__(self, reason: str, delay_seconds: float) -> None:
        super().__init__(reason)
        self.delay_seconds = delay_seconds


class Stopped(Exception):
    """The handler ended early because the process is to end; the record stays uncommitted and is read again."""
