"""The words of every subject, for the templates."""

from collections.abc import Mapping
from types import ModuleType, SimpleNamespace

from mercarich_web.accounts import words as accounts
from mercarich_web.amazon import words as amazon
from mercarich_web.creations import words as creations
from mercarich_web.differences import words as differences
from mercarich_web.jobs import words as jobs
from mercarich_web.listings import words as listings
from mercarich_web.listings.actions import ACTIONS, actions_in
from mercarich_web.listings.timeline import tone
from mercarich_web.marketplaces import words as marketplaces
from mercarich_web.notices import words as notices
from mercarich_web.orders import words as orders
from mercarich_web.overview import words as overview
from mercarich_web.replacements import words as replacements
from mercarich_web.runs import words as runs
from mercarich_web.schedule import words as schedule
from mercarich_web.sellers import words as sellers
from mercarich_web.system_settings import words as system_settings
from mercarich_web.taking_over import words as taking_over
from mercarich_web.troubles import words as troubles
from mercarich_web.workers import words as workers

SUBJECTS = (
    accounts,
    amazon,
    creations,
    differences,
    jobs,
    listings,
    marketplaces,
    notices,
    orders,
    overview,
    replacements,
    runs,
    schedule,
    sellers,
    system_settings,
    taking_over,
    troubles,
    workers,
)


def _collected(subjects: tuple[ModuleType, ...]) -> SimpleNamespace:
    """Merge them. Raises `ValueError` when two subjects use the same name."""
    found: dict[str, object] = {}
    for subject in subjects:
        for name, value in vars(subject).items():
            if name.isupper():
                if name in found and found[name] is not value:
                    raise ValueError(f"two subjects define the words {name}")
                found[name] = value
    return SimpleNamespace(**found)


def pair(words: Mapping[str, tuple[str, str]], code: str) -> tuple[str, str]:
    """Return the words for a code; for a code of a later release, the code itself."""
    return words.get(code, (code, ""))


WORDS = _collected(SUBJECTS)
SHOWN: Mapping[str, object] = {
    "words": WORDS,
    "actions": ACTIONS,
    "actions_in": actions_in,
    "event_tone": tone,
    "event_words": listings.event_words,
    "pair": pair,
}
