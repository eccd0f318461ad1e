"""Grafana's JSON model, as far as our dashboards need it: panels in rows of three, one data source, one namespace."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SCHEMA_VERSION = 39
WIDTH, HEIGHT = 8, 8
"""Height and width of a panel in Grafana's grid of 24 columns."""
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
NAMESPACE = 'namespace=~"$namespace"'
_RELEASES = (
    "count by (version) (mercarich_build_info{NS}) unless count by (version) (mercarich_build_info{NS} offset 5m)"
)


@dataclass(frozen=True, slots=True)
class Query:
    """`NS` in the expression stands for the namespace; the legend is a template over labels."""

    expr: str
    legend: str

    @property
    def promql(self) -> str:
        return self.expr.replace("NS", NAMESPACE)


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    unit: str
    """Grafana's name of the unit: short, s, percentunit, reqps, bytes and so on."""
    queries: Sequence[Query]
    kind: str = "timeseries"
    text: str = ""
    """What a reader must know to read it; Grafana shows it beside the title."""
    thresholds: tuple[float, ...] = ()
    """Thresholds at which a number turns orange, and red."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    name: str
    """The name of the file, and of the uid after `mercarich-`."""
    title: str
    panels: Sequence[Panel] = field(default_factory=tuple)

    def model(self) -> dict[str, Any]:
        return {
            "uid": f"mercarich-{self.name}",
            "title": f"Mercarich / {self.title}",
            "tags": ["mercarich"],
            "schemaVersion": SCHEMA_VERSION,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "timezone": "browser",
            "time": {"from": "now-6h", "to": "now"},
            "refresh": "30s",
            "links": [{"title": "Mercarich", "type": "dashboards", "tags": ["mercarich"], "asDropdown": True}],
            "annotations": {"list": [_annotation()]},
            "templating": {"list": _variables()},
            "panels": [_panel(number, panel) for number, panel in enumerate(self.panels)],
        }


def _annotation() -> dict[str, Any]:
    expr = _RELEASES.replace("NS", NAMESPACE)
    return {
        "name": "Releases",
        "datasource": SOURCE,
        "enable": True,
        "expr": expr,
        "titleFormat": "{{version}}",
        "iconColor": "blue",
    }


def _variables() -> list[dict[str, Any]]:
    query = "label_values(mercarich_build_info, namespace)"
    return [
        {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
        {
            "name": "namespace",
            "label": "Namespace",
            "type": "query",
            "datasource": SOURCE,
            "definition": query,
            "query": {"query": query, "refId": "namespace"},
            "refresh": 2,
            "sort": 1,
            "multi": False,
            "includeAll": False,
        },
    ]


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, 24 // WIDTH)
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.text,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _OPTIONS[panel.kind],
        "targets": [_target(position, query, panel.kind) for position, query in enumerate(panel.queries)],
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    colours = ("orange", "red")[-len(panel.thresholds) :] if panel.thresholds else ()
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    steps += [{"color": colour, "value": at} for colour, at in zip(colours, panel.thresholds, strict=True)]
    return {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}


def _target(position: int, query: Query, kind: str) -> dict[str, Any]:
    now = kind == "stat"
    return {
        "refId": chr(ord("A") + position),
        "datasource": SOURCE,
        "expr": query.promql,
        "legendFormat": query.legend,
        "instant": now,
        "range": not now,
    }


_OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "colorMode": "value",
        "graphMode": "none",
        "textMode": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    },
}
