"""Why an offer is at its quantity, and what happens to it next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.creations import CreationState, CreationWay
from mercarich_contracts.market import OUT_OF_STOCK, Marketplace, State
from mercarich_contracts.schedule import SCHEDULE
from mercarich_contracts.sites import SITES
from mercarich_replacements.earnings import Sale
from mercarich_web.listings.creating import Creation
from mercarich_web.listings.offers import Account, Offer, Source
from mercarich_web.replacements.searches import ReplacementSearch, next_search
from mercarich_web.runs.holds import Hold
from mercarich_web.sentences import Said, Seen

RESTORED_EVERY = max(row.interval_seconds for row in SCHEDULE if row.command[0].startswith("update_feed_")) // 60
"""Minutes between two starts that send restores. Withdrawals wait for none."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that the next step depends on."""

    offer: Offer
    source: Source
    hold: Hold | None = None
    search: ReplacementSearch | None = None
    account: Account | None = None
    creation: Creation | None = None

    @property
    def source_url(self) -> str:
        """Where a person looks at the source."""
        return SITES[Marketplace(self.offer.marketplace)].page_url(self.source.item_id)

    @property
    def sale(self) -> Sale:
        offer, source = self.offer, self.source
        seen = (source.state, source.reason, source.price_jpy, source.postage_jpy)
        return Sale(offer.offer_price_jpy, *seen, offer.fee.estimate, offer.fee.problem)


def why(offer: Offer, source: Source, hold: Hold | None, creation: Creation | None = None) -> Said:
    """Return the reason for the quantity in one sentence."""
    seen = {"seen": Seen(source.state, source.reason)}
    if not offer.listed:
        return _why_unlisted(creation)
    if hold is not None:
        told = {**seen, "hold": hold.id, "reason": hold.reason}
        return _why_held(hold, told)
    return _why_down(offer, source) if offer.quantity == 0 else _why_up(offer, source)


def _why_up(offer: Offer, source: Source) -> Said:
    seen = {"seen": Seen(source.state, source.reason)}
    if offer.orphan:
        return Said("It is not on sale: Amazon does not know this SKU.")
    if offer.pushed_quantity is None:
        return Said("It is an offer in the books; what Amazon shows of it is still to be read.")
    if source.observed_at is None:
        return Said("It is on sale; its source has never been seen.")
    if source.state == State.AVAILABLE:
        return Said("It is on sale: its source was seen as available.")
    if offer.searching:
        return Said("It is on sale: its source was seen as %(seen)s by a run that only marks (--without-update).", seen)
    return Said("It is on sale although its source was seen as %(seen)s: nothing has withdrawn it.", seen)


def _why_held(hold: Hold, told: Mapping[str, object]) -> Said:
    if hold.kind == "losses":
        return Said("A sale would earn too little, but hold %(hold)s keeps the offer up: %(reason)s", told)
    if hold.kind == "recoveries":
        return Said("A sale would earn enough again, but hold %(hold)s keeps the offer down: %(reason)s", told)
    if hold.kind == "prices":
        return Said("Its price would follow its source, but hold %(hold)s keeps it as it is: %(reason)s", told)
    return Said("Its source was seen as %(seen)s, but hold %(hold)s keeps the offer up: %(reason)s", told)


def _why_unlisted(creation: Creation | None) -> Said:
    if creation is None:
        return Said("It is a draft: never checked, never sent to Amazon.")
    told = {"problem": creation.problem}
    if not creation.is_open:
        return Said("It is a draft: its offer was not created: %(problem)s.", told)
    if creation.way == CreationWay.TAKE_OVER:
        return Said("It is being registered: Amazon is read for the offer that its seller has listed there.")
    if creation.state == CreationState.TAKING_BACK:
        return Said("The new offer is taken back from Amazon: %(problem)s.", told)
    if creation.problem is not None:
        return Said("It is being registered: its new offer is not on sale yet: %(problem)s.", told)
    if creation.state == CreationState.SENT:
        return Said("It is being registered: Amazon has the new offer, and does not sell it yet.")
    return Said("It is being registered: its new offer is about to be sent to Amazon.")


def _why_down(offer: Offer, source: Source) -> Said:
    seen = {"seen": Seen(source.state, source.reason)}
    if offer.stopped_at is not None:
        return Said("It is not watched: its seller stopped watching it.")
    if offer.paused_at is not None:
        return Said("It is paused: its source is on sale, but a sale would earn less than the loss rule allows.")
    if source.state in OUT_OF_STOCK:
        return Said("It is withdrawn: its source was seen as %(seen)s.", seen)
    return Said("It is withdrawn; its source was last seen as %(seen)s.", seen)


