"""Whatever helm takes as a release's name gives names that Kubernetes takes, and no two releases meet."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations

import pytest
from tests.chart.rendering import CASES, Object, helm, objects, parse, pods

from mercarich_operator.domain.pools import POOL_LABEL, RELEASE_LABEL

ALIKE = (
    *("mercarich", "mercarich-shop", "shop-mercarich", "shop", "mercarich-operator", "mercarich-jobs", "a-mercarich-b"),
    *("shop.prod", "shop-prod", "2shop", "0", "r-2shop", "a--b", f"{'x' * 25}.{'y' * 27}", f"{'x' * 25}-{'y' * 27}"),
    *("inventory-production-tokyo", "inventory-production-tokyo-1", f"{'x' * 52}y", f"{'x' * 52}z"),
)
"""Names with all characters that helm admits, which resemble each other or the chart's own."""
RELEASES = (*("x" * length for length in (1, 22, 23, 30, 31, 40, 41, 52, 53)), *ALIKE)
"""Of the lengths at which names are altered, too, and of the shortest and the longest that helm admits."""
LONGEST = {"CronJob": 52, "StatefulSet": 52}
"""Room for what their controllers append: the time of a start, the hash of a revision in a label."""
ACCESS = "mercarich.dev/access"
LABEL_OF_DNS = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")


@pytest.mark.parametrize("release", RELEASES)
def test_any_release_name_gives_distinct_names_within_the_limits(release: str) -> None:
    found = _objects(release)
    names = [(each["kind"], each["metadata"]["name"]) for each in found]

    assert len(set(names)) == len(names)
    for kind, name in names:
        assert LABEL_OF_DNS.fullmatch(name), (kind, name)
        assert len(name) <= LONGEST.get(kind, 63), (kind, name)
    for value in _label_values(found):
        assert LABEL_VALUE.fullmatch(value), value


def test_a_name_that_is_too_long_keeps_the_row_of_the_schedule() -> None:
    rows = {
        each["metadata"]["labels"]["mercarich.dev/schedule"]: each["metadata"]["name"]
        for each in _objects("x" * 53)
        if each["kind"] == "CronJob"
    }

    assert all(name.endswith(f"-{row}") for row, name in rows.items())


def test_names_that_fit_are_as_they_were() -> None:
    """Else an upgrade would make every object anew."""
    for release, full in {"mercarich": "mercarich", "shop": "shop-mercarich", "mercarich-2": "mercarich-2"}.items():
        names = {each["metadata"]["name"] for each in _objects(release)}
        assert {f"{full}-feed", f"{full}-check-item-yahoo-4", f"{full}-kafka"} <= names


def test_two_releases_in_one_namespace_have_no_object_in_common() -> None:
    named = {release: {(each["kind"], each["metadata"]["name"]) for each in _objects(release)} for release in ALIKE}

    assert [(one, other) for one, other in combinations(ALIKE, 2) if named[one] & named[other]] == []


@pytest.mark.parametrize("case", CASES)
def test_every_selector_names_the_release(case: str) -> None:
    """Else it would find the pods of another release in the namespace."""
    found = [(each["kind"], selector) for each in objects(case) for selector in _selectors(each)]

    assert {"Deployment", "Service"} <= {kind for kind, _ in found}
    for kind, selector in found:
        labels = selector.get("matchLabels", selector)
        assert labels["app.kubernetes.io/instance"] == "rel", kind


@pytest.mark.parametrize("case", CASES)
def test_the_operator_is_told_its_release_and_what_it_acts_on_carries_it(case: str) -> None:
    [told] = [
        variable["value"]
        for _, pod in pods(objects(case))
        for container in pod["spec"]["containers"]
        for variable in container.get("env", ())
        if variable["name"] == "OPERATOR_RELEASE"
    ]
    acted_on = [
        each["metadata"]["labels"]
        for each in objects(case)
        if each["kind"] == "CronJob" or POOL_LABEL in each["metadata"]["labels"]
    ]

    assert told == "rel"
    assert len(acted_on) > 12
    assert {labels[RELEASE_LABEL] for labels in acted_on} == {"rel"}


@cache
def _objects(release: str) -> tuple[Object, ...]:
    values = ("dev.enabled=true", "watch.enabled=true", "monitoring.dashboards.enabled=true")
    switches = [
        word
        for name in ("podMonitor", "serviceMonitor", "rules")
        for word in ("--set", f"monitoring.{name}.enabled=true")
    ]
    more = ["--set", ",".join(values), *switches, "--api-versions", "monitoring.coreos.com/v1"]
    done = helm("helm4", "template", release, ".", "-n", "shop", *more)
    assert done.returncode == 0, done.stderr
    return tuple(parse(done.stdout))


def _label_values(found: tuple[Object, ...]) -> Iterator[str]:
    for each in found:
        yield from each["metadata"]["labels"].values()
    for _, pod in pods(found):
        yield from pod["metadata"]["labels"].values()


def _selectors(found: Object) -> Iterator[Object]:
    """Yield the selectors of an object for pods of its own release; those of peers outside are the person's."""
    spec = found.get("spec", {})
    if found["kind"] == "NetworkPolicy":
        yield spec["podSelector"]
        peers = [peer for rule in spec.get("ingress", ()) for peer in rule.get("from", ())]
        peers += [peer for rule in spec.get("egress", ()) for peer in rule.get("to", ())]
        yield from (peer["podSelector"] for peer in peers if ACCESS in str(peer.get("podSelector")))
    elif found["kind"] not in ("CronJob", "Job") and "selector" in spec:
        yield spec["selector"]
    for constraint in spec.get("template", {}).get("spec", {}).get("topologySpreadConstraints", ()):
        yield constraint["labelSelector"]
