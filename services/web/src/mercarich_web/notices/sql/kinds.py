"""How a choice of kinds is stored: of those that are on by default, it names the ones that are off."""

from collections.abc import Collection

from mercarich_web.notices.notices import ON_BY_DEFAULT, Kind


def kinds_of(text: str | None) -> frozenset[Kind]:
    words = set((text or "").split())
    chosen = {kind for kind in Kind if kind in words}
    return frozenset(chosen | {kind for kind in ON_BY_DEFAULT if f"-{kind}" not in words})


def words_of(kinds: Collection[Kind]) -> str:
    off = (f"-{kind}" for kind in ON_BY_DEFAULT if kind not in kinds)
    return " ".join([*sorted(set(kinds) - ON_BY_DEFAULT), *sorted(off)])
