"""Copy the README's pictures of pages from the first day that `make system` walks: `python -m tools.page_pictures`.

They show real processes with a broker that works, as `tests/system/test_first_day.py` has seen them.
"""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
SHOTS, PAGES = ROOT / "var/browser/first-day", ROOT / "docs/pages"
PICTURES = {
    "home": "8-home-ja-light-1440",
    "why": "9-why-ja-light-1440",
    "replacements": "10-replacements-ja-light-1440",
    "listings": "6-listings-ja-light-1440",
    "pools": "23-pools-ja-light-1440",
    "phone": "8-home-en-dark-375",
}
WIDTH, HEIGHT = 1080, 1100
"""Pixels of a picture at most; what is longer is cut below."""


def main() -> int:
    missing = [shot for shot in PICTURES.values() if not (SHOTS / f"{shot}.png").exists()]
    if missing:
        print(f"not in {SHOTS.relative_to(ROOT)}: {', '.join(missing)}; run: make system", file=sys.stderr)  # noqa: T201
        return 1
    for name, shot in PICTURES.items():
        with Image.open(SHOTS / f"{shot}.png") as taken:
            width = min(WIDTH, taken.width)
            small = taken.convert("RGB").resize((width, taken.height * width // taken.width), Image.Resampling.LANCZOS)
        small.crop((0, 0, width, min(HEIGHT, small.height))).save(PAGES / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
