"""What each setting is: all of them by key, those of pools and marketplaces here, the others in `definitions`."""

from collections.abc import Mapping

from mercarich_contracts.sites import SITES
from mercarich_db.definitions.checks import BRAKE, CANARIES, CHECKS, WATCH
from mercarich_db.definitions.definition import BadSetting, Definition
from mercarich_db.definitions.forecasts import FORECASTS
from mercarich_db.definitions.housekeeping import HOUSEKEEPING
from mercarich_db.definitions.replacements import SEARCHES, SELLERS_RULES
from mercarich_db.definitions.working import JOBS, PUSHES

__all__ = [
    "DEFINITIONS",
    "MIN",
    "MODE",
    "MODES",
    "MOST_WORKERS",
    "ON",
    "PAUSE",
    "PAUSED",
    "SELLERS_OWN",
    "WORKERS",
    "BadSetting",
    "Definition",
]

WORKERS: Mapping[str, int] = {
    "BACKGROUND_SEARCH_WORKER": 16,
    "BACKGROUND_IMPORT_WORKER": 5,
    **{
        key: pool.first_workers
        for site in SITES.values()
        for key, pool in ((site.check_setting, site.checker), (site.update_setting, site.updater))
    },
    "FEED_WORKER": 2,
}
"""The keys of the pools, the seed's own but for the last, with its first values."""

MIN, MODE = "_MIN", "_MODE"
MODES = ("auto", "fixed", "paused")
MOST_WORKERS = 500
PAUSE = "MARKETPLACE_"
"""Followed by the marketplace's name: the one switch that planners, workers and the operator read."""
ON, PAUSED = "on", "paused"
_OURS = {
    "FEED_WORKER": "The old system pushed from cron and had no such pool; of two, one pushes while one is replaced."
}


def _workers(key: str, default: int) -> tuple[Definition, ...]:
    return (
        Definition(
            key,
            default,
            "workers: at most so many (auto) or exactly so many (fixed)",
            1,
            MOST_WORKERS,
            unit="workers",
            why=_OURS.get(key, "The old system's key and first value."),
        ),
        Definition(
            key + MIN,
            1,
            f"at least so many workers while {key}{MODE} is auto",
            1,
            MOST_WORKERS,
            unit="workers",
            why="One worker takes a message at once, without a start to wait for. None at all is the mode paused.",
        ),
        Definition(
            key + MODE,
            "auto",
            "auto: by load within the bounds; fixed: the number itself; paused: none",
            choices=MODES,
            why="Work comes in waves, with the schedule's runs. The old system had fixed numbers only.",
        ),
    )


SELLERS_OWN = frozenset(definition.key for definition in SELLERS_RULES)
"""Settings of which a seller may have an own value, in `seller_settings`; the general one is the default."""

DEFINITIONS: Mapping[str, Definition] = {
    definition.key: definition
    for definition in (
        *(definition for key, default in WORKERS.items() for definition in _workers(key, default)),
        *(
            Definition(
                PAUSE + site.upper,
                ON,
                f"planners and workers of {site.upper} run (on) or rest (paused)",
                choices=(ON, PAUSED),
                why="Nothing rests unless a person says so (mercarich pause).",
            )
            for site in SITES.values()
        ),
        *CHECKS,
        *WATCH,
        *CANARIES,
        *BRAKE,
        *SELLERS_RULES,
        *SEARCHES,
        *PUSHES,
        *JOBS,
        *HOUSEKEEPING,
        *FORECASTS,
    )
}
