"""What a run may do after a look at the canaries of its routes."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_checker.domain.canaries import Canary, Expected
from mercarich_checker.use_cases.trust import Trust, Trusted
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.messages import BatchItem
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_contracts.sites import SITES
from mercarich_reasons.holds import CanariesDiffer
from mercarich_reasons.runs import NoCanariesToAsk
from mercarich_runs.domain.brake import Doubt
from mercarich_runs.ports import Counts, ProxyAway

ITEM, SHOPS, LIST = RouteName.MERCARI_ITEM, RouteName.MERCARI_SHOPS, RouteName.MERCARI_SELLER
PRODUCT = "2JHxNpDcYgWvQmRtZkB7sf"
CANARIES = (
    Canary("m12345678901", Expected.ON_SALE, ITEM),
    Canary(PRODUCT, Expected.ON_SALE, SHOPS),
    Canary("m12345678901", Expected.ON_SALE, LIST, certain=False, seller_id="7"),
    Canary("m12345678902", Expected.ON_SALE, LIST, certain=False, seller_id="7"),
)
NONE = Counts(0, 0, 0, 0, 0, 0, 0, 0)


@dataclass
class Site:
    """`Sources` of Mercari in which some routes are broken. What a list does not show, the item's page does."""

    broken: frozenset[RouteName] = frozenset()
    away: bool = False
    asked: list[Sequence[str]] = field(default_factory=list)

    def look(
        self,
        items: Sequence[BatchItem],
        concurrency: int,
        stop: threading.Event,
        *,
        fresh: bool = False,
        background: float | None = None,
        urgent: bool = False,
    ) -> Iterator[Sequence[Item]]:
        if self.away:
            raise ProxyAway
        self.asked.append([item.item_id for item in items])
        yield [self._item(item) for item in items]

    def _item(self, item: BatchItem) -> Item:
        route = SHOPS if item.item_id == PRODUCT else LIST if item.seller_id and LIST not in self.broken else ITEM
        known = route not in self.broken
        at = datetime(2026, 11, 1, tzinfo=UTC)
        return Item(
            marketplace=Marketplace.MERCARI,
            item_id=item.item_id,
            state=State.AVAILABLE if known else State.GONE,
            reason=None if known else Reason.NOT_FOUND,
            evidence=Evidence(
                url="u", http_status=200, body_sha256=None, parser_version=f"{route}/1", extract="e", fetched_at=at
            ),
        )


def _looked(site: Site, canaries: Sequence[Canary] = CANARIES, counts: Counts = NONE) -> Trusted:
    return _trust(site, canaries).look(counts, lambda: None)


def _trust(site: Site, canaries: Sequence[Canary], clock: Sequence[float] = (0.0,)) -> Trust:
    return Trust(
        site,
        lambda: canaries,
        SITES[Marketplace.MERCARI],
        every=timedelta(seconds=300),
        retry=timedelta(seconds=15),
        monotonic=lambda: clock[0],
    )


@pytest.mark.parametrize(
    ("broken", "doubts", "waits"),
    [
        ((), {}, False),
        ((SHOPS,), {SHOPS: Doubt.WRONG}, False),
        ((ITEM,), {ITEM: Doubt.WRONG}, False),
        ((LIST,), {LIST: Doubt.WRONG}, False),
        ((ITEM, SHOPS), {ITEM: Doubt.WRONG, SHOPS: Doubt.WRONG}, True),
    ],
    ids=["none", "Shops", "ordinary items", "lists", "both pages"],
)
def test_a_run_waits_only_when_no_page_is_right(
    broken: Sequence[RouteName], doubts: Mapping[RouteName, Doubt], waits: bool
) -> None:
    """What a list does not show is shown by the item's own page, so that a wrong list stops nothing."""
    trusted = _looked(Site(frozenset(broken)))

    assert (trusted.doubts, trusted.waits is not None) == (doubts, waits)


def test_a_page_without_canaries_does_not_keep_a_run_going() -> None:
    trusted = _looked(Site(frozenset({ITEM})), CANARIES[:1])

    assert trusted.doubts == {ITEM: Doubt.WRONG, SHOPS: Doubt.UNVOUCHED, LIST: Doubt.UNVOUCHED}
    assert isinstance(trusted.waits, CanariesDiffer)


def test_without_any_canary_the_share_of_unknown_answers_decides() -> None:
    calm = _looked(Site(), ())
    trust = _trust(Site(), ())
    trust.look(NONE, lambda: None)
    in_trouble = trust.look(Counts(100, 1, 19, 0, 0, 0, 0, 0), lambda: None)

    assert (calm.waits, set(calm.doubts.values())) == (None, {Doubt.UNVOUCHED})
    assert in_trouble.waits == NoCanariesToAsk()


def test_a_proxy_that_is_away_shows_nothing() -> None:
    assert set(_looked(Site(away=True)).doubts.values()) == {Doubt.WRONG}


def test_the_budget_is_kept_for_the_routes_that_go_on() -> None:
    """While a part goes on, canaries are asked as seldom as ever; a run that waits asks them often."""
    clock = [0.0]
    part, whole = Site(frozenset({SHOPS})), Site(frozenset({ITEM, SHOPS}))
    for site, often in ((part, False), (whole, True)):
        trust = _trust(site, CANARIES, clock)
        trust.verdict(NONE, lambda: None)
        asked = len(site.asked)
        clock[0] += 20
        trust.verdict(NONE, lambda: None)
        assert (len(site.asked) > asked) is often
