"""After each round: what the tables say of runs, holds and pushes, as metrics. Jobs are too short to be scraped."""

from dataclasses import dataclass

from mercarich_operator.ports import BookMeter, BookStore
from mercarich_platform.outages import DatabaseAway


@dataclass(frozen=True, slots=True)
class PublishBooks:
    store: BookStore
    meter: BookMeter

    def __call__(self) -> None:
        """While the database is away, what was read last stands; the round before has said so."""
        try:
            books = self.store.read()
        except DatabaseAway:
            return
        self.meter.books(books)
