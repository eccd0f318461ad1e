"""After each round: publish runs, holds and pushes from the tables as metrics. Jobs are too short to be scraped."""

from dataclasses import dataclass

from mercarich_operator.ports import BookMeter, BookStore
from mercarich_platform.outages import DatabaseAway


@dataclass(frozen=True, slots=True)
class PublishBooks:
    store: BookStore
    meter: BookMeter

    def __call__(self) -> None:
        """Publish. While the database is away, metrics keep their values; the round before has logged that."""
        try:
            books = self.store.read()
        except DatabaseAway:
            return
        self.meter.books(books)
