"""A marketplace for operators: whether it is on or paused, its canaries, its proxy."""

from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_contracts.audit import Actor
from mercarich_contracts.capacity import Capacity
from mercarich_contracts.sites import SITES
from mercarich_platform.clock import Clock
from mercarich_reasons.capacity import told
from mercarich_reasons.reason import Reason
from mercarich_web.marketplaces.canaries import CanaryState
from mercarich_web.marketplaces.proxies import ProxyState
from mercarich_web.marketplaces.proxies_http import HttpProxies
from mercarich_web.marketplaces.sql import SqlItems
from mercarich_web.system_settings.settings import Setting
from mercarich_web.system_settings.sql import SqlSettings
from mercarich_web.troubles.telling import TellTroubles
from mercarich_web.troubles.troubles import Trouble, troubles_of

ON, PAUSED = "on", "paused"
SWITCH = "MARKETPLACE_"
"""Prefix of the setting; the marketplace's name follows."""
CANARIES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Market:
    name: str
    switch: Setting
    canaries: Sequence[CanaryState]
    """Empty: the canaries are taken from the last runs."""
    capacity: Capacity | None
    """None: no checker has counted yet."""
    troubles: Sequence[Trouble]
    """Why it is not checked, or not known to be."""

    @property
    def capacity_told(self) -> Reason | None:
        return None if self.capacity is None else told(self.capacity)

    @property
    def is_paused(self) -> bool:
        return self.switch.value == PAUSED


@dataclass(frozen=True, slots=True)
class MarketDesk:
    settings: SqlSettings
    items: SqlItems
    proxies: HttpProxies
    tell_troubles: TellTroubles
    now: Clock

    def all(self) -> Sequence[Market]:
        by_key = {setting.key: setting for setting in self.settings.all()}
        capacities, found = self.items.capacities(), self.tell_troubles()
        return [
            Market(
                str(site),
                by_key[f"{SWITCH}{site.upper}"],
                self._canaries(str(site), by_key[site.canary_setting].value),
                capacities.get(str(site)),
                troubles_of(str(site), found),
            )
            for site in SITES.values()
        ]

    def troubles(self, name: str) -> Sequence[Trouble]:
        return troubles_of(name, self.tell_troubles())

    def proxy(self, name: str) -> ProxyState:
        """Return the state of the marketplace's proxy. Raises `ProxyAway`."""
        return self.proxies.state(name)

    def switch(self, name: str, value: str, by: Actor, note: str | None) -> bool:
        """Switch the marketplace on or pause it. Return whether that was a change. Raises `Refused`."""
        key = f"{SWITCH}{name.upper()}"
        if self.settings.one(key).value == value:
            return False
        self.settings.change(key, value, by, self.now(), note)
        return True

    def _canaries(self, name: str, text: str) -> Sequence[CanaryState]:
        given = [word.partition("=") for word in text.split()[:CANARIES_SHOWN]]
        known = {item.item_id: item for item in self.items.known(name, [item_id for item_id, _, _ in given])}
        return [CanaryState(item_id, expected, known.get(item_id)) for item_id, _, expected in given]
