"""An answer that trickles is given up: each of its reads comes in time, and the whole does not."""

import httpx
import pytest

from mercarich_platform.whole_responses import WholeInTime


def asked(seconds: float) -> httpx.Response:
    inner = httpx.MockTransport(lambda _: httpx.Response(200, content=iter([b"all ", b"of it"])))
    with httpx.Client(transport=WholeInTime(seconds, inner)) as http:
        return http.get("http://proxy/v1/search")


def test_an_answer_that_is_whole_in_time_is_passed_on() -> None:
    assert asked(60).text == "all of it"


def test_an_answer_that_is_not_whole_in_time_is_given_up() -> None:
    with pytest.raises(httpx.ReadTimeout, match="not whole in time"):
        asked(0)
