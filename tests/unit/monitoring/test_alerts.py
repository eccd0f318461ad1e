"""The alert rules in the chart: as the code makes them, tested by promtool, each with its words in the runbook."""

import re
from pathlib import Path

import yaml
from tests.unit.monitoring.promtool import needs_promtool, promtool
from tools.alerts import FOLDER, alerts, files
from tools.metrics_page import series

RUNBOOK = Path(__file__).parents[3] / "docs" / "runbook.md"


def test_the_files_in_the_chart_are_those_that_the_code_makes() -> None:
    found = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*.yaml")}
    assert found == files(), "run: python -m tools.alerts"


def test_each_rule_says_what_it_means_and_has_a_case_for_and_one_against() -> None:
    content = files()
    rules = [rule for group in yaml.safe_load(content["mercarich.yaml"])["groups"] for rule in group["rules"]]
    tests = [test for name in content if name.startswith("tests/") for test in yaml.safe_load(content[name])["tests"]]
    names = [rule["alert"] for rule in rules]
    assert len(set(names)) == len(names)
    for rule in rules:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
        cases = [t["alert_rule_test"][0] for t in tests if t["alert_rule_test"][0]["alertname"] == rule["alert"]]
        assert sorted(len(case["exp_alerts"]) for case in cases) == [0, 1], rule["alert"]


def test_every_metric_of_a_rule_is_in_a_registry() -> None:
    known = series()
    for alert in alerts():
        found = set(re.findall(r"\bmercarich_\w+", alert.expr))
        assert found, alert.name
        assert found <= known, f"{found - known} in {alert.name}"


def test_the_runbook_has_a_section_for_every_alert_and_no_other() -> None:
    sections = re.findall(r"^### (Mercarich\w+)\n(?!\n|#)", RUNBOOK.read_text(), re.MULTILINE)
    assert sections == [alert.name for alert in alerts()]
    assert all(alert.anchor == f"docs/runbook.md#{alert.name.lower()}" for alert in alerts())


@needs_promtool
def test_prometheus_reads_the_rules() -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "rules", FOLDER / "mercarich.yaml")


@needs_promtool
def test_each_rule_fires_and_keeps_still_as_it_should() -> None:
    paths = sorted((FOLDER / "tests").glob("*_test.yaml"))
    assert promtool("test", "rules", *paths).count("SUCCESS") == len(paths)
