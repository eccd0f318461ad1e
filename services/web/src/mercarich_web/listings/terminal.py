"""The page of `mercarich explain`."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_contracts.events import EventKind
from mercarich_reasons.reason import Reason
from mercarich_reasons.sources import OtherItemLookedAt
from mercarich_replacements.earnings import Earnings, Verdict
from mercarich_web.console.output import cell, facts, plain, section, sentence, table, yen
from mercarich_web.listings.deleted_offers import DeletedOffer
from mercarich_web.listings.offers import Account, Event, Evidence, Explanation, Offer, Push, Source
from mercarich_web.replacements.searches import Replacement, ReplacementSearch
from mercarich_web.runs.terminal.holds import hold_table


def page(answer: Explanation | DeletedOffer) -> RenderableType:
    if isinstance(answer, DeletedOffer):
        return _deleted(answer)
    offer = answer.offer
    parts = [
        section(
            f"{offer.sku} of {offer.username}: quantity {offer.quantity}", Group(Text(answer.why), Text(answer.next))
        ),
        section("offer", _offer(offer, answer.price)),
        section("source", _source(answer.source, offer.marketplace, answer.next_look)),
        section("what a sale earns", _earned(answer.earned)),
    ]
    if answer.evidence is not None:
        parts.append(section("evidence", _evidence(answer.evidence)))
    if answer.hold is not None:
        parts.append(section("hold", hold_table([answer.hold])))
    if answer.search is not None:
        parts.append(section("search for another source", _search(answer.search)))
    if answer.account is not None and answer.account.verdict == "invalid":
        parts.append(section("Amazon account", _account(answer.account)))
    if answer.events:
        parts.append(section("history, newest first", _events(answer.events)))
    if answer.pushes:
        parts.append(section("feeds to Amazon, newest first", _pushes(answer.pushes)))
    return Group(*parts)


def _deleted(answer: DeletedOffer) -> RenderableType:
    rows: list[tuple[str, object]] = [
        ("deleted here", answer.removed_at),
        ("Amazon shows", cell(answer.shown, "bold red" if answer.shown else "")),
        ("read", answer.read_at),
        ("next read", answer.next_read_at),
    ]
    if answer.returns:
        rows.append(("came back", f"{answer.returns} times"))
        rows.append(("last return found", answer.came_back_at))
        rows.append(("0 sent", answer.zeroed_at))
        rows.append(("0 seen there", answer.zero_shown_at))
        rows.append(("what was done", answer.reason))
    parts = [section(f"{answer.sku} of {answer.username}: deleted", facts(rows))]
    if answer.events:
        parts.append(section("history, newest first", _events(answer.events)))
    return Group(*parts)


def _offer(offer: Offer, price: Sequence[Reason]) -> RenderableType:
    amazon = cell(offer.pushed_quantity)
    if offer.orphan:
        amazon = cell("Amazon does not know this SKU", "bold red")
    rows: list[tuple[str, object]] = [
        ("title", offer.title),
        ("ASIN", offer.asin),
        ("quantity", f"{offer.quantity} (revision {offer.revision}, {offer.listing_quantity} when up)"),
        ("changed", offer.changed_at),
        ("in our books since", offer.created_at),
        ("your price", yen(offer.offer_price_jpy)),
        ("first source's price", yen(offer.first_price_jpy)),
        ("Amazon accepted", amazon),
        ("pushed", offer.pushed_at),
        ("read back", offer.verified_at),
        ("lead time", offer.lead_time),
    ]
    if offer.least_profit_jpy is not None:
        rows.append(("own limit of the profit", yen(offer.least_profit_jpy)))
    if offer.least_price_jpy is not None or offer.most_price_jpy is not None:
        rows.append(("price may follow", f"{yen(offer.least_price_jpy) or '–'} to {yen(offer.most_price_jpy) or '–'}"))
    rows += [("price", cell(sentence(one), "yellow")) for one in price]
    if offer.paused_at is not None:
        rows.append(("paused", offer.paused_at))
    if offer.withdrawn_at is not None:
        rows.append(("withdrawn", offer.withdrawn_at))
    if offer.failures_are_current and offer.push_problem is not None:
        rows.append(("push problem", cell(f"{sentence(offer.push_problem)} (tries: {offer.push_attempts})", "yellow")))
    if offer.failures_are_current and offer.push_not_before is not None:
        rows.append(("next push not before", offer.push_not_before))
    return facts(rows)


def _source(source: Source, marketplace: str, next_look: Reason) -> RenderableType:
    rows: list[tuple[str, object]] = [
        ("item", f"{marketplace} {source.item_id}"),
        ("title", source.title),
        ("state", _state(source.state, source.reason)),
        ("price", yen(source.price_jpy)),
        ("postage", yen(source.postage_jpy)),
        ("seen so", source.observed_at),
        ("last seen", source.checked_at),
        ("next look", next_look),
        ("last run done with it", plain(source.checked_run)),
    ]
    if source.pending_run is not None:
        rows.append(("wanted by run", plain(source.pending_run)))
        rows.append(("looks", f"{source.attempts} without an end, {source.unknowns} unknown"))
        rows.append(("next look not before", source.not_before))
    if source.problem is not None:
        rows.append(("last problem", cell(source.problem, "yellow")))
    return facts(rows)


def _earned(earned: Earnings) -> RenderableType:
    profit = yen(earned.profit_jpy)
    if profit is not None and earned.at_most:
        profit = f"at most {profit}"
    tone = {Verdict.LOSS: "bold red", Verdict.THIN: "yellow"}.get(earned.verdict, "")
    return facts(
        [
            ("Amazon's fee", yen(earned.fee_jpy)),
            ("by", None if earned.fee_why is None else sentence(earned.fee_why)),
            ("no estimate", "; ".join(sentence(reason) for reason in earned.not_estimated) or None),
            ("source with postage", yen(earned.landed_jpy)),
            ("profit", cell(profit, tone)),
            ("margin", None if earned.margin_percent is None else f"{earned.margin_percent:g} %"),
            ("not known", "; ".join(sentence(reason) for reason in earned.unknown) or None),
        ]
    )


def _evidence(evidence: Evidence) -> RenderableType:
    return facts(
        [
            ("state", _state(evidence.state, evidence.reason)),
            ("url", evidence.url),
            ("HTTP status", plain(evidence.http_status)),
            ("extract", evidence.extract),
            ("fetched", evidence.fetched_at),
            ("parser", evidence.parser_version),
            ("body SHA-256", evidence.body_sha256),
        ]
    )


def _search(search: ReplacementSearch) -> RenderableType:
    refusals = ", ".join(f"{each.by} {each.candidates}" for each in search.refusals)
    rows: list[tuple[str, object]] = [
        ("last search", search.searched_at),
        ("refused candidates, by filter", refusals or None),
        ("searched until", search.until),
    ]
    if search.problem is not None:
        rows.append(("last problem", cell(search.problem, "yellow")))
    if search.not_before is not None:
        rows.append(("next search not before", search.not_before))
    return Group(facts(rows), _found(search.found)) if search.found else facts(rows)


def _found(found: Iterable[Replacement]) -> RenderableType:
    headings = ["found", "item", "price", "state", "by", "title"]
    rows = [
        [each.at, f"{each.marketplace} {each.item_id}", each.price_jpy, each.state, each.decided_by, each.title]
        for each in found
    ]
    return table(headings, rows)


def _account(account: Account) -> RenderableType:
    return facts(
        [
            ("token", cell(f"refused ({account.reason or 'no reason kept'})", "bold red")),
            ("checked", account.checked_at),
        ]
    )


def _events(events: Iterable[Event]) -> RenderableType:
    headings = ["at", "what", "quantity", "revision", "run", "hold", "feed", "why"]
    return table(headings, [_event(event) for event in events])


def _event(event: Event) -> list[object]:
    change = None if event.quantity_after is None else str(event.quantity_after)
    if change is not None and event.quantity_before is not None:
        change = f"{event.quantity_before} → {change}"
    numbers = [plain(event.revision), plain(event.run_id), plain(event.hold_id), plain(event.submission_id)]
    return [event.at, told(event), change, *numbers, event.reason]


def _pushes(pushes: Iterable[Push]) -> RenderableType:
    headings = ["feed", "lane", "state", "revision", "quantity", "result", "began", "ended", "issue"]
    rows = [
        [
            plain(p.submission_id),
            p.lane,
            p.state,
            plain(p.revision),
            p.quantity,
            p.result,
            p.created_at,
            p.ended_at,
            p.issue,
        ]
        for p in pushes
    ]
    return table(headings, rows)


def _state(state: str, reason: str | None) -> str:
    return state if reason is None else f"{state} ({reason})"


TOLD: Mapping[EventKind, str] = {
    EventKind.WITHDRAWN: "taken down",
    EventKind.SEARCHING: "marked: another source is wanted, it stays up meanwhile",
    EventKind.PAUSED: "taken down by the loss rule: a sale would earn too little",
    EventKind.RECOVERED: "put up again: a sale earns enough",
    EventKind.PRICE_ASKED: "its price follows its source: another one is asked for",
    EventKind.PRICE_CHANGED: "Amazon has the price that was asked for",
    EventKind.PRICE_OVERTAKEN: "the price that was asked for is not sent",
    EventKind.PRICE_TAKEN_BACK: "its seller wants the former price back",
    EventKind.FOLLOWING_STOPPED: "its price follows its source no more",
    EventKind.FOLLOWING_RESUMED: "its price follows its source again",
    EventKind.HELD: "gone, or too dear or cheap at once with many; the brake keeps it as it is",
    EventKind.HOLD_CLEARED: "the brake was right: it stays as it is",
    EventKind.PROPOSED: "another source found, a person is asked",
    EventKind.APPROVED: "a person approved the other source",
    EventKind.LAPSED: "the approved source is gone; searched again",
    EventKind.UNDONE: "a person took the other source back",
    EventKind.SWAPPED: "another source, not taken down for it",
    EventKind.RESTORED: "put up again",
    EventKind.PUSH_ACCEPTED: "Amazon accepted the quantity",
    EventKind.PUSH_REJECTED: "Amazon refused the quantity",
    EventKind.PUSH_ORPHAN: "Amazon does not know the SKU",
    EventKind.PUSH_SUPERSEDED: "Amazon took a quantity that is no longer wanted",
    EventKind.READBACK_MISMATCH: "Amazon shows another quantity; sent again",
    EventKind.CHANGED_AT_AMAZON: "Amazon shows less: sold or changed there",
    EventKind.ORDERED: "a buyer ordered it at Amazon",
    EventKind.NOT_FOR_SALE: "Amazon does not sell the offer",
    EventKind.REGISTERING: "its seller has its offer created at Amazon",
    EventKind.TAKING_OVER: "its seller says that its offer is at Amazon",
    EventKind.CREATION_SENT: "Amazon accepted the new offer",
    EventKind.GIVEN_UP: "its seller does not want the offer any more",
    EventKind.NOT_REGISTERED: "Amazon has no such offer: a draft again",
    EventKind.LISTED: "an offer from now on: its source is checked",
    EventKind.SOURCE_CHOSEN: "its seller chose another source",
    EventKind.EDITED: "its seller edited it",
    EventKind.LOOK_WANTED: "its seller wants a look at its source now",
    EventKind.STOPPED: "its seller stopped watching it",
    EventKind.RESUMED: "its seller watches it again",
    EventKind.LEAVING: "it is to be deleted at Amazon, then here",
    EventKind.LEFT_AMAZON: "Amazon deleted the listing",
    EventKind.DELETED: "deleted",
}


def told(event: Event) -> str:
    """Return the sentence for an event; for a kind of a later release, the kind itself."""
    if isinstance(event.reason, OtherItemLookedAt):
        return "its seller wants a look at another item"
    return TOLD[EventKind(event.kind)] if event.kind in TOLD else event.kind
