"""Statuses other than 200: what all marketplaces share, and what one of them uses in its own way."""

from datetime import UTC, datetime

import pytest

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Answer
from mercarich_mercari_proxy.domain import errors as mercari
from mercarich_yahoo_proxy.domain import errors as yahoo

AT = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "at_mercari", "at_yahoo"),
    [
        (302, Reason.BLOCKED, Reason.UNPARSABLE),
        (400, Reason.BAD_REQUEST, Reason.BAD_REQUEST),
        (401, Reason.AUTH, Reason.BLOCKED),
        (403, Reason.BLOCKED, Reason.BLOCKED),
        (404, Reason.NOT_FOUND_UNPROVEN, Reason.NOT_FOUND_UNPROVEN),
        (410, Reason.NOT_FOUND_UNPROVEN, Reason.NOT_FOUND_UNPROVEN),
        (418, Reason.BAD_REQUEST, Reason.BAD_REQUEST),
        (423, Reason.BLOCKED, Reason.BLOCKED),
        (429, Reason.RATE_LIMITED, Reason.RATE_LIMITED),
        (451, Reason.BLOCKED, Reason.BLOCKED),
        (503, Reason.TRANSIENT, Reason.TRANSIENT),
    ],
)
def test_each_status_is_a_fault_of_its_own_kind(status: int, at_mercari: Reason, at_yahoo: Reason) -> None:
    answer = Answer("http://market/x", status, {}, b"", AT)

    assert (mercari.fault_of(answer).reason, yahoo.fault_of(answer).reason) == (at_mercari, at_yahoo)
