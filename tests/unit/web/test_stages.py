"""Every stage and view of listings is handled wherever it must be: a test names the place that lacks one."""

from collections.abc import Collection
from dataclasses import fields

import pytest
from tools.life_cycle import EXAMPLES

from mercarich_listings.listing import DOWN, UP
from mercarich_listings.stages import told_apart
from mercarich_listings.transition import Stage
from mercarich_web.listings.actions import ACTIONS, NOTHING_FITS, BulkAction, actions_in, possible
from mercarich_web.listings.sql import book
from mercarich_web.listings.sql.earnings import BY_TERMS
from mercarich_web.listings.views import BADGES, STAGES_OF, Badge, Figures, View, badge
from mercarich_web.words import WORDS

TONES = frozenset({"good", "info", "warn", "bad", ""})
OFFERS = {*UP, *DOWN}
_of_views = {stage for stages in STAGES_OF.values() if not stages >= OFFERS for stage in stages}
_of_actions = {stage for its in ACTIONS.values() for stage in its.stages}
OF_STAGES: dict[str, Collection[Stage]] = {
    "listings.views.BADGES": BADGES,
    "listings.views.STAGES_OF, beside the views of all offers": _of_views,
    "listings.actions.ACTIONS, in the `stages` of what may be done in it, or NOTHING_FITS": _of_actions | NOTHING_FITS,
    "mercarich_listings.stages._TREE (its condition in SQL)": told_apart(),
    "mercarich_listings.listing.UP or DOWN, if Amazon is to show an offer": OFFERS
    | {Stage.DRAFT, Stage.REGISTERING, Stage.LEAVING},
}
OF_VIEWS: dict[str, Collection[str]] = {
    "listings.views.STAGES_OF": STAGES_OF,
    "listings.views.Figures": {field.name for field in fields(Figures)},
    "listings.sql.book.VIEWS or listings.sql.earnings.BY_TERMS (its condition)": {*book.VIEWS, *BY_TERMS},
    "listings.words.VIEWS": WORDS.VIEWS,
}


@pytest.mark.parametrize("place", OF_STAGES)
def test_each_stage_is_known(place: str) -> None:
    assert set(Stage) - set(OF_STAGES[place]) == set(), f"write these into {place}"


@pytest.mark.parametrize("place", OF_VIEWS)
def test_each_view_is_known(place: str) -> None:
    assert set(View) - set(OF_VIEWS[place]) == set(), f"write these into {place}"


def test_each_badge_has_a_word_and_a_tone() -> None:
    assert set(Badge) - set(WORDS.BADGES) == set(), "write these into listings.words.BADGES"
    assert {tone for _, tone in WORDS.BADGES.values()} <= TONES


def test_no_stage_is_up_and_down() -> None:
    assert set(UP) & set(DOWN) == set()
    assert NOTHING_FITS & _of_actions == set()


@pytest.mark.parametrize("stage", Stage)
def test_only_an_offer_is_not_at_amazon(stage: Stage) -> None:
    assert badge(stage, orphan=False) is BADGES[stage]
    assert badge(stage, orphan=False, unseen=True) is not Badge.ON_SALE
    assert (badge(stage, orphan=False, unseen=True) is Badge.UNSEEN) == (BADGES[stage] is Badge.ON_SALE)
    assert (badge(stage, orphan=True) is Badge.ORPHAN) == EXAMPLES[stage].listed


@pytest.mark.parametrize("view", View)
def test_a_view_has_the_buttons_of_what_can_fit_there(view: View) -> None:
    exposed = view is View.EXPOSED
    can = {
        action
        for stage in STAGES_OF[view]
        for action in possible(stage, orphan=False, exposed=exposed, source_on_sale=True)
    }

    assert set(actions_in(view)) == can
    assert can, "nothing may be done in it"


@pytest.mark.parametrize(
    ("stage", "orphan", "exposed", "source_on_sale", "expected"),
    [
        (Stage.ON_SALE, False, False, True, ["check", "withdraw", "stop_watching"]),
        (Stage.MARKED, False, True, False, ["withdraw", "stop_watching"]),
        (Stage.ON_SALE, True, False, True, ["check", "stop_watching"]),
        (Stage.WITHDRAWN, False, False, True, ["put_up", "delete"]),
        (Stage.WITHDRAWN, False, False, False, ["delete"]),
        (Stage.WITHDRAWN, False, True, True, ["put_up"]),
        (Stage.WITHDRAWN, True, False, True, ["delete"]),
        (Stage.LEAVING, False, False, True, []),
    ],
)
def test_a_listing_has_the_buttons_of_what_fits_it(
    stage: Stage, orphan: bool, exposed: bool, source_on_sale: bool, expected: list[str]
) -> None:
    fitting = possible(stage, orphan=orphan, exposed=exposed, source_on_sale=source_on_sale)

    assert fitting == [BulkAction(one) for one in expected]
