"""Watches the broker from its own thread: is it there, do the topics exist, are they still the same?"""

import logging
import threading
from collections.abc import Sequence

from mercarich_platform.kafka import AnyTopic, Broker, Topics
from mercarich_platform.metrics import BROKER_AWAY
from mercarich_platform.outages import BrokerAway

log = logging.getLogger(__name__)

EVERY_SECONDS = 2.0
RETRY_SECONDS = 0.5


class BrokerWatch:
    """Creates missing topics, at the start and whenever the broker has lost them. Logs each change of state once."""

    def __init__(self, broker: Broker | str, topics: Sequence[str], ensure: Sequence[AnyTopic]) -> None:
        self._broker = broker
        self._topics = list(topics)
        self._ensure = ensure
        self._names = sorted({*self._topics, *(spec.name for spec in ensure)})
        self._client: Topics | None = None
        self._stopped = threading.Event()
        self._ids: dict[str, str] = {}
        self.wrong: str | None = "the broker has not been asked yet"
        """Why nothing can be read now, in one sentence; None: all is well."""
        self.incarnation = 0
        """Incremented when the consumed topics were created again; the consumer must then rejoin its group."""

    def start(self) -> None:
        threading.Thread(target=self._run, name="broker-watch", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while True:
            wrong = self._look()
            if wrong != self.wrong:
                self._tell(wrong)
            if self._stopped.wait(RETRY_SECONDS if wrong else EVERY_SECONDS):
                break
        self._close()

    def _tell(self, wrong: str | None) -> None:
        self.wrong = wrong
        BROKER_AWAY.set(wrong is not None)
        if wrong:
            log.warning("nothing can be read from Kafka for now", extra={"reason": wrong})
        else:
            log.info("the broker answers", extra={"bootstrap": str(self._broker)})

    def _look(self) -> str | None:
        try:
            if self._client is None:
                self._client = Topics(self._broker)
            there = self._client.ids(self._names)
            if any(spec.name not in there for spec in self._ensure):
                self._client.ensure(self._ensure)
                there = self._client.ids(self._names)
        except BrokerAway as error:
            self._close()
            return str(error)
        ids = {name: there[name] for name in self._topics if name in there}
        missing = [name for name in self._topics if name not in ids]
        if missing:
            return f"the topic {missing[0]} does not exist at {self._broker}"
        if ids != self._ids:
            self._ids = ids
            self.incarnation += 1
        return None

    def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()
