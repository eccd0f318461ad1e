"""When Amazon ends the application's secret."""

from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY
from pydantic import ValidationError

from mercarich_feed.adapters.meter import PrometheusMeter
from mercarich_feed.settings import FeedSettings


def test_the_end_of_the_secret_is_exported_when_its_first_day_is_known() -> None:
    own = FeedSettings.model_validate({"lwa_secret_created": "2026-11-28"})
    PrometheusMeter(own.lwa_secret_created)

    ends = REGISTRY.get_sample_value("mercarich_feed_lwa_secret_expires_timestamp_seconds")
    assert ends is not None
    assert datetime.fromtimestamp(ends, UTC) == datetime(2027, 5, 27, tzinfo=UTC)
    PrometheusMeter(FeedSettings().lwa_secret_created)
    assert REGISTRY.get_sample_value("mercarich_feed_lwa_secret_expires_timestamp_seconds") == ends


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="lwa_secret_created"):
        FeedSettings.model_validate({"lwa_secret_created": "last spring"})
