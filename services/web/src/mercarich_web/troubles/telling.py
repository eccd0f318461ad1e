"""Tell what is wrong now: the one use case behind every page, the API and `mercarich status`."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web.troubles.sql import SqlMeasures
from mercarich_web.troubles.troubles import Trouble, as_sellers_see, troubles


@dataclass(frozen=True, slots=True)
class TellTroubles:
    measures: SqlMeasures
    now: Clock

    def __call__(self) -> Sequence[Trouble]:
        return troubles(self.measures.last(), self.now())

    def to_sellers(self) -> Sequence[Trouble]:
        return as_sellers_see(self())
