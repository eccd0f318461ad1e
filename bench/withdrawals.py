"""From the check's commit to Amazon's acceptance (P9): while thousands of restores wait, and against a seller's quota.

The whole system runs as real processes on real MariaDB and Kafka with the simulated market. The first part sells a few
sources of each of 20 sellers, so that the quota does not matter, while a feed carries 10,000 restores (with the setting
`MANY`, 500 per seller). The second part sells all sources of one seller at once.
"""

import time
from collections.abc import Mapping, Sequence

from bench.harness.parts import Parts, parts
from bench.harness.result import Goal, NotExact, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import digits, percentile, spread
from bench.harness.turns import steps
from tests.chaos.rig import MARKETPLACES, Plant, Rig, running, until

QUOTA_PER_SECOND, QUOTA_BURST = 5.0, 5
"""Rate limit of patchListingsItem per seller (Selling Partner API usage plan)."""
LIGHT_SHARE, SMALL_SHARE = 0.008, 0.05
"""Share of all sources that sell: half a dozen per seller, which the quota allows at once, during the run."""
BURST, SMALL_BURST = 60, 8
RUN_SECONDS = 300
MANY = {"PATCH_LANE_LISTINGS": "50"}
AHEAD = {"BRAKE_LISTINGS": "1000", "BRAKE_MARKETPLACE_LISTINGS": "1000", "CHECK_BATCH_ITEMS": "500"}


def run(scale: Scale) -> Result:
    restores = scale.of(10_000, 100)
    listings = restores + scale.of(2_000, 200)
    with parts() as real, steps("withdrawals", 2) as step:
        step("a few of each seller's, restores waiting")
        environment = _environment(real)
        plant = Plant(
            sellers=20,
            listings=listings,
            restores=restores,
            settings=MANY,
            environment=environment,
            yahoo_per_second=200,
            mercari_per_second=40,
        )
        with running(real.folder / "light", plant) as rig:
            waiting = rig.books.pushes_waiting()
            seconds = light_load(rig, scale.of(LIGHT_SHARE, SMALL_SHARE))
            again = put_up_again(rig)
        step("all of one seller's at once")
        plant = Plant(
            sellers=2,
            listings=800,
            settings=AHEAD,
            environment=_environment(real),
            yahoo_per_second=2_000,
            mercari_per_second=2_000,
        )
        with running(real.folder / "burst", plant) as rig:
            burst = one_sellers_burst(rig, scale.of(BURST, SMALL_BURST))
    if waiting < restores or not seconds:
        raise NotExact(f"withdrawals: {waiting} restores waited where {restores} were wanted, {len(seconds)} withdrawn")
    return _result(waiting, seconds, again, burst)


def _environment(real: Parts) -> Mapping[str, str]:
    return {
        "MERCARICH_KAFKA_BOOTSTRAP": f"127.0.0.1:{real.kafka.port}",
        "MERCARICH_DATABASE_URL": real.mariadb.create_database(),
    }


def _result(waiting: int, seconds: Sequence[float], again: Sequence[float], burst: Mapping[str, float]) -> Result:
    places = _places(seconds)
    light = [f"{len(seconds)} withdrawals of 20 sellers, {waiting:,} restores waiting", *map(digits, places.values())]
    stood = [f"{len(again)} of them put up again by an older feed, for", *map(digits, _places(again or [0.0]).values())]
    rows = [
        light,
        stood,
        [f"{burst['withdrawals']:.0f} withdrawals of one seller at once", "", "", digits(burst["seconds"])],
        ["the same, what the quota allows", "", "", digits(burst["quota_allows_seconds"])],
    ]
    goals = [
        Goal(
            id="P9",
            what=f"sold was seen → Amazon told, p99, {waiting:,} restores waiting",
            unit="s",
            at_most=2.0,
            value=spread([places["p99"]]),
        ),
        Goal(
            id="P9",
            what="a burst of one seller, against what his quota allows",
            unit="×",
            at_most=1.1,
            value=spread([burst["ratio"]]),
        ),
    ]
    table = Table(["commit → accepted by Amazon", "p50 s", "p99 s", "last s"], rows)
    light_figures = {**places, "count": len(seconds), "restores": waiting, "put_up_again": len(again)}
    return Result(goals=goals, tables={"withdrawals": table}, figures={"light": light_figures, "burst": burst})


def _places(seconds: Sequence[float]) -> Mapping[str, float]:
    return {name: percentile(seconds, share) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}


def light_load(rig: Rig, share: float) -> Sequence[float]:
    """Sell a few sources of each seller while the sweep requests the restores. Return the seconds of each
    withdrawal."""
    for marketplace in MARKETPLACES:
        rig.simulator.sell(marketplace, share)
        rig.sweep(marketplace)
        rig.check(marketplace, f"all-{marketplace}")
    runs = [seen_through(rig, f"all-{marketplace}") for marketplace in MARKETPLACES]
    return [accepted - committed for pairs in runs for committed, accepted in pairs]


def one_sellers_burst(rig: Rig, size: int) -> Mapping[str, float]:
    """Sell all sources at once; the quota allows five requests at once and then five a second."""
    username, ids = _sources_of_one_seller(rig, size)
    rig.lever("events", marketplace="yahoo", kind="sold", ids=ids)
    rig.command("burst", "check_item_yahoo", "2", "4", "--usernames", username, "--request-key", "burst")
    pairs = seen_through(rig, "burst", username)
    took = max(accepted for _, accepted in pairs) - min(committed for committed, _ in pairs)
    bound = (len(pairs) - QUOTA_BURST) / QUOTA_PER_SECOND
    return {
        "withdrawals": len(pairs),
        "commits_spread_seconds": round(max(pairs)[0] - min(pairs)[0], 3),
        "seconds": round(took, 3),
        "quota_allows_seconds": bound,
        "ratio": round(took / bound, 3),
    }


def seen_through(rig: Rig, key: str, username: str | None = None) -> Sequence[tuple[float, float]]:
    """Return the times of commit and of acceptance by Amazon for each withdrawal of a run, of one seller or all, once
    all are through.

    A source that several sellers list is withdrawn for all of them, whichever was checked. Times are in unix seconds.
    """
    assert rig.ended(key, RUN_SECONDS) == 0, rig.log(key)
    until(lambda: not rig.books.withdrawals_waiting(), RUN_SECONDS, "all withdrawals accepted")
    run = rig.books.run(key)
    assert run is not None
    rows = rig.books.accepted_withdrawals(run.id)
    return [
        (committed.timestamp(), accepted.timestamp())
        for seller, committed, accepted in rows
        if username in (None, seller)
    ]


def put_up_again(rig: Rig) -> Sequence[float]:
    """Return the seconds for which a feed in progress had restored what a withdrawal had set to 0."""
    rows = rig.simulator.ledger(gone_before=time.time())["details"]
    stood: list[float] = []
    for row in rows:
        since = None
        for change in row["changes"]:
            if change["stale"] and change["quantity"]:
                since = change["at"]
            elif since is not None and not change["quantity"]:
                stood.append(change["at"] - since)
                since = None
    return stood


def _sources_of_one_seller(rig: Rig, size: int) -> tuple[str, Sequence[str]]:
    market = rig.simulator.market()
    seller = market.sellers[0]
    mine = (row for row in market.listings if row["seller_id"] == seller["seller_id"])
    on_sale = [row["source_id"] for row in mine if row["marketplace"] == "yahoo" and row["quantity"]]
    return seller["username"], on_sale[:size]
