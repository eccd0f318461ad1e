"""From the check's commit to Amazon's acceptance: under light load, and for a burst of one seller against his quota.

    python -m bench.withdrawal_latency [--rounds 3] [--burst 60]

Runs the whole system as real processes with the simulated market; writes var/bench/withdrawal_latency.json.
"""

import argparse
import json
import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.chaos.rig import MARKETPLACES, Plant, Rig, running, until

QUOTA_PER_SECOND, QUOTA_BURST = 5.0, 5
"""patchListingsItem, per seller (Selling Partner API usage plan)."""
LIGHT = Plant(sellers=20, listings=2_000, yahoo_per_second=60, mercari_per_second=15)
LIGHT_SHARE = 0.04
BURST = Plant(
    sellers=2,
    listings=800,
    yahoo_per_second=2_000,
    mercari_per_second=2_000,
    settings={"BRAKE_LISTINGS": "1000", "BRAKE_MARKETPLACE_LISTINGS": "1000", "CHECK_BATCH_ITEMS": "500"},
)
RESULT = Path("var/bench/withdrawal_latency.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="runs under light load (%(default)s)")
    parser.add_argument("--burst", type=int, default=60, help="withdrawals of one seller at once (%(default)s)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mercarich-bench-") as folder:
        with running(Path(folder) / "light", LIGHT) as rig:
            light = light_load(rig, given.rounds)
        with running(Path(folder) / "burst", BURST) as rig:
            burst = one_sellers_burst(rig, given.burst)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps({"light": light, "burst": burst}, indent=2) + "\n")
    print(f"light load:  {light}")  # noqa: T201
    print(f"burst:       {burst}\nwritten to {RESULT}")  # noqa: T201


def light_load(rig: Rig, rounds: int) -> Mapping[str, float]:
    """A few sales of each seller, so that no quota is in the way."""
    seconds: list[float] = []
    for number in range(rounds):
        for marketplace in MARKETPLACES:
            rig.simulator.sell(marketplace, LIGHT_SHARE)
        keys = [f"{marketplace}-{number}" for marketplace in MARKETPLACES]
        for marketplace, key in zip(MARKETPLACES, keys, strict=True):
            rig.check(marketplace, key)
        for key in keys:
            seconds += [accepted - committed for committed, accepted in seen_through(rig, key)]
    return _spread(seconds)


def one_sellers_burst(rig: Rig, size: int) -> Mapping[str, float]:
    """All sell at once; the quota allows the first five at once and five a second after."""
    username, seller_id, ids = _sources_of_one_seller(rig, size)
    rig.lever("events", marketplace="yahoo", kind="sold", ids=ids)
    rig.command("burst", "check_item_yahoo", "2", "4", "--usernames", username, "--request-key", "burst")
    pairs = seen_through(rig, "burst", seller_id)
    took = max(accepted for _, accepted in pairs) - min(committed for committed, _ in pairs)
    bound = (len(pairs) - QUOTA_BURST) / QUOTA_PER_SECOND
    return {
        "withdrawals": len(pairs),
        "commits_spread_seconds": round(max(pairs)[0] - min(pairs)[0], 3),
        "seconds": round(took, 3),
        "quota_allows_seconds": bound,
        "ratio": round(took / bound, 3),
    }


def seen_through(rig: Rig, key: str, seller_id: str | None = None) -> Sequence[tuple[float, float]]:
    """(committed, accepted by Amazon) of each withdrawal of a run, of one seller or all, once all are through.

    A source that several sellers list is withdrawn for all of them, whoever was checked. Unix seconds.
    """
    assert rig.ended(key, 120) == 0, rig.log(key)
    until(lambda: not rig.books.withdrawals_waiting(), 120, "all withdrawals accepted")
    run = rig.books.run(key)
    assert run is not None
    committed = rig.books.newest_withdrawals(run.id)
    rows = rig.simulator.ledger(gone_before=time.time())["details"]
    accepted = {row["sku"]: _first_zero(row) for row in rows if seller_id in (None, row["seller_id"])}
    return [(moment.timestamp(), zero) for sku, moment in committed.items() if (zero := accepted.get(sku)) is not None]


def _first_zero(row: Mapping[str, Any]) -> float | None:
    """None where Amazon showed 0 all along."""
    return next((change["at"] for change in row["changes"] if change["quantity"] == 0), None)


def _sources_of_one_seller(rig: Rig, size: int) -> tuple[str, str, Sequence[str]]:
    market = rig.simulator.market()
    seller = market.sellers[0]
    mine = (row for row in market.listings if row["seller_id"] == seller["seller_id"])
    on_sale = [row["source_id"] for row in mine if row["marketplace"] == "yahoo" and row["quantity"]]
    return seller["username"], seller["seller_id"], on_sale[:size]


def _spread(seconds: Sequence[float]) -> Mapping[str, float]:
    ordered = sorted(seconds)
    places = {name: ordered[math.ceil(len(ordered) * part) - 1] for name, part in (("p50", 0.5), ("p99", 0.99))}
    return {"count": len(ordered), **{name: round(value, 3) for name, value in places.items()}, "max": ordered[-1]}


if __name__ == "__main__":
    main()
