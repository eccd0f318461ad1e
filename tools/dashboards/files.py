"""The chart's files of dashboards, and their content."""

import json
from pathlib import Path

from tools.dashboards.batches import BATCHES
from tools.dashboards.feed import FEED
from tools.dashboards.operations import OPERATIONS
from tools.dashboards.overview import OVERVIEW
from tools.dashboards.pages import PAGES
from tools.dashboards.proxies import PROXIES
from tools.dashboards.updater import UPDATER
from tools.dashboards.workers import WORKERS

FOLDER = Path(__file__).parents[2] / "charts" / "mercarich" / "dashboards"
BOARDS = (OVERVIEW, BATCHES, UPDATER, WORKERS, FEED, PROXIES, PAGES, OPERATIONS)


def files() -> dict[str, str]:
    """File names and their texts."""
    return {f"{board.name}.json": json.dumps(board.model(), indent=1) + "\n" for board in BOARDS}
