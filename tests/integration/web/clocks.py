"""A clock for tests of the pages."""

from datetime import datetime, timedelta

from mercarich_platform.clock import utc_now


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = utc_now()

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)
