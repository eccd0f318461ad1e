"""The words of pools, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_contracts.pools import Cause, Mode
from mercarich_web.site.languages import N_

POOLS: Mapping[str, tuple[str, str]] = {
    "INVCHK_YAHOO_WORKER": (N_("Stock check, Yahoo! Auctions"), N_("look at sources")),
    "INVCHK_MERCARI_WORKER": (N_("Stock check, Mercari"), N_("look at sources")),
    "INVRES_YAHOO_WORKER": (N_("Replacement search, Yahoo! Auctions"), N_("search for other sources")),
    "INVRES_MERCARI_WORKER": (N_("Replacement search, Mercari"), N_("search for other sources")),
    "FEED_WORKER": (N_("Pushes to Amazon"), N_("send quantities")),
    "BACKGROUND_SEARCH_WORKER": (N_("Bulk searches"), N_("work on sellers' searches")),
    "BACKGROUND_IMPORT_WORKER": (N_("CSV imports"), N_("work on sellers' files")),
}
"""What a pool is for; by its setting."""
MODES: Mapping[str, tuple[str, str]] = {
    Mode.AUTO: (N_("Automatic"), N_("By load, between the two numbers")),
    Mode.FIXED: (N_("Fixed"), N_("Exactly the upper number, whatever the load")),
    Mode.PAUSED: (N_("Paused"), N_("No workers; the work waits and is not lost")),
}
MODE_TONES: Mapping[str, str] = {Mode.AUTO: "", Mode.FIXED: "info", Mode.PAUSED: "warn"}
CAUSES: Mapping[str, str] = {
    Cause.INVALID: N_("The stored setting cannot be used; the last good one holds."),
    Cause.BOUNDS: N_("The chart allows %(lowest)s to %(highest)s."),
    Cause.PARTITIONS: N_("Its topic has %(partitions)s partitions: more workers would get no work."),
    Cause.CONNECTIONS: N_("The connections to the database allow %(affordable)s."),
    Cause.AT_LEAST_ONE: N_("One worker is the least."),
    Cause.MAX: N_("The lower number was above what is allowed at most."),
    Cause.BACKLOG: N_("The backlog of %(backlog)s raises the lower number: one worker carries %(per_replica)s."),
    Cause.NO_LOAD: N_("There is no measure of load, so the backlog decides."),
}
"""Why a pool's bounds are not what was asked for."""