def what_next(known: Known, now: datetime) -> Said:
    """Return in one sentence what the system will do automatically, or that it will do nothing."""
    offer, source, hold = known.offer, known.source, known.hold
    if not offer.listed:
        return _next_of_unlisted(known)
    if offer.orphan and offer.quantity > 0:
        return Said("Nothing: Amazon does not know this SKU.")
    if offer.revision > offer.pushed_revision:
        return _next_push(offer, known.account, now)
    if hold is not None:
        return _next_of_hold(hold)
    if source.pending_run is not None:
        return Said("Run %(run)s looks at its source.", {"run": source.pending_run})
    if source.problem == "set_aside":
        return Said("Looks at its source made workers crash, so it was set aside; the next run tries again.")
    if offer.searching or offer.quantity == 0:
        return _next_source(offer, known.search, now)
    return Said("The next check run looks at its source.")


def _next_of_unlisted(known: Known) -> Said:
    creation, account = known.creation, known.account
    if creation is None or not creation.is_open:
        return Said("Nothing, until the seller lists it.")
    if account is None:
        return Said("It waits until the seller links an Amazon account.")
    if account.verdict == "invalid":
        return Said("It waits until the seller authorises again: Amazon refuses the token.")
    if creation.state == CreationState.TAKING_BACK:
        return Said("It is a draft again once Amazon has deleted the offer.")
    if creation.state == CreationState.SENT:
        return Said("Amazon is read until it sells the offer; it is on sale here from then on.")
    return Said("A feed worker asks Amazon, and sends the offer once its source was seen on sale.")


def _next_push(offer: Offer, account: Account | None, now: datetime) -> Said:
    what = {"revision": offer.revision, "quantity": offer.quantity}
    if account is None:
        return Said(
            "Revision %(revision)s (quantity %(quantity)s) waits until the seller links an Amazon account.", what
        )
    if account.verdict == "invalid":
        if account.reason is None:
            return Said(
                "Revision %(revision)s (quantity %(quantity)s) waits until the seller authorises again: Amazon refuses"
                " the token.",
                what,
            )
        return Said(
            "Revision %(revision)s (quantity %(quantity)s) waits until the seller authorises again: Amazon refuses the"
            " token (%(problem)s).",
            {**what, "problem": account.reason},
        )
    if offer.push_claimed_until is not None and offer.push_claimed_until > now:
        if offer.push_claimed_until == offer.push_not_before:
            return Said(
                "Revision %(revision)s (quantity %(quantity)s) waits for half a minute: Amazon's answer to the push"
                " before it was lost, and that may still arrive.",
                what,
            )
        return Said("A feed worker is sending revision %(revision)s (quantity %(quantity)s) to Amazon.", what)
    if offer.failures_are_current and offer.push_not_before is not None and offer.push_not_before > now:
        if offer.push_problem is None:
            return Said("Revision %(revision)s (quantity %(quantity)s) is sent to Amazon again after a wait.", what)
        return Said(
            "Revision %(revision)s (quantity %(quantity)s) is sent to Amazon again after a wait: %(problem)s.",
            {**what, "problem": offer.push_problem},
        )
    return _next_in_its_turn(offer, what)


def _next_in_its_turn(offer: Offer, what: Mapping[str, int]) -> Said:
    if offer.quantity > 0:
        return Said(
            "Revision %(revision)s (quantity %(quantity)s) is sent to Amazon with the next restores, which go out every"
            " %(minutes)s minutes.",
            {**what, "minutes": RESTORED_EVERY},
        )
    return Said("A feed worker sends revision %(revision)s (quantity %(quantity)s) to Amazon.", what)


def _next_source(offer: Offer, search: ReplacementSearch | None, now: datetime) -> Said:
    if offer.stopped_at is not None:
        return Said("Nothing, until the seller resumes watching it.")
    if offer.is_paused:
        return Said("It is put up again as soon as a look finds that a sale earns enough.")
    if not offer.searching or search is None:
        return Said("Nothing automatically: it stays withdrawn until it gets another source.")
    return next_search(search, offer.sku, now)


def _next_of_hold(hold: Hold) -> Said:
    if hold.released_at is not None:
        return Said("The hold is released: a checker applies it within seconds.")
    told = {"hold": hold.id}
    if hold.kind == "prices":
        return Said("It waits for a person: `mercarich hold release %(hold)s` changes the price now.", told)
    return Said("A second look confirms or clears it; `mercarich hold release %(hold)s` withdraws it now.", told)
