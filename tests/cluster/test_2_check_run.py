"""Point 2: a CronJob that is started by hand checks the whole market."""

from tests.cluster.conftest import Keep
from tests.cluster.release import Release, memory
from tests.cluster.runs import CheckRun


def test_a_manual_job_checks_2000_listings_and_what_sold_is_down_at_amazon(release: Release, keep: Keep) -> None:
    check = CheckRun.begin(release, "now")
    check.until_share(0.3)
    under_load = memory(release.space)
    figures = check.must_end_well()
    assert figures["run"]["planned"] >= 2000, figures
    keep("2-check-run", {**figures, "memory_mib_under_load": under_load})
