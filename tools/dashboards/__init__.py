"""The Grafana dashboards: `files()` is their text, `python -m tools.dashboards` writes it into the chart."""

from tools.dashboards.files import FOLDER, files

__all__ = ["FOLDER", "files"]
