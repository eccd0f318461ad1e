"""An alert, with the series that make it fire and those that do not, in promtool's form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

RUNBOOK = "docs/runbook.md"
NAMESPACE = "shop"
"""The namespace of the tests' series, which are written without it where they are of this one."""


@dataclass(frozen=True, slots=True)
class Case:
    """`series` maps name and labels to promtool's values, one a minute. `labels` are what the alert then carries
    besides its namespace."""

    at: str
    series: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
    value: str = ""
    """The value of the expression, for an annotation that contains it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    name: str
    expr: str
    wait: str
    """How long the expression must hold before the alert fires."""
    severity: Literal["critical", "warning", "info"]
    summary: str
    text: str
    fires: Case
    quiet: Case
    quiet_too: Sequence[Case] = ()
    """Further cases in which it does not fire."""
    step: str = "1m"
    """Time between two evaluations in the tests: a case of many hours needs fewer."""

    @property
    def anchor(self) -> str:
        return f"{RUNBOOK}#{self.name.lower()}"

    def rule(self) -> dict[str, Any]:
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": self.wait,
            "labels": {"severity": self.severity},
            "annotations": self._annotations(),
        }

    def tests(self) -> list[dict[str, Any]]:
        firing = {**self.fires.labels, "namespace": NAMESPACE}
        expected = {
            "exp_labels": {"severity": self.severity, **firing},
            "exp_annotations": {
                key: _filled(text, firing, self.fires.value) for key, text in self._annotations().items()
            },
        }
        quiet = [self._test("does not fire", case, []) for case in (self.quiet, *self.quiet_too)]
        return [self._test("fires", self.fires, [expected]), *quiet]

    def _test(self, what: str, case: Case, alerts: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "name": f"{self.name} {what}",
            "interval": "1m",
            "input_series": [{"series": _namespaced(s), "values": v} for s, v in case.series.items()],
            "alert_rule_test": [{"eval_time": case.at, "alertname": self.name, "exp_alerts": alerts}],
        }

    def _annotations(self) -> dict[str, str]:
        return {"summary": self.summary, "description": self.text, "runbook_url": self.anchor}


def _namespaced(series: str) -> str:
    name, _, labels = series.partition("{")
    given = labels.removesuffix("}")
    inside = given if "namespace=" in given else ", ".join(filter(None, [f'namespace="{NAMESPACE}"', given]))
    return f"{name}{{{inside}}}"


def _filled(text: str, labels: Mapping[str, str], value: str) -> str:
    text = text.replace("{{ $value }}", value)
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels.get(found[1], ""), text)
