"""Each example of values renders alike with helm 3 and 4, for old and new Kubernetes, and fits its strict schemas."""

import re
import subprocess
import textwrap
from pathlib import Path

import pytest
from tests.chart.rendering import (
    CASES,
    CHART,
    HELMS,
    KUBERNETES,
    ROOT,
    TOOLS,
    containers,
    helm,
    objects,
    of_kind,
    parse,
    pods,
    template,
)

from mercarich_contracts.schedule import SCHEDULE
from mercarich_contracts.sites import SITES, Site

MONITORING = ("podMonitor", "serviceMonitor", "rules")
PAGE = ROOT / "docs/kubernetes.md"


@pytest.mark.parametrize("binary", HELMS)
@pytest.mark.parametrize("case", CASES)
def test_lint_finds_nothing(case: str, binary: str) -> None:
    done = helm(binary, "lint", "--strict", ".", "-f", f"ci/{case}-values.yaml")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kubernetes", KUBERNETES)
def test_every_rendering_fits_the_strict_schemas(kubernetes: str, tmp_path: Path) -> None:
    written: list[Path] = []
    for case in CASES:
        texts = [template(case, binary, kubernetes) for binary in HELMS]
        assert texts[0] == texts[1], f"{case}: helm 3 and helm 4 differ"
        written.append(tmp_path / f"{case}.yaml")
        written[-1].write_text(texts[0])

    done = subprocess.run(
        [TOOLS / "venv/bin/kubernetes-validate", "--strict", "--no-warn", "--quiet", "-k", kubernetes, *written],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_field_would_not_fit_the_schemas(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(template("dev").replace("revisionHistoryLimit:", "revisionHistoryLimits:"))

    command = [TOOLS / "venv/bin/kubernetes-validate", "--strict", "--no-warn", "--quiet", "-k", "1.33", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode != 0
    assert "revisionHistoryLimits" in done.stdout + done.stderr


def test_the_readme_links_to_nothing_that_the_package_lacks() -> None:
    targets = re.findall(r"\]\(([^)#]+)", (CHART / "README.md").read_text(encoding="utf-8"))
    beside = {path.name for path in CHART.iterdir()}
    assert [target for target in targets if "://" not in target and target.partition("/")[0] not in beside] == []


def test_two_renderings_are_equal() -> None:
    assert template("dev") == template("dev")


def test_a_cluster_older_than_the_chart_is_refused() -> None:
    done = helm("helm3", "template", "rel", ".", "-f", "ci/dev-values.yaml", "--kube-version", "v1.29.0")

    assert done.returncode != 0
    assert "kubeVersion" in done.stderr


def test_kinds_that_the_cluster_does_not_know_are_not_rendered() -> None:
    flags = [f"monitoring.{name}.enabled=true" for name in MONITORING]
    without = template("dev", more=["--set", ",".join(flags)])
    with_them = template("dev", more=["--set", ",".join(flags), "--api-versions", "monitoring.coreos.com/v1"])

    assert "monitoring.coreos.com" not in without
    assert "prometheus.io/scrape" in without
    kinds = {found["kind"] for found in parse(with_them)}
    assert {"PodMonitor", "ServiceMonitor"} <= kinds
    assert "prometheus.io/scrape" not in with_them


def test_the_values_of_the_documentation_render(tmp_path: Path) -> None:
    """Those of real sellers, and with them those that follow."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    files = [tmp_path / f"values-{number}.yaml" for number in range(len(blocks))]
    for file, block in zip(files, blocks, strict=True):
        file.write_text(textwrap.dedent(block), encoding="utf-8")
    for given in ([files[0]], *([files[0], more] for more in files[1:])):
        values = [part for file in given for part in ("-f", str(file))]
        done = helm("helm4", "template", "rel", ".", *values, "--api-versions", "monitoring.coreos.com/v1")

        assert done.returncode == 0, done.stderr
        kinds = {each["kind"] for each in parse(done.stdout)}
        assert {"Ingress", "PodMonitor", "ServiceMonitor", "PrometheusRule"} <= kinds


def test_the_pod_monitor_names_every_component_with_a_port_for_metrics() -> None:
    [monitor] = of_kind("full", "PodMonitor")
    [components] = [each["values"] for each in monitor["spec"]["selector"]["matchExpressions"]]
    serving = {
        pod["metadata"]["labels"]["app.kubernetes.io/component"]
        for _, pod in pods(objects("full"))
        for container in containers(pod)
        if "metrics" in [port["name"] for port in container.get("ports", [])]
    }

    assert "oauth" in serving
    assert set(components) == serving


def test_the_notes_tell_how_to_start_each_cronjob_and_warn_of_the_development_profile() -> None:
    done = helm("helm4", "install", "rel", ".", "-n", "shop", "-f", "ci/dev-values.yaml", "--dry-run=client")

    assert done.returncode == 0, done.stderr
    notes = done.stdout.split("NOTES:")[1]
    assert "WARNING: dev.enabled" in notes
    for found in parse(template("dev")):
        if found["kind"] == "CronJob":
            assert f"--from=cronjob/{found['metadata']['name']}" in notes


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ((), False),
        (("--set", "pages.publicUrl=https://shop.example"), True),
        (("--set", "pages.publicUrl=https://shop.example,pages.settings.PAGES_TRUSTED_PROXIES=10.1.2.3"), False),
    ],
)
def test_the_notes_miss_the_trusted_proxies_of_a_public_address(more: tuple[str, ...], missing: bool) -> None:
    done = helm("helm4", "install", "rel", ".", "-n", "shop", "-f", "ci/dev-values.yaml", "--dry-run=client", *more)

    assert done.returncode == 0, done.stderr
    assert ("Missing: PAGES_TRUSTED_PROXIES" in done.stdout) is missing


@pytest.mark.parametrize(
    ("case", "more", "address", "where"),
    [
        (
            "dev",
            (),
            "http://127.0.0.1:8080 while this runs:\n  kubectl -n shop port-forward svc/rel-mercarich-pages",
            "toolbox",
        ),
        ("dev", ("--set", "toolbox.enabled=false"), "http://127.0.0.1:8080 while", "pages"),
        ("full", (), "https://shop.example\n", "toolbox"),
    ],
)
def test_the_notes_end_with_the_way_in(case: str, more: tuple[str, ...], address: str, where: str) -> None:
    """The address of the pages, and the invitation of the first operator."""
    done = helm("helm4", "install", "rel", ".", "-n", "shop", "-f", f"ci/{case}-values.yaml", "--dry-run=client", *more)

    assert done.returncode == 0, done.stderr
    notes = done.stdout.split("NOTES:")[1].rstrip()
    prefix = re.escape("stock" if case == "full" else "rel-mercarich")
    last = rf"  kubectl -n shop exec deploy/{prefix}-{where} -- mercarich user invite NAME --operator"
    assert re.search(rf"The pages are at {re.escape(address)}[\s\S]*\n{last}$", notes), notes


@pytest.mark.parametrize("site", SITES.values(), ids=str)
def test_the_notes_name_nothing_of_a_marketplace_that_is_off(site: Site) -> None:
    off = ["--set", f"marketplaces.{site}.enabled=false", "-n", "shop", "--dry-run=client"]
    done = helm("helm4", "install", "rel", ".", "-f", "ci/default-needed-values.yaml", *off)

    assert done.returncode == 0, done.stderr
    notes = done.stdout.split("NOTES:")[1]
    its = {row.name for row in SCHEDULE if row.marketplace is site.marketplace}
    assert its
    assert "--from=cronjob/rel-mercarich-" in notes
    assert [name for name in its if f"rel-mercarich-{name}" in notes] == []
    assert f"INVCHK_{site.upper}" not in notes
