"""The stages of a listing's life, and the table of its transitions: where each starts, and who makes it. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar


class Stage(StrEnum):
    """The stages of a listing's life, derived from its columns alone."""

    DRAFT = "draft"
    """Not listed: never checked and never pushed."""
    REGISTERING = "registering"
    """Not listed yet: the offer is being created at Amazon, or is to be found there."""
    ON_SALE = "on_sale"
    HELD = "held"
    """On sale although its source is gone, because the brake holds back its withdrawal."""
    MARKED = "marked"
    """On sale although its source is gone, while a replacement is searched for first."""
    SEARCHING = "searching"
    """Down, and a replacement is searched for."""
    PAUSED = "paused"
    """Down because a sale would earn less than the loss rule allows; up again when its source is cheaper."""
    WITHDRAWN = "withdrawn"
    """Down, and nothing is searched for."""
    STOPPED = "stopped"
    """Down and not watched: nothing changes it automatically."""
    LEAVING = "leaving"
    """Its row will be deleted when Amazon has deleted the listing."""


class Facts(NamedTuple):
    """What the stage of a listing follows from."""

    listed: bool
    leaving: bool
    registering: bool
    up: bool
    held: bool
    searching: bool
    stopped: bool
    paused: bool


def stage_of(facts: Facts) -> Stage:
    """Return the stage for these facts. `stages` has the same decisions as SQL."""
    if not facts.listed:
        if facts.registering:
            return Stage.REGISTERING
        return Stage.LEAVING if facts.leaving else Stage.DRAFT
    if facts.up:
        if facts.held:
            return Stage.HELD
        return Stage.MARKED if facts.searching else Stage.ON_SALE
    if facts.stopped:
        return Stage.STOPPED
    if facts.searching:
        return Stage.SEARCHING
    return Stage.PAUSED if facts.paused else Stage.WITHDRAWN


class Impossible(Exception):
    """The transition does not start from the listing's stage."""


class By(StrEnum):
    """Who makes a transition."""

    CHECKER = "checker"
    UPDATER = "updater"
    SELLER = "seller"
    """A person: by page, API, command or CSV import."""
    HOUSEKEEPING = "housekeeping"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition; `name` is that of its function in `mercarich_listings.listing`."""

    name: str
    start: tuple[Stage, ...]
    by: tuple[By, ...]
    meaning: str


TRANSITIONS: dict[str, Transition] = {}
"""All transitions by name."""


class Staged(Protocol):
    """A listing."""

    @property
    def id(self) -> int: ...
    @property
    def stage(self) -> Stage: ...


_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_Staged = TypeVar("_Staged", bound=Staged)
_Function = Callable[Concatenate[_Staged, _Given], _Made]


def transition(
    *start: Stage, by: tuple[By, ...]
) -> Callable[[_Function[_Staged, _Given, _Made]], _Function[_Staged, _Given, _Made]]:
    """Add the function to `TRANSITIONS`, and have it raise `Impossible` for listings in other stages."""

    def decorated(make: _Function[_Staged, _Given, _Made]) -> _Function[_Staged, _Given, _Made]:
        TRANSITIONS[make.__name__] = Transition(make.__name__, start, by, (make.__doc__ or "").strip())

        @wraps(make)
        def from_start(listing: _Staged, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Made:
            if listing.stage not in start:
                raise Impossible(
                    f"listing {listing.id} is {listing.stage}: {make.__name__} starts from {', '.join(start)}"
                )
            return make(listing, *args, **kwargs)

        return from_start

    return decorated
