"""Render the chart and find objects in the result."""

import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mercarich_contracts.sites import SITES, Site

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/mercarich"
TOOLS = ROOT / ".cache/chart"
HELMS = ("helm3", "helm4")
KUBERNETES = ("1.30", "1.33", "1.37")
CASES = tuple(sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml")))
RELEASE, NAMESPACE = "rel", "shop"
ON: tuple[Site, ...] = tuple(
    site
    for site in SITES.values()
    if yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))["marketplaces"][str(site)]["enabled"]
)
"""The marketplaces that the chart renders where nobody says otherwise."""

Object = dict[str, Any]


def helm(binary: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TOOLS / binary / "helm", *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=CHART
    )


def template(
    case: str,
    binary: str = "helm3",
    kubernetes: str = "1.33",
    more: Sequence[str] = (),
    *,
    release: str = RELEASE,
    space: str = NAMESPACE,
) -> str:
    """The manifests of one ci/*-values.yaml as text."""
    files = ["-f", f"ci/{case}-values.yaml", "--kube-version", f"v{kubernetes}.0"]
    if case == "full":
        files += ["--api-versions", "monitoring.coreos.com/v1"]
    done = helm(binary, "template", release, ".", "-n", space, *files, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def objects(case: str, *more: str) -> tuple[Object, ...]:
    """The same, parsed; do not change them."""
    return tuple(parse(template(case, more=more)))


def parse(text: str) -> list[Object]:
    return [found for found in yaml.load_all(text, Loader=yaml.CSafeLoader) if found]


def of_kind(case: str, *kinds: str) -> list[Object]:
    return [found for found in objects(case) if found["kind"] in kinds]


def pods(found: Sequence[Object]) -> Iterator[tuple[str, Object]]:
    """Yield every pod or pod template, with a name for messages: (name, {metadata, spec})."""
    for each in found:
        name = f"{each['kind']} {each['metadata']['name']}"
        if each["kind"] == "Pod":
            yield name, each
        elif each["kind"] == "CronJob":
            yield name, each["spec"]["jobTemplate"]["spec"]["template"]
        elif "template" in each.get("spec", {}):
            yield name, each["spec"]["template"]


def containers(pod: Object) -> list[Object]:
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """Return whether matchLabels match; the chart uses no expressions for its own pods."""
    assert set(selector) <= {"matchLabels"}
    return selector.get("matchLabels", {}).items() <= labels.items()
