"""The words of the operator's pages, in English for the catalogues."""

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

HOLD_ENDS: Mapping[str, str] = {
    "falls": N_("A second look that confirms it releases it; so can you."),
    "canaries": N_(
        "The run waits until the canaries answer as they should; then a second look decides. You may decide before."
    ),
    "unreadable": N_("The reader may be out of date. No second look releases this one: look at some, then decide."),
}
"""How a hold comes to its end, by its kind; why it was opened is its reason."""
LEFT_OUT: Mapping[str, str] = {
    "inactive": N_("stopped"),
    "staff": N_("operators"),
    "no_amazon_account": N_("no Amazon account is linked"),
}
"""Why a run has nothing of a seller."""
PHASES: Mapping[str, str] = {
    "marking": N_("marks what it wants"),
    "canaries": N_("asks the canaries"),
    "checking": N_("at work"),
    "held": N_("held"),
    "confirming": N_("second looks"),
    "ended": N_("ended"),
}
"""Of a run."""

SCHEDULE: Mapping[str, str] = {
    "check-item-yahoo": N_("Stock check, Yahoo! Auctions, all plans"),
    "check-item-mercari": N_("Stock check, Mercari, all plans"),
    "check-item-yahoo-4": N_("Stock check, Yahoo! Auctions, four a day"),
    "check-item-mercari-4": N_("Stock check, Mercari, four a day"),
    "update-item-mercari": N_("Replacement search, Mercari"),
    "update-item-yahoo": N_("Replacement search, Yahoo! Auctions"),
    "update-feed-yahoo": N_("Pushes that wait, Yahoo! Auctions"),
    "update-feed-mercari": N_("Pushes that wait, Mercari"),
    "env-update": N_("Settings read again"),
    "delete-old-items": N_("Old listings deleted"),
    "check-background-jobs": N_("Sellers' jobs watched"),
    "validate-mws-tokens": N_("Amazon tokens checked"),
}
PROXY_PHASES: Mapping[str, tuple[str, str]] = {
    "closed": (N_("closed: calls go out"), "good"),
    "half_open": (N_("half open: one call tries"), "warn"),
    "open": (N_("open: no calls go out"), "bad"),
}
CALLS: Mapping[str, tuple[str, str]] = {
    "read": (N_("answered"), "good"),
    "blocked": (N_("blocked"), "bad"),
    "rate_limited": (N_("too many requests"), "warn"),
    "auth": (N_("access refused"), "bad"),
    "bad_request": (N_("request refused"), "bad"),
    "transient": (N_("passing fault"), "warn"),
    "timed_out": (N_("no answer in time"), "warn"),
    "unparsable": (N_("page not understood"), "bad"),
    "empty": (N_("empty answer"), "warn"),
    "oversized": (N_("answer too large"), "warn"),
    "breaker_open": (N_("not asked at present"), ""),
    "not_found": (N_("not found"), ""),
}
"""A proxy's calls, by what came of them."""
DEEDS: Mapping[str, tuple[str, str]] = {
    "sign_in": (N_("signed in"), ""),
    "sign_in_failed": (N_("failed to sign in"), "warn"),
    "password_changed": (N_("changed the password"), ""),
    "password_reset": (N_("had a password chosen anew"), "warn"),
    "second_step_begun": (N_("set up the second step"), ""),
    "second_step_ended": (N_("gave up the second step"), "warn"),
    "second_step_reset": (N_("ended somebody's second step"), "warn"),
    "recovery_codes_renewed": (N_("made new recovery codes"), ""),
    "invited": (N_("invited"), "info"),
    "joined": (N_("accepted the invitation"), "info"),
    "key_made": (N_("made an API key"), "info"),
    "key_revoked": (N_("revoked an API key"), "info"),
    "amazon_link_begun": (N_("went to Amazon to link an account"), ""),
    "amazon_linked": (N_("linked an Amazon account"), "info"),
    "rule_changed": (N_("changed a rule"), ""),
    "notice_ways_changed": (N_("chose how notices go out"), ""),
    "listings_check": (N_("had sources looked at"), ""),
    "listings_withdraw": (N_("withdrew listings"), ""),
    "listings_put_up": (N_("put listings up"), ""),
    "listings_stop_watching": (N_("stopped watching listings"), ""),
    "listings_resume_watching": (N_("watches listings again"), ""),
    "listings_list": (N_("listed drafts"), ""),
    "listings_delete": (N_("deleted listings"), ""),
    "listings_undo": (N_("took a change of listings back"), ""),
    "setting_changed": (N_("changed a setting"), "info"),
    "hold_released": (N_("released a hold"), "info"),
    "schedule_paused": (N_("paused a schedule"), "warn"),
    "schedule_resumed": (N_("resumed a schedule"), "info"),
    "schedule_wanted": (N_("started a schedule by hand"), "info"),
    "schedule_started": (N_("had a schedule started on Kubernetes"), "info"),
    "dead_letter_replayed": (N_("replayed dead letters"), "info"),
    "plan_changed": (N_("changed a plan"), "info"),
    "seller_stopped": (N_("stopped a seller"), "warn"),
    "seller_started": (N_("let a seller go on"), "info"),
}
"""What the audit log tells, and the tone."""

VERDICTS: Mapping[str, tuple[str, str]] = {
    "valid": (N_("valid"), "good"),
    "invalid": (N_("refused by Amazon"), "bad"),
    "unknown": (N_("not known"), "warn"),
}
"""Of a token."""
