"""Write docs/openapi.json, the document of the public API: `python -m tools.openapi`."""

import json
import sys
from pathlib import Path

from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.openapi import document
from mercarich_web.settings import PagesSettings

FILE = Path(__file__).parent.parent / "docs/openapi.json"


def main() -> int:
    told = document(build_pages(SharedSettings(), PagesSettings()).state.api)
    FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
