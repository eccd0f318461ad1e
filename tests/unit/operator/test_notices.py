"""Which events people get, and how often."""

from typing import Literal

from mercarich_contracts.pools import HpaPlan
from mercarich_operator import ports
from mercarich_operator.domain.pools import Deployment, Pool
from mercarich_operator.use_cases.notices import AGAIN_SECONDS, Notices

DEPLOYMENT = Deployment("checker-yahoo", "checker-yahoo", "uid-1", {}, 1, 1, 1, None)


class Told:
    """`ports.Cluster` that only records Events."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.away = False

    def deployments(self) -> list[Deployment]:
        return []

    def set_bounds(self, pool: Pool, plan: HpaPlan, why: str) -> bool:
        raise AssertionError

    def scale(self, pool: Pool, replicas: int) -> None:
        raise AssertionError

    def tell(self, deployment: Deployment, kind: Literal["Normal", "Warning"], reason: str, text: str) -> None:
        if self.away:
            raise ports.ClusterAway("away")
        self.events.append(f"{kind} {reason} {text}")


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_lasts_is_said_every_ten_minutes() -> None:
    told, time = Told(), Time()
    notices = Notices(told, time)

    for now in (0.0, 15.0, AGAIN_SECONDS - 1, AGAIN_SECONDS, AGAIN_SECONDS + 15):
        time.now = now
        notices.again(DEPLOYMENT, "SettingRefused", "no number")

    assert told.events == ["Warning SettingRefused no number"] * 2


def test_another_refusal_is_said_at_once_and_another_fault_of_the_system_is_not() -> None:
    told = Told()
    notices = Notices(told, Time())

    for text in ("one", "other"):
        notices.again(DEPLOYMENT, "SettingRefused", text)
        notices.again(DEPLOYMENT, "BoundsStand", text)

    assert told.events == ["Warning SettingRefused one", "Warning BoundsStand one", "Warning SettingRefused other"]


def test_an_event_that_cannot_be_posted_disturbs_nothing() -> None:
    told = Told()
    told.away = True

    Notices(told, Time()).once(DEPLOYMENT, "BoundsSet", "min 1, max 2")

    assert told.events == []
