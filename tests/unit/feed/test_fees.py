"""Estimates of fees: what is asked, what a response says of each offer, and what a request that fails means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from tests.unit.feed.amazon_fake import ACCOUNT, FakeAmazon

from mercarich_feed.adapters.fee_results import read
from mercarich_feed.domain.answers import AmazonTrouble, ContentRefused, Forbidden, RateLimited, Said, Transient
from mercarich_feed.domain.fees import BATCH, FORBIDDEN, PAUSE, FeeResult, Priced, again_after
from mercarich_feed.domain.pushes import Account
from mercarich_feed.use_cases.fees import EstimateFees
from mercarich_reasons.earnings import FeeNotTold, FeeRefused, FeesForbidden
from mercarich_reasons.reason import Reason
from mercarich_replacements.fees import Estimate

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
ONE, TWO = Priced(11, "YA-1", 5000), Priced(12, "ME-2", 300)


def yen(amount: float, currency: str = "JPY") -> dict[str, Any]:
    return {"CurrencyCode": currency, "Amount": amount}


def entry(offer: Priced, total: float = 830, **parts: float) -> dict[str, Any]:
    details = [{"FeeType": kind, "FeeAmount": yen(amount), "FinalFee": yen(amount)} for kind, amount in parts.items()]
    return {
        "Status": "Success",
        "FeesEstimateIdentifier": {
            "IdValue": offer.sku,
            "SellerInputIdentifier": str(offer.listing_id),
            "PriceToEstimateFees": {"ListingPrice": yen(offer.price_jpy)},
        },
        "FeesEstimate": {"TotalFeesEstimate": yen(total), "FeeDetailList": details},
    }


def failed(offer: Priced, status: str, code: str = "InvalidParameterValue") -> dict[str, Any]:
    error = {"Type": "Sender", "Code": code, "Message": "Please verify your inputs.", "Detail": []}
    identifier = entry(offer)["FeesEstimateIdentifier"]
    return {"Status": status, "FeesEstimateIdentifier": identifier, "Error": error}


def found(response: Sequence[Any], *offers: Priced) -> list[Estimate | Reason]:
    return [result.found for result in read(response, offers, AT)]


def test_a_response_in_another_order_is_told_apart_by_the_listings_own_id() -> None:
    response = [entry(TWO, 30, ReferralFee=30), entry(ONE, 830, ReferralFee=750, VariableClosingFee=80, PerItemFee=0)]

    assert found(response, ONE, TWO) == [Estimate(830, 80, 5000, AT), Estimate(30, 0, 300, AT)]


def test_without_details_all_of_the_fee_depends_on_the_price() -> None:
    assert found([entry(ONE)], ONE) == [Estimate(830, 0, 5000, AT)]


def test_parts_of_a_yen_are_rounded_up() -> None:
    assert found([entry(ONE, 830.2, ReferralFee=750.1)], ONE) == [Estimate(831, 80, 5000, AT)]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (failed(ONE, "ClientError"), FeeRefused("Please verify your inputs.", "InvalidParameterValue")),
        (failed(ONE, "ServerError", "Internal"), FeeNotTold("Please verify your inputs.", "Internal")),
        (failed(ONE, "ServiceError", "Internal"), FeeNotTold("Please verify your inputs.", "Internal")),
        ({**failed(ONE, "ServerError"), "Error": None}, FeeNotTold("ServerError")),
        ({**entry(ONE), "FeesEstimate": None}, FeeNotTold("the entry is not as documented")),
        ({**entry(ONE), "FeesEstimate": {}}, FeeNotTold("the entry is not as documented")),
        (entry(ONE, -1), FeeNotTold("the entry is not as documented")),
        (entry(ONE, float("1e12")), FeeNotTold("the entry is not as documented")),
        (entry(Priced(11, "YA-1", 4000)), FeeNotTold("the entry is of another price: 4000")),
        (entry(TWO), FeeNotTold("the response leaves it out")),
        ("no entry", FeeNotTold("the response leaves it out")),
        ({"Status": "Success", "FeesEstimateIdentifier": None}, FeeNotTold("the response leaves it out")),
    ],
)
def test_an_entry_that_gives_no_estimate_says_why_and_spoils_no_other(told: Any, reason: Reason) -> None:
    other = Priced(13, "YA-3", 100)

    assert found([told, entry(other)], ONE, other) == [reason, Estimate(830, 0, 100, AT)]


def test_a_fee_in_another_currency_is_none() -> None:
    told = entry(ONE)
    told["FeesEstimate"]["TotalFeesEstimate"] = yen(8, "USD")

    assert found([told], ONE) == [FeeNotTold("the entry is not as documented")]


def test_a_request_names_each_offer_with_its_price_as_the_seller_sends_it_themselves() -> None:
    amazon = FakeAmazon((200, [entry(ONE, 750, ReferralFee=750)]))

    (result,) = amazon.api().fees(ACCOUNT, [ONE], AT)

    assert result == FeeResult(11, Estimate(750, 0, 5000, AT))
    (request,) = amazon.requests
    assert (request.method, request.url.path) == ("POST", "/spapi/products/fees/v0/feesEstimate")
    assert orjson.loads(request.content) == [
        {
            "IdType": "SellerSKU",
            "IdValue": "YA-1",
            "FeesEstimateRequest": {
                "MarketplaceId": ACCOUNT.marketplace_id,
                "IsAmazonFulfilled": False,
                "PriceToEstimateFees": {"ListingPrice": {"CurrencyCode": "JPY", "Amount": 5000}},
                "Identifier": "11",
            },
        }
    ]


def test_a_json_object_in_place_of_the_list_is_no_response() -> None:
    amazon = FakeAmazon((200, {"errors": []}))

    with pytest.raises(Transient):
        amazon.api().fees(ACCOUNT, [ONE], AT)


@dataclass
class Books:
    """`ports_fees.Fees` without a database."""

    offers: Sequence[Priced] = (ONE, TWO)
    settled: list[tuple[str, list[Reason | Estimate], timedelta | None, bool]] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    limit: int = 0

    def claim(self, user_id: int, limit: int) -> tuple[str, Sequence[Priced]]:
        self.limit = limit
        return "claim", self.offers

    def settle(
        self, claim: str, results: Sequence[FeeResult], *, again_after: timedelta | None = None, alone: bool = False
    ) -> None:
        self.settled.append((claim, [result.found for result in results], again_after, alone))

    def release(self, claim: str, offers: Sequence[Priced]) -> None:
        self.released.append(claim)


@dataclass
class Asked:
    """The part of `ports.Amazon` that estimates fees."""

    respond: Callable[[], Sequence[FeeResult]]
    times: int = 0

    def fees(self, account: Account, offers: Sequence[Priced]) -> Sequence[FeeResult]:
        self.times += 1
        return self.respond()


def estimating(books: Books, outcome: Sequence[FeeResult] | AmazonTrouble) -> tuple[Asked, float | None]:
    def respond() -> Sequence[FeeResult]:
        if isinstance(outcome, AmazonTrouble):
            raise outcome
        return outcome

    amazon = Asked(respond)
    return amazon, EstimateFees(books, amazon)(ACCOUNT)  # type: ignore[arg-type]  # no more of it is asked


def test_results_are_stored_under_their_claim_and_the_next_request_waits_for_the_quota() -> None:
    books, estimate = Books(), Estimate(750, 0, 5000, AT)

    _, again = estimating(books, [FeeResult(11, estimate), FeeResult(12, FeeNotTold())])

    assert (books.limit, books.released, again) == (BATCH, [], PAUSE.total_seconds())
    assert books.settled == [("claim", [estimate, FeeNotTold()], None, False)]


def test_nothing_is_asked_where_nothing_is_due() -> None:
    amazon, again = estimating(Books(offers=()), [])
    assert (amazon.times, again) == (0, None)


def test_a_request_that_is_refused_as_a_whole_is_made_again_for_each_offer_alone() -> None:
    books, alone = Books(), Books(offers=(ONE,))
    refused = ContentRefused("400", Said("bad", "InvalidInput"))

    for each in (books, alone):
        assert estimating(each, refused)[1] == PAUSE.total_seconds()

    problem = FeeRefused("bad", "InvalidInput")
    assert books.settled == [("claim", [problem, problem], timedelta(0), True)]
    assert alone.settled == [("claim", [problem], None, True)], "the one that it is waits longer each time"


def test_where_a_role_is_missing_nothing_else_is_asked_for_until_the_next_round() -> None:
    books = Books()

    _, again = estimating(books, Forbidden("403", Said("denied", "Unauthorized")))

    problem = FeesForbidden("denied", "Unauthorized")
    assert (books.settled, again) == ([("claim", [problem, problem], FORBIDDEN, False)], None)


@pytest.mark.parametrize("trouble", [Transient("away"), RateLimited("429")])
def test_what_amazon_says_nothing_of_is_asked_for_again_and_counts_as_no_failure(trouble: AmazonTrouble) -> None:
    books = Books()

    with pytest.raises(type(trouble)):
        estimating(books, trouble)

    assert (books.released, books.settled) == (["claim"], [])


def test_the_wait_after_failures_grows_to_thirty_days() -> None:
    waits = [again_after(failures) for failures in (1, 2, 3, 6, 7, 500)]
    hours = [timedelta(hours=1), timedelta(hours=4), timedelta(hours=16)]
    assert waits == [*hours, timedelta(days=30), timedelta(days=30), timedelta(days=30)]
