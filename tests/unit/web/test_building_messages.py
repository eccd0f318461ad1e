"""What cannot be built fails alone; what the sender waits for is no fault of a message."""

import pytest

from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration
from mercarich_reasons.accounts import MessageUnbuildable
from mercarich_web.notices.sending import Undeliverable, building


@pytest.mark.parametrize("error", [DatabaseAway("gone"), BadConfiguration("no such database")])
def test_what_the_sender_waits_for_or_ends_with_passes(error: Exception) -> None:
    with pytest.raises(type(error)), building():
        raise error


def test_anything_else_is_a_message_that_cannot_be_built() -> None:
    with pytest.raises(Undeliverable) as caught, building():
        raise ValueError("a header with a line break")

    assert caught.value.refusal == MessageUnbuildable()
