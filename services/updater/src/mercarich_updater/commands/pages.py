"""The text output of `mercarich revival`."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mercarich_contracts.schedule import tokyo
from mercarich_reasons.telling import Language, tell
from mercarich_updater.domain.reports import Candidate, Explanation, OwnSetting, Preview, Revival


def waiting(revivals: Sequence[Revival]) -> str:
    if not revivals:
        return "Nothing waits for approval.\n"
    return _lines(_revival(revival) for revival in revivals)


def explanation(report: Explanation) -> str:
    state = "searching for a replacement" if report.searching else "has a source"
    head = [
        f"{report.sku} of {report.username}: quantity {report.quantity}, {state}; source {report.source}",
        f"withdrawn {_time(report.withdrawn_at)}, last searched {_time(report.searched_at)}"
        + (f", problem: {report.problem}" if report.problem else ""),
    ]
    judged = [f"  {_candidate(one)}" for one in report.candidates] or ["  no candidates are known"]
    found = [f"  {_revival(one)}" for one in report.revivals] or ["  none"]
    return _lines([*head, "Candidates of the last search, in order:", *judged, "Replacements found:", *found])


def preview(report: Preview) -> str:
    judged = [f"  {_candidate(one)}" for one in report.candidates] or ["  the search found nothing"]
    last = "no replacement" if report.found is None else f"would take {report.found.item_id}"
    return _lines([f"{report.sku}: {last} (nothing was written)", *judged])


def decided(revival: Revival) -> str:
    return _lines([_revival(revival)])


def settings(rows: Sequence[OwnSetting]) -> str:
    width = max(len(row.key) for row in rows)
    return _lines(
        f"{row.key:<{width}}  {row.value:<24} {'own' if row.own else 'general'}  {row.meaning}" for row in rows
    )


def _candidate(one: Candidate) -> str:
    price = "no price" if one.price_jpy is None else f"{one.price_jpy:,} yen"
    verdict = "matches" if one.refused_by is None else f"refused by {one.refused_by}: {tell(one.reason, Language.EN)}"
    return f"{one.marketplace} {one.item_id}  {price}  {one.title or ''}\n      {verdict}"


def _revival(one: Revival) -> str:
    price = "" if one.price_jpy is None else f", {one.price_jpy:,} yen"
    by = f" by {one.decided_by}" if one.decided_by else ""
    decided = f", {one.state}{by}" + (f" {_time(one.decided_at)}" if one.decided_at is not None else "")
    what = f"{one.marketplace} {one.item_id}{price}, found {_time(one.at)}{decided}"
    return f"{one.sku} of {one.username}: {what}  {one.url}"


def _time(moment: datetime | None) -> str:
    return "never" if moment is None else tokyo(moment)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
