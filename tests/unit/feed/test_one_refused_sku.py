"""A SKU that Amazon refuses for good: the seller's other offers must not wait for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import orjson
import pytest
from pydantic import SecretStr
from tests.unit.feed.amazon_fake import ACCEPTED, ACCOUNT, TOKEN, Answer

from mercarich_feed.adapters.amazon import PacedAmazon
from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lwa import Application, Lwa
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.domain.pushes import Account, Offer, Outcome, Pushed
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.patches import PushWithdrawals

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DENIED: Answer = (403, {"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied."}]})
INVALID: Answer = (400, {"errors": [{"code": "InvalidInput", "message": "Invalid 'sku' provided."}]})
LISTED: Answer = (200, {"numberOfResults": 1, "items": []})


@dataclass
class Sellers:
    """The seller's waiting withdrawals, oldest first; everything that the use cases need besides Amazon."""

    waiting: list[Offer]
    claims: dict[str, list[Offer]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def withdrawals_waiting(self, user_id: int) -> int:
        return len(self.waiting)

    def claim_withdrawals(self, user_id: int, limit: int) -> tuple[str, list[Offer]]:
        claim, offers = str(len(self.claims)), self.waiting[:limit]
        self.waiting, self.claims[claim] = self.waiting[limit:], offers
        return claim, offers

    def settle(self, claim: str, pushed: Sequence[Pushed]) -> None:
        self.outcomes |= {push.offer.sku: push.outcome for push in pushed}
        again = [push.offer for push in pushed if push.outcome in (Outcome.RELEASED, Outcome.DEFERRED)]
        self.waiting = sorted(again + self.waiting, key=lambda offer: offer.listing_id)

    def renew(self, claims: Sequence[str]) -> None:
        """Claims do not expire here."""

    def pushable(self, user_id: int) -> Account:
        return ACCOUNT

    def patch_lane_listings(self) -> int:
        return 10_000

    def pushed(self, *_: object) -> None:
        """Metrics that are not recorded."""

    trouble = delivered_after = pushed


class World:
    """Amazon and the sellers on one virtual clock."""

    def __init__(self, answer: Callable[[httpx.Request], Answer], offers: int) -> None:
        self.time = 0.0
        self.answer = answer
        self.sellers = Sellers([Offer(number, f"SKU{number}", 1, 0, NOW) for number in range(offers)])
        http = Http(5.0, lambda: httpx.MockTransport(self._respond))
        pace = Pace(self._sleep, lambda: self.time)
        lwa = Lwa(http, Application("http://amazon/lwa", "client", SecretStr("hidden")), retry_seconds=1.0)
        amazon = PacedAmazon(SpApi(http, "http://amazon", lwa, pace), pace, 1, lambda: NOW, lambda: self.time)
        gate = Gate(self.sellers, amazon, self.sellers, lambda: self.time)  # type: ignore[arg-type]
        self.push = PushWithdrawals(gate, self.sellers, amazon, self.sellers, None, self.sellers)  # type: ignore[arg-type]

    def run(self, at_most: float) -> float:
        """Push until nothing waits; return the virtual seconds that this took."""
        while self.sellers.waiting and self.time < at_most:
            self.time += self.push(ACCOUNT.user_id) or 0.0
        return self.time

    def _sleep(self, seconds: float) -> bool:
        self.time += seconds
        return False

    def _respond(self, request: httpx.Request) -> httpx.Response:
        status, body, *_ = TOKEN if request.url.path == "/lwa" else self.answer(request)
        return httpx.Response(status, content=orjson.dumps(body))


def accepts(request: httpx.Request) -> Answer:
    return LISTED if request.method == "GET" else ACCEPTED


def but_one(refusal: Answer) -> Callable[[httpx.Request], Answer]:
    return lambda request: refusal if request.url.path.endswith("/SKU0") else accepts(request)


@pytest.mark.parametrize("refusal", [DENIED, INVALID])
def test_the_others_go_out_as_fast_as_without_it(refusal: Answer) -> None:
    without, beside = World(accepts, 200), World(but_one(refusal), 200)

    assert beside.run(at_most=600) <= without.run(at_most=600) * 1.1
    assert beside.sellers.outcomes.pop("SKU0") is Outcome.REJECTED
    assert set(beside.sellers.outcomes.values()) == {Outcome.ACCEPTED}


def test_one_that_is_alone_is_refused_for_itself_when_amazon_serves_the_seller() -> None:
    world = World(but_one(DENIED), 1)

    world.run(at_most=60)

    assert world.sellers.outcomes == {"SKU0": Outcome.REJECTED}


def test_a_seller_whom_amazon_refuses_altogether_has_everything_left_to_push() -> None:
    world = World(lambda _: DENIED, 20)

    world.run(at_most=120)

    assert len(world.sellers.waiting) == 20
    assert set(world.sellers.outcomes.values()) == {Outcome.RELEASED}
