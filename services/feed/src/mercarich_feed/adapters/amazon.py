"""`ports.Amazon`: calls for many offers of a seller run concurrently, so that latency does not lower the rate."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any

from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.domain.answers import (
    AmazonTrouble,
    Answer,
    ContentRefused,
    Missing,
    NotLookedAt,
    PerhapsSold,
    Transient,
    apart,
)
from mercarich_feed.domain.feeds import FeedState
from mercarich_feed.domain.fees import FeeResult, Priced
from mercarich_feed.domain.orders import OrderItem, OrderPage, Period
from mercarich_feed.domain.pushes import Account, Offer, perhaps_sold, to_send
from mercarich_feed.ports import Answers
from mercarich_listings.read_back import Seen
from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now

_SENDING_SECONDS = 8.0
"""Limit for sending all patches of one claim, well within its lease; the rest is left to the next claim."""
_READING_SECONDS = 30.0
_SLICE_SECONDS = 5.0


class PacedAmazon:
    """The caller's thread waits for the quota, a pool for Amazon. `calls`: the pool, or its number of threads."""

    def __init__(
        self,
        api: SpApi,
        pace: Pace,
        calls: int | Executor,
        now: Clock = utc_now,
        seconds: Monotonic = monotonic,
    ) -> None:
        self._api = api
        self._pace = pace
        self._now = now
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(calls, thread_name_prefix="amazon") if isinstance(calls, int) else calls

    def set_quantities(self, account: Account, offers: Sequence[Offer]) -> Answers:
        def patch(offer: Offer) -> None:
            quantity = self._after_a_look(account, offer) if offer.quantity else 0
            if quantity is not None:
                self._api.patch_quantity(account, offer.sku, quantity, offer.lead_time_days)

        looks = any(offer.quantity for offer in offers)
        operations = ("getListingsItem", "patchListingsItem") if looks else ("patchListingsItem",)
        return self._side_by_side(account, operations, offers, patch, _SENDING_SECONDS)

    def shown(self, account: Account, offers: Sequence[Offer], *, deleted: bool = False) -> list[Answer]:
        def read(offer: Offer) -> Seen:
            return self._api.shown(account, offer.sku)

        together = [offer for offer in offers if not offer.singly and "," not in offer.sku]
        found = self._searched(account, together, deleted=deleted)
        rest = [offer for offer in offers if offer.sku not in found]
        answers = self._side_by_side(account, ("getListingsItem",), rest, read, _READING_SECONDS)(lambda: None)
        return [*found.values(), *answers]

    def remove(self, account: Account, offers: Sequence[Offer]) -> list[Answer]:
        def delete(offer: Offer) -> None:
            self._api.delete_listing(account, offer.sku)

        return self._side_by_side(account, ("deleteListingsItem",), offers, delete, _READING_SECONDS)(lambda: None)

    def authorize(self, account: Account) -> None:
        self._api.authorize(account)

    def upload(self, account: Account, document: Mapping[str, Any]) -> str:
        return self._api.upload(account, document)

    def create_feed(self, account: Account, document_id: str) -> str:
        return self._api.create_feed(account, document_id)

    def orders(self, account: Account, period: Period, token: str | None = None) -> OrderPage:
        return self._api.orders(account, period, token, self._now())

    def order(self, account: Account, order_id: str) -> Sequence[OrderItem]:
        return self._api.order(account, order_id)

    def fees(self, account: Account, offers: Sequence[Priced]) -> Sequence[FeeResult]:
        return self._api.fees(account, offers, self._now())

    def feed(self, account: Account, feed_id: str) -> tuple[FeedState, str | None]:
        return self._api.feed(account, feed_id)

    def cancel_feed(self, account: Account, feed_id: str) -> None:
        self._api.cancel_feed(account, feed_id)

    def report(self, account: Account, document_id: str) -> Mapping[str, Any]:
        return self._api.report(account, document_id)

    def feeds_since(self, account: Account, since: datetime) -> list[str]:
        return self._api.feeds_since(account, since)

    def close(self) -> None:
        """Wait for the calls under way; their deadline bounds the wait."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _searched(self, account: Account, offers: Sequence[Offer], *, deleted: bool) -> dict[str, Answer]:
        """Return what a search of up to 20 offers finds, by SKU; all others are to be read singly.

        Of `deleted` offers, those that it does not find are among the answers, as `Missing`.
        """
        if not offers:
            return {}
        try:
            found = self._api.search(account, [offer.sku for offer in offers])
        except (Missing, ContentRefused):  # of the search: it tells nothing of any of these SKUs
            return {}
        except AmazonTrouble as trouble:
            return {offer.sku: Answer(offer, trouble, self._now()) for offer in offers}
        now, missing = self._now(), Missing("the search does not find the SKU")
        answers = {offer.sku: Answer(offer, None, now, found[offer.sku]) for offer in offers if offer.sku in found}
        gone = [offer for offer in offers if offer.sku not in found] if deleted else []
        return answers | {offer.sku: Answer(offer, missing, now) for offer in gone}

    def _after_a_look(self, account: Account, offer: Offer) -> int | None:
        """Return the quantity above 0 to send, or None. Raises `PerhapsSold`, `NotLookedAt` and `AmazonTrouble`."""
        try:
            found = self._api.shown(account, offer.sku).quantity
        except Transient as trouble:
            raise NotLookedAt(str(trouble), trouble.said) from trouble
        if perhaps_sold(offer, found):
            raise PerhapsSold("Amazon shows 0 for an offer that is up")
        return to_send(offer, found)

    def _side_by_side(
        self,
        account: Account,
        operations: Sequence[str],
        offers: Sequence[Offer],
        call: Callable[[Offer], Seen | None],
        seconds: float,
    ) -> Answers:
        def one(offer: Offer) -> Answer:
            try:
                seen = call(offer)
            except AmazonTrouble as trouble:
                return Answer(offer, trouble, self._now())
            return Answer(offer, None, self._now(), seen)

        answers: list[Answer | Future[Answer]] = []
        deadline = self._seconds() + seconds
        for offer in offers:
            try:
                for operation in operations:
                    self._pace.wait(account.user_id, operation, at_most=max(deadline - self._seconds(), 0.0))
            except AmazonTrouble as trouble:
                answers.append(Answer(offer, trouble, self._now()))
                continue
            answers.append(self._pool.submit(one, offer))

        def answered(meanwhile: Callable[[], None]) -> list[Answer]:
            while wait([each for each in answers if isinstance(each, Future)], _SLICE_SECONDS).not_done:
                meanwhile()
            done = [answer.result() if isinstance(answer, Future) else answer for answer in answers]
            return apart(done, lambda: self._api.works_for(account))

        return answered
