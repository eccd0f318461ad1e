"""The simulator as the runner and the demo see it: its market's seed, its levers and its ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Market:
    """What `/_sim/seed` says: who sells what, and the credentials of a made-up Amazon."""

    seed: Mapping[str, Any]

    @property
    def sellers(self) -> Sequence[Mapping[str, Any]]:
        return list(self.seed["sellers"])

    @property
    def listings(self) -> Sequence[Mapping[str, Any]]:
        return list(self.seed["listings"])

    def canaries(self, marketplace: str) -> str:
        """The value of the setting CANARY_ITEMS_…"""
        known = self.seed["canaries"][marketplace]
        return " ".join(f"{item}={state}" for state in ("on_sale", "gone") for item in known[state])

    def credentials(self) -> Mapping[str, str]:
        """The feed service's variables for this market's Login with Amazon."""
        client = self.seed["lwa"]
        return {"FEED_LWA_CLIENT_ID": client["client_id"], "FEED_LWA_CLIENT_SECRET": client["client_secret"]}


class Simulator:
    """The levers of a running simulator. Raises `httpx.HTTPError`."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def market(self) -> Market:
        return Market(self._get("/_sim/seed"))

    def ledger(self) -> Mapping[str, Any]:
        return self._get("/_sim/ledger")

    def _get(self, path: str) -> Mapping[str, Any]:
        answer = self._http.get(path)
        answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        return found

    def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._http.post(path, json=body)
        answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        return found
