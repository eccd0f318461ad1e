"""Write the chart's files that follow from the code: schedule, marketplaces, schema of the values, README.

`make chart` runs this script in the workspace's environment; tests/chart fails when the committed files differ.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import yaml
from values_schema import schema

from mercarich_contracts.schedule import SCHEDULE, ScheduleRow
from mercarich_contracts.sites import SITES

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "charts/mercarich"
NEWEST_WINS = ("check_item_", "update_item_")
"""Prefixes of commands whose newest run takes over from older ones. Other commands must not run at the same time."""

INTRODUCTION = """# The chart

How to install and use it: the page *Kubernetes* of Mercarich's documentation (`docs/kubernetes.md`). `make chart`
writes this table from `values.yaml`. `values.schema.json` refuses unknown values, and the templates those that have no
effect beside the others.

`pods` concerns all pods, and each component has a `pods` of its own with the same names: its maps and lists are added
to those of all. What has the same key, name (`extraEnv`, `extraVolumes`) or mountPath (`extraVolumeMounts`) there
replaces what all have, and so do its affinity, topology spread constraints, priority class and dnsConfig. The
PriorityClasses that `priorityClasses` names exist before the chart is installed, and so do all Secrets.

"""
"""What the page of the chart says before its table."""


def main() -> None:
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


def files() -> dict[Path, str]:
    """Return the generated files with their content."""
    return {
        CHART / "files/schedule.yaml": _schedule(),
        CHART / "files/marketplaces.yaml": _marketplaces(),
        CHART / "files/defaults.yaml": _defaults(),
        CHART / "files/time-zones.txt": resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8"),
        CHART / "values.schema.json": json.dumps(schema([row.name for row in rendered()], _alerts()), indent=2) + "\n",
        CHART / "README.md": _readme(),
    }


def rendered() -> list[ScheduleRow]:
    """Return the rows whose service has the command already."""
    return [row for row in SCHEDULE if row.command[0] in _commands(row.component)]


def _commands(component: str) -> set[str]:
    path = ROOT / "services" / component / "pyproject.toml"
    if not path.exists():
        return set()
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    entries = project.get("entry-points", {})
    of_marketplaces = entries.get("mercarich.marketplace_commands", {})
    return {*entries.get("mercarich.commands", {}), *(f"{name}_{site}" for name in of_marketplaces for site in SITES)}


def _schedule() -> str:
    rows = [
        {
            "name": row.name,
            "schedule": row.cron,
            "component": row.component,
            **_marketplace_of(row),
            "args": list(row.command),
            "concurrencyPolicy": "Allow" if row.command[0].startswith(NEWEST_WINS) else "Forbid",
            "activeDeadlineSeconds": row.deadline_seconds,
            "startingDeadlineSeconds": min(3600, row.deadline_seconds // 2),
        }
        for row in rendered()
    ]
    head = "# Written by charts/generate.py from mercarich_contracts.schedule; `make chart` writes it again.\n"
    return head + str(yaml.safe_dump({"rows": rows}, sort_keys=False))


def _marketplace_of(row: ScheduleRow) -> dict[str, str]:
    """Return the `marketplace` field of a row, or nothing when the row concerns no single marketplace."""
    return {"marketplace": row.marketplace.value} if row.marketplace is not None else {}


def _marketplaces() -> str:
    rows = [
        {
            "name": site.marketplace.value,
            "upper": site.upper,
            "proxy": site.proxy,
            "port": site.proxy_port,
            "checkSetting": site.check_setting,
            "updateSetting": site.update_setting,
        }
        for site in SITES.values()
    ]
    head = "# Written by charts/generate.py from mercarich_contracts.sites; `make chart` writes it again.\n"
    return head + str(yaml.safe_dump({"marketplaces": rows}, sort_keys=False))


def _alerts() -> list[str]:
    """Return the names of the alerts, as `python -m tools.alerts` has written them."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((CHART / "alerts").glob("*.yaml"))]
    return [rule["alert"] for file in files for group in file["groups"] for rule in group["rules"]]


def _defaults() -> str:
    """Return the default values, with which templates compare those given: they cannot read values.yaml."""
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return "# Written by charts/generate.py from values.yaml; `make chart` writes it again.\n" + str(
        yaml.safe_dump(values, sort_keys=False, width=1000)
    )


def _readme() -> str:
    lines = ["| value | default | |", "|---|---|---|"]
    lines += [f"| `{name}` | {_cell(default)} | {text} |" for name, default, text in _documented()]
    return INTRODUCTION + "\n".join(lines) + "\n"


def _documented() -> Iterator[tuple[str, object, str]]:
    """Yield each value that has a `# --` line before it: dotted name, default, text."""
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    parents: list[tuple[int, str]] = []
    comment = ""
    for line in text.splitlines():
        if found := re.match(r"\s*# -- (.*)", line):
            comment = found[1]
        elif found := re.match(r"( *)([A-Za-z]\w*):", line):
            indent = len(found[1])
            parents = [parent for parent in parents if parent[0] < indent] + [(indent, found[2])]
            if comment:
                names = [name for _, name in parents]
                yield ".".join(names), _at(values, names), comment
            comment = ""


def _at(values: object, names: list[str]) -> object:
    for name in names:
        assert isinstance(values, dict)
        values = values[name]
    return values


def _cell(default: object) -> str:
    text = json.dumps(default, ensure_ascii=False)
    return f"`{text}`" if len(text) <= 120 else "see `values.yaml`"


if __name__ == "__main__":
    main()
