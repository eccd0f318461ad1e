"""Point 9: a second release in the same namespace, whose broker asks for SASL_SSL and whose database for TLS of a
private CA. Both leave each other alone."""

import time
from collections.abc import Iterator

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.kube import Refused, until
from tests.cluster.release import OWNED, SHORT_WAITS, Release
from tests.cluster.runs import CheckRun
from tests.cluster.second import BROKER, DATABASE, SECOND, SecondRelease, database_url, reaches

KEY, POOL = "INVCHK_YAHOO_WORKER", "checker-yahoo"
PUBLIC = "/etc/ssl/certs/ca-certificates.crt"
BOTH_SECONDS = 600.0
"""Two runs at once on two cores."""
KINDS = "deployments,statefulsets,services,cronjobs,hpa,pdb,networkpolicies,configmaps,secrets,serviceaccounts,roles"


@pytest.fixture(scope="module")
def second(release: Release, keep: Keep) -> Iterator[SecondRelease]:
    found = SecondRelease(release)
    found.remove()
    try:
        found.install()
        found.wait_ready()
        keep("9-second", {"seconds_to_ready": round(time.time() - found.installed_at, 1)})
        for key, value in SHORT_WAITS.items():
            found.set(key, value)
        yield found
    finally:
        found.remove()


def test_helm_test_is_green_with_sasl_ssl_and_a_private_ca(second: SecondRelease) -> None:
    report = second.space.helm("test", SECOND, "--timeout", "3m")
    assert "Phase:          Succeeded" in report, report


def test_without_the_private_ca_neither_broker_nor_database_is_trusted(second: SecondRelease) -> None:
    inside = f"deploy/{second.name('toolbox')}"
    with pytest.raises(Refused, match=r"certificate of the Kafka broker at .* is not accepted"):
        second.space.inside(inside, "env", f"MERCARICH_KAFKA_CA_FILE={PUBLIC}", "mercarich", "topics", "check")
    with pytest.raises(Refused, match="the server's certificate is not accepted"):
        second.space.inside(inside, "env", f"MERCARICH_DATABASE_URL={database_url(PUBLIC)}", "mercarich", "pools")


def test_a_check_run_of_each_at_the_same_time_ends_whole(release: Release, second: SecondRelease, keep: Keep) -> None:
    checks = {one.word: CheckRun.begin(one, f"beside-{one.word}") for one in (release, second)}
    keep("9-two-releases", {word: check.must_end_well(BOTH_SECONDS) for word, check in checks.items()})
    assert second.topics(), "the second release has topics"
    assert {name for name in second.topics() if not name.startswith("second.")} == set()


def test_a_setting_of_one_moves_the_workers_of_that_one_alone(release: Release, second: SecondRelease) -> None:
    until(lambda: (release.bounds(POOL), second.bounds(POOL)) == ((1, 5), (1, 3)), 120, "the first bounds of both")
    second.set(KEY, "2")
    until(lambda: second.bounds(POOL) == (1, 2), 120, "the second release's bounds follow")
    assert release.bounds(POOL) == (1, 5)
    release.set(KEY, "4")
    until(lambda: release.bounds(POOL) == (1, 4), 120, "the first release's bounds follow")
    assert second.bounds(POOL) == (1, 2)
    release.forget_settings(KEY)


def test_pods_of_one_do_not_reach_those_of_the_other(release: Release, second: SecondRelease) -> None:
    inside = f"deploy/{second.name('toolbox')}"
    assert reaches(second.space, inside, DATABASE, 3306)
    assert reaches(second.space, inside, BROKER, 9094)
    assert not reaches(second.space, inside, release.name("mariadb"), 3306)


def test_an_uninstall_of_one_leaves_the_other_as_it_is(release: Release, second: SecondRelease) -> None:
    """The last test of the second release."""
    before = _objects(release)
    second.space.helm("uninstall", SECOND, "--wait")
    until(lambda: not _objects(second), 120, "nothing of the second release is left")
    assert _objects(release) == before
    assert release.not_ready() == []
    CheckRun.begin(release, "alone").must_end_well()


def _objects(release: Release) -> set[str]:
    return set(release.space.kubectl("get", KINDS, "-o", "name", "-l", f"{OWNED}={release.word}").split())
