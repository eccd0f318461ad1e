"""Settings of how alike a replacement must be: titles and pictures (docs/match-quality.md)."""

from mercarich_db.definitions.definition import Definition
from mercarich_replacements.matching import DEFAULT, SEED

_STRICT, _SEED = ", where REVIVAL_MATCH is default", ", where REVIVAL_MATCH is seed"
_TUNED = "Chosen on drawn pairs of pictures of known likeness; docs/match-quality.md has the curve."
_ALIKE = "Every difference refuses, unless both titles name the same colour."

LIKENESS = (
    Definition(
        "REVIVAL_MATCH",
        "default",
        "how sure pictures and titles must be",
        choices=("default", "seed"),
        why="Of drawn pairs default takes most of the same goods and hardly any others; seed, the old system's way,"
        " takes hardly any at all (docs/match-quality.md).",
    ),
    Definition(
        "REVIVAL_TITLES_AGREE",
        "on",
        f"titles must not name different goods{_STRICT}",
        choices=("on", "off"),
        why="Titles say the volume, the number of pieces, or that it is a part only, which pictures hardly show.",
    ),
    Definition(
        "REVIVAL_LEAST_SHARE",
        DEFAULT.least_share,
        f"least share of alike picture features{_STRICT}",
        0,
        1,
        unit="share, 0 to 1",
        why=_TUNED,
        zero="The share is not looked at.",
    ),
    Definition(
        "REVIVAL_LEAST_INLIERS",
        DEFAULT.least_inliers,
        f"least features that agree on one place{_STRICT}",
        0,
        1500,
        unit="features",
        why=_TUNED,
        zero="The number is not looked at.",
    ),
    Definition(
        "REVIVAL_MOST_COLOUR",
        DEFAULT.most_colour_distance,
        f"most that colours differ, in Lab units{_STRICT}",
        0,
        500,
        unit="Lab units",
        why=_TUNED,
        zero=_ALIKE,
    ),
    Definition(
        "REVIVAL_MOST_CHANGED",
        DEFAULT.most_changed_share,
        f"most of it that has another colour{_STRICT}",
        0,
        1,
        unit="share, 0 to 1",
        why=_TUNED,
        zero=_ALIKE,
    ),
    Definition(
        "REVIVAL_MOST_ODD",
        DEFAULT.most_odd_share,
        f"largest spot that looks different, as a share{_STRICT}",
        0,
        1,
        unit="share, 0 to 1",
        why=_TUNED,
        zero="Any spot that looks different refuses.",
    ),
    Definition(
        "REVIVAL_MOST_ODD_IN_VOLUMES",
        DEFAULT.most_odd_share_in_volumes,
        f"the same for what comes in volumes, when titles do not name one and the same{_STRICT}",
        0,
        1,
        unit="share, 0 to 1",
        why=f"{_TUNED} Far stricter than for other goods: two volumes differ in a number on the cover.",
        zero="Any spot that looks different refuses.",
    ),
    Definition(
        "REVIVAL_LEAST_QUICK",
        SEED.least_quick,
        f"least correlation of the grey histograms{_SEED}",
        -1,
        1,
        unit="correlation, -1 to 1",
        why="The old system's value.",
        zero="A positive correlation is enough; -1 turns the test off.",
    ),
    Definition(
        "REVIVAL_LEAST_SHARE_SEED",
        SEED.least_share,
        f"least share of alike picture features{_SEED}",
        0,
        1,
        unit="share, 0 to 1",
        why="The old system's way of comparing, with the value that docs/match-quality.md measures as seed.",
        zero="The share is not looked at.",
    ),
)
