"""The look before a quantity above 0 is sent: what it finds decides what is sent."""

from datetime import UTC, datetime

import httpx
import orjson
import pytest
from tests.unit.feed.amazon_fake import ACCEPTED, ACCOUNT, Answer, FakeAmazon

from mercarich_feed.adapters.amazon import PacedAmazon
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.domain.answers import Answer as Answered
from mercarich_feed.domain.answers import Missing, PerhapsSold, pushed
from mercarich_feed.domain.pushes import Offer, Outcome

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GONE: Answer = (404, {"errors": [{"code": "NOT_FOUND", "message": "SKU 'S' not found"}]})
AWAY: Answer = (200, httpx.ReadTimeout("late"))


def shows(quantity: int | None) -> Answer:
    availability = [] if quantity is None else [{"fulfillmentChannelCode": "DEFAULT", "quantity": quantity}]
    return 200, {"sku": "S", "fulfillmentAvailability": availability}


def restore(amazon: FakeAmazon, *, shown: int | None, lead: int | None = None) -> tuple[Answered, list[object]]:
    """Push quantity 2 of an offer that shows `shown` as far as known; return the result and what was sent."""
    paced = PacedAmazon(amazon.api(), Pace(amazon.sleep, lambda: amazon.clock), 1, lambda: NOW, lambda: amazon.clock)
    [answer] = paced.set_quantities(ACCOUNT, [Offer(1, "S", 5, 2, NOW, lead, shown)])(lambda: None)
    paced.close()
    patches = [orjson.loads(each.content)["patches"][0] for each in amazon.requests if each.method == "PATCH"]
    return answer, [patch["value"][0] | {"op": patch["op"]} for patch in patches]


def sent(quantity: int, **more: int) -> list[object]:
    return [{"op": "merge", "fulfillment_channel_code": "DEFAULT", "quantity": quantity, **more}]


@pytest.mark.parametrize(
    ("shown", "found", "lead", "expected"),
    [
        (0, 0, None, sent(2)),
        (0, 0, 5, sent(2, lead_time_to_ship_max_days=5)),
        (0, None, None, sent(2)),
        (None, 0, None, sent(2)),
        (0, 1, None, sent(2)),  # somebody put it up at Amazon: no piece of ours was sold
        (0, 2, None, []),
        (None, 2, None, []),
        (None, 1, None, []),  # one of the two was sold already
        (2, 2, 5, sent(2, lead_time_to_ship_max_days=5)),
        (2, 1, 5, sent(1, lead_time_to_ship_max_days=5)),
        (3, 3, None, sent(2)),
    ],
)
def test_what_is_sent_after_what_was_found(
    shown: int | None, found: int | None, lead: int | None, expected: list[object]
) -> None:
    answer, patches = restore(FakeAmazon(shows(found), ACCEPTED), shown=shown, lead=lead)

    assert patches == expected
    assert pushed(answer).outcome is Outcome.ACCEPTED


def test_a_piece_that_amazon_shows_no_more_is_not_put_up_again() -> None:
    answer, patches = restore(FakeAmazon(shows(0), ACCEPTED), shown=2, lead=5)

    assert (patches, pushed(answer).outcome) == ([], Outcome.PERHAPS_SOLD)
    assert isinstance(answer.trouble, PerhapsSold)


def test_nothing_is_pushed_when_amazon_does_not_know_the_sku() -> None:
    answer, patches = restore(FakeAmazon(GONE), shown=0)

    assert (patches, pushed(answer).outcome) == ([], Outcome.ORPHAN)
    assert isinstance(answer.trouble, Missing)


def test_a_look_that_fails_leaves_the_restore_waiting_and_not_in_doubt() -> None:
    answer, patches = restore(FakeAmazon(AWAY), shown=0)

    assert (patches, pushed(answer).outcome) == ([], Outcome.RELEASED)


def test_a_push_without_an_answer_is_in_doubt() -> None:
    answer, _ = restore(FakeAmazon(shows(0), AWAY), shown=0)

    assert pushed(answer).outcome is Outcome.DEFERRED
