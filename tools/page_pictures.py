"""Copy the pictures of README and documentation from the first day that `make pictures` walks:
`python -m tools.page_pictures`.

They show real processes in order, as `tests/system/test_first_day.py` has seen them.
"""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
SHOTS, PAGES = ROOT / "var/browser/first-day", ROOT / "docs/pages"
PICTURES = {
    "walk-1-join": "1-join-en-dark-375",
    "walk-2-home": "2-home-at-first-en-dark-375",
    "walk-3-amazon": "4-amazon-linked-en-dark-375",
    "walk-4-import": "5-imported-en-dark-375",
    "walk-5-watched": "6-watched-en-dark-375",
    "home": "13-home-in-the-end-ja-light-1440",
    "why": "9-why-ja-light-1440",
    "replacements": "10-replacements-ja-light-1440",
    "listings": "14-listings-ja-light-1440",
    "pools": "23-pools-ja-light-1440",
    "phone": "13-home-in-the-end-en-dark-375",
}
WIDTH = 1080
"""Pixels of a picture at most."""
HEIGHT, PHONE, WHY = 940, 760, 1300
"""Pixels at most of a picture, of one of a phone, and of that with evidence in its history; what is longer is cut
below."""


def main() -> int:
    missing = [shot for shot in PICTURES.values() if not (SHOTS / f"{shot}.png").exists()]
    if missing:
        print(f"not in {SHOTS.relative_to(ROOT)}: {', '.join(missing)}; run: make pictures", file=sys.stderr)  # noqa: T201
        return 1
    for name, shot in PICTURES.items():
        with Image.open(SHOTS / f"{shot}.png") as taken:
            width = min(WIDTH, taken.width)
            small = taken.convert("RGB").resize((width, taken.height * width // taken.width), Image.Resampling.LANCZOS)
        most = WHY if name == "why" else HEIGHT if width == WIDTH else PHONE
        height = min(most, small.height)
        few = small.crop((0, 0, width, height)).quantize(256, kmeans=2, dither=Image.Dither.NONE)
        few.save(PAGES / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
