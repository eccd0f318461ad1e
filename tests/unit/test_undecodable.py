"""What is no message of its topic is told as such by every handler, before anything is done with it."""

import threading
from typing import Any

import pytest

from mercarich_checker.handlers import CheckBatchHandler
from mercarich_contracts.messages import JobWaiting
from mercarich_feed.handlers import ListingsChangedHandler
from mercarich_platform.kafka import Record
from mercarich_platform.worker import Handler, Undecodable
from mercarich_updater.handlers import RevivalHandler
from mercarich_web.jobs.handlers import JobWaitingHandler


def never(*_: Any) -> Any:
    raise AssertionError("the record was handled")


HANDLERS: tuple[Handler, ...] = (
    CheckBatchHandler(never),  # type: ignore[arg-type]
    RevivalHandler(never),  # type: ignore[arg-type]
    ListingsChangedHandler(never, never),  # type: ignore[arg-type]
    JobWaitingHandler(never),
)
OTHER = {
    "bytes": b"\xff\x00garbage",
    "empty": b"",
    "another program's": b'{"order": 7}',
    "a field that is wrong": b'{"schema": "job_waiting", "v": 1, "job_id": "x"}',
    "a later version": JobWaiting(job_id=7, v=2).encode(),
}


@pytest.mark.parametrize("value", OTHER.values(), ids=OTHER)
@pytest.mark.parametrize("handle", HANDLERS, ids=lambda handle: type(handle).__name__)
def test_a_record_that_is_no_message_is_undecodable(handle: Handler, value: bytes) -> None:
    record = Record("topic", 0, 0, None, value, (), 0)
    with pytest.raises(Undecodable):
        handle(record, threading.Event())
