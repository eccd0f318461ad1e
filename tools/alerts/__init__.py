"""The alert rules with their unit tests: `files()` is their text, `python -m tools.alerts` writes it into the chart."""

from tools.alerts.files import FOLDER, alerts, files

__all__ = ["FOLDER", "alerts", "files"]
