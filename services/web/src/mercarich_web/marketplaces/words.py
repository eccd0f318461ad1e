"""The words of proxies, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.site.languages import N_

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
"""A proxy's calls by outcome: word and tone."""
