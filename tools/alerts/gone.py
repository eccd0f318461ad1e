"""When a process counts as gone, and not as uninstalled."""

STILL_THERE = "on (namespace) (group by (namespace) (mercarich_build_info) or group by (namespace) (up == 0))"
"""Something of the release is scraped, or should be and does not answer: after an uninstallation neither is so."""


def gone(process: str) -> str:
    """Return the processes by this regular expression that were there within six hours, while others still are."""
    was = f'group by (namespace, process) (max_over_time(mercarich_build_info{{process=~"{process}"}}[6h]))'
    return f"{was} unless group by (namespace, process) (mercarich_build_info) and {STILL_THERE}"
