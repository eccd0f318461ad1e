"""A system that was measured: all is well, but for what a test changes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine

from mercarich_platform.clock import Clock, utc_now
from mercarich_platform.outages import BrokerAway
from mercarich_web.marketplaces.proxies import ProxyAway, ProxyState
from mercarich_web.marketplaces.proxies_http import HttpProxies
from mercarich_web.overview.measuring import MeasureSystem
from mercarich_web.troubles.sql import SqlMeasures, SqlSystem
from mercarich_web.troubles.troubles import EXPECTED, Measure, Part
from mercarich_web.workers.pools_kafka import KafkaBroker


class Proxies(HttpProxies):
    """Proxies in the given phases; closed where none is given, away where it is None."""

    def __init__(self, phases: Mapping[str, str | None]) -> None:
        super().__init__({})
        self.phases = dict(phases)

    def state(self, marketplace: str) -> ProxyState:
        phase = self.phases.get(marketplace, "closed")
        if phase is None:
            raise ProxyAway(f"{marketplace}'s proxy: ConnectError")
        return ProxyState(phase, "closed", 0, None, 1.0, 0, 0, {}, {}, 0, None)


class Kafka(KafkaBroker):
    def __init__(self) -> None:
        super().__init__("127.0.0.1:9")
        self.is_away = False

    def reach(self) -> None:
        if self.is_away:
            raise BrokerAway("no Kafka broker answers at 127.0.0.1:9")


class Seconds:
    """Counts up by `each` at every call."""

    def __init__(self) -> None:
        self.each = 0.001
        self._now = 0.0

    def __call__(self) -> float:
        self._now += self.each
        return self._now


class MeasuredSystem:
    """Measure with `measure`; the parts may be changed before."""

    def __init__(self, engine: Engine, now: Clock) -> None:
        self.proxies, self.kafka, self.seconds = Proxies({}), Kafka(), Seconds()
        self.measure = MeasureSystem(
            SqlSystem(engine), SqlMeasures(engine), self.proxies, self.kafka, now, self.seconds
        )


def all_is_well(engine: Engine, now: datetime | None = None) -> None:
    """Store what a healthy system measures, whatever the database tells of it."""
    at = now or utc_now()
    states = {
        Part.MARKETPLACE: "on",
        Part.BREAKER: "closed",
        Part.RUN: "none",
        Part.LOOKS: "nothing",
        Part.PUSHES: "none",
        Part.BROKER: "reached",
        Part.DATABASE: "quick",
        Part.OPERATOR: "heard",
    }
    SqlMeasures(engine).keep([Measure(part, name, states[part], at, at) for part, name in EXPECTED])
