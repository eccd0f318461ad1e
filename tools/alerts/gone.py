"""When a process counts as gone, and not as uninstalled."""

from tools.alerts.rule import Case

BUILD = 'mercarich_build_info{process="%s", version="%s"}'

STILL_THERE = "on (namespace) (group by (namespace) (mercarich_build_info) or group by (namespace) (up == 0))"
"""Something of the release is scraped, or should be and does not answer: after an uninstallation neither is so."""


def gone(process: str) -> str:
    """Return the processes by this regular expression that were there within six hours, while others still are."""
    was = f'group by (namespace, process) (max_over_time(mercarich_build_info{{process=~"{process}"}}[6h]))'
    return f"{was} unless group by (namespace, process) (mercarich_build_info) and {STILL_THERE}"


def cases(process: str) -> tuple[Case, Case, Case]:
    """The process ends and others stay; another pod of it comes; the release is uninstalled."""
    left, operator = {BUILD % (process, "1"): "1x10 stale"}, {BUILD % ("operator", "1"): "1x30"}
    other = {BUILD % (process, "2"): "_x12 1x18"}
    uninstalled = Case("30m", left | {BUILD % ("operator", "1"): "1x10 stale"})
    return Case("30m", left | operator, {"process": process}), Case("30m", left | other | operator), uninstalled
