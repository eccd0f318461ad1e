"""The words of pools, in English for the catalogues."""

from collections.abc import Iterator, Mapping

from mercarich_contracts.pools import Cause, Mode
from mercarich_contracts.sites import SITES
from mercarich_web.sentences import Said
from mercarich_web.site.languages import N_


def _of_sites() -> Iterator[tuple[str, Said]]:
    for site in SITES.values():
        market = {"market": site.marketplace}
        yield site.check_setting, Said("Stock check, %(market)s", market)
        yield site.update_setting, Said("Replacement search, %(market)s", market)


POOLS: Mapping[str, Said] = {
    **dict(_of_sites()),
    "FEED_WORKER": Said("Pushes to Amazon"),
    "BACKGROUND_SEARCH_WORKER": Said("Bulk searches"),
    "BACKGROUND_IMPORT_WORKER": Said("CSV imports"),
}
"""The purpose of a pool, by its setting."""
MODES: Mapping[str, tuple[str, str]] = {
    Mode.AUTO: (N_("Automatic"), N_("By load, between the two numbers")),
    Mode.FIXED: (N_("Fixed"), N_("Always the upper number, whatever the load")),
    Mode.PAUSED: (N_("Paused"), N_("No workers; the work waits and is not lost")),
}
MODE_TONES: Mapping[str, str] = {Mode.AUTO: "", Mode.FIXED: "info", Mode.PAUSED: "warn"}
CAUSES: Mapping[str, str] = {
    Cause.INVALID: N_("The stored setting cannot be used; the last valid one applies."),
    Cause.BOUNDS: N_("%(lowest)s to %(highest)s is allowed here."),
    Cause.PARTITIONS: N_("Its topic has %(partitions)s partitions: more workers would get no work."),
    Cause.CONNECTIONS: N_("The connections to the database allow %(affordable)s."),
    Cause.CALLS: N_("The budget of calls to the marketplace keeps %(useful)s busy: more would not look sooner."),
    Cause.AT_LEAST_ONE: N_("At least one worker is needed."),
    Cause.MAX: N_("The lower number was above the highest allowed one."),
    Cause.BACKLOG: N_("The backlog of %(backlog)s raises the lower number: one worker carries %(per_replica)s."),
    Cause.NO_LOAD: N_("The load is not measured here, so the backlog decides."),
}
"""Why a pool's bounds are not what was asked for."""
