"""Write the life cycle of a listing into docs/listings.md, from the code: `python -m tools.life_cycle`.

Each transition is applied to an example listing of each stage that it starts from; the difference is what it writes.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

from mercarich_contracts.creations import OfferCondition
from mercarich_contracts.market import Marketplace, State
from mercarich_listings import listing as life
from mercarich_listings.event import Change, Event, Trigger
from mercarich_listings.listing import Listing
from mercarich_listings.transition import TRANSITIONS, Stage, Transition
from mercarich_reasons.creations import CreationAsked, NotAtAmazon
from mercarich_reasons.earnings import EarnsEnoughAgain, EarnsTooLittle
from mercarich_reasons.push import ChangedAtAmazon, OrderedAtAmazon
from mercarich_reasons.repricing import PriceFollows, Reached
from mercarich_reasons.sources import SourceChosen
from mercarich_reasons.stock import (
    ByHand,
    DeletedByHand,
    ReplacedBy,
    ReplacementTakenBack,
    SourceOnSaleAgain,
    SourceSeen,
)

PAGE = Path(__file__).parents[1] / "docs" / "listings.md"
BEGIN, END = "<!-- made by python -m tools.life_cycle -->", "<!-- made until here -->"
WIDTH = 128
"""Of a line of the page."""
BEFORE, NOW = datetime(2026, 11, 25, 9, tzinfo=UTC), datetime(2026, 11, 25, 12, tzinfo=UTC)
_UP = Listing(
    id=1,
    user_id=1,
    sku="SKU-1",
    marketplace=Marketplace.YAHOO,
    source_item_id=1,
    listed=True,
    listing_quantity=2,
    quantity=2,
    revision=3,
    searching=False,
    changed_at=BEFORE,
    restored_at=BEFORE,
    searched_at=BEFORE,
    lead_time_days=1,
    edited_quantity=2,
    first_price_jpy=1000,
    handling_days=2,
)
_DOWN = replace(_UP, quantity=0, withdrawn_at=BEFORE, restored_at=None)
_DRAFT = replace(_UP, listed=False, edited_quantity=None)
EXAMPLES: Mapping[Stage, Listing] = {
    Stage.DRAFT: _DRAFT,
    Stage.REGISTERING: replace(_DRAFT, registering=True),
    Stage.ON_SALE: _UP,
    Stage.HELD: replace(_UP, hold_id=5),
    Stage.MARKED: replace(_UP, searching=True),
    Stage.SEARCHING: replace(_DOWN, searching=True),
    Stage.PAUSED: replace(_DOWN, paused_at=BEFORE, edited_quantity=None),
    Stage.WITHDRAWN: _DOWN,
    Stage.STOPPED: replace(_DOWN, stopped_at=BEFORE),
    Stage.LEAVING: replace(_DOWN, listed=False, leaving=True),
}

SOLD, ANN = SourceSeen(State.SOLD), ByHand("ann")
DEAR = EarnsTooLittle(5000, 5000, 750, 0, -1250, 0, 500)
CHEAP = EarnsEnoughAgain(5000, 3000, 750, 0, 750, 0, 500)
DEARER = PriceFollows(5000, 5600, 3400, 500, 840, 300, 560, Reached.PROFIT)
FOUND = ReplacedBy(Marketplace.MERCARI, "m1", 2, 900, 3)
ASKED = CreationAsked("B0EXAMPLE1", OfferCondition.GOOD, 2980, "ann")
BACK = ReplacementTakenBack("m1", "ann", Marketplace.MERCARI, 2)
CHOSEN = SourceChosen("ann", Marketplace.MERCARI, "m1", 2, Marketplace.YAHOO, "x1", 900, pieces=1)
Made = Change[Listing] | Event
MAKING: Mapping[str, Callable[[Listing], Made]] = {
    "register": lambda one: life.register(one, NOW, ASKED),
    "draft_again": lambda one: life.draft_again(one, NOW, NotAtAmazon()),
    "make_offer": lambda one: life.make_offer(one, NOW, ANN),
    "withdraw": lambda one: life.withdraw(one, NOW, SOLD),
    "pause": lambda one: life.pause(one, NOW, DEAR),
    "reprice": lambda one: life.reprice(one, NOW, DEARER),
    "recover": lambda one: life.recover(one, NOW, CHEAP),
    "mark": lambda one: life.mark(one, NOW, SOLD),
    "hold": lambda one: life.hold(one, NOW, SOLD, Trigger(hold_id=6)),
    "let_go": lambda one: life.let_go(one, NOW, SourceOnSaleAgain()),
    "give_source": lambda one: life.give_source(one, 1, NOW, FOUND),
    "take_back": lambda one: life.take_back(one, NOW, BACK),
    "choose_source": lambda one: life.choose_source(one, NOW, CHOSEN),
    "take_down": lambda one: life.take_down(one, NOW, ANN),
    "put_up": lambda one: life.put_up(one, NOW, ANN),
    "pause_again": lambda one: life.pause_again(one, NOW, ANN),
    "search_again": lambda one: life.search_again(one, NOW, ANN),
    "stop": lambda one: life.stop(one, NOW, ANN),
    "leave": lambda one: life.leave(one, NOW, DeletedByHand("SKU-1", "ann")),
    "follow_amazon": lambda one: life.follow_amazon(one, NOW, ChangedAtAmazon(0)),
    "sell_out": lambda one: life.sell_out(one, NOW, OrderedAtAmazon("503-1234567-1234567", 1)),
    "sell_some": lambda one: life.sell_some(one, NOW, OrderedAtAmazon("503-1234567-1234567", 1)),
    "delete": lambda one: life.delete(one, NOW, DeletedByHand("SKU-1", "ann")),
}
"""How each transition is applied to an example. A transition without a line here would be missing from the page."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition from one stage."""

    start: Stage
    end: Stage | None
    """None: the row is deleted."""
    transition: Transition
    columns: tuple[str, ...]
    """The fields that differ afterwards, in the order of `Listing`."""
    kind: str
    """The reason of the event."""


def main() -> int:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{made()}{after}", encoding="utf-8")
    return 0


def made() -> str:
    """Return the part of the page between the two marks, including the marks."""
    return f"{BEGIN}\n\n{_stages()}\n\n{_diagram()}\n\n{_table()}\n\n{_writes()}\n\n{END}"


def edges() -> Iterator[Edge]:
    for transition in TRANSITIONS.values():
        for start in transition.start:
            done = MAKING[transition.name](EXAMPLES[start])
            if isinstance(done, Event):
                yield Edge(start, None, transition, ("the row itself",), done.kind)
            elif done.event is not None:
                yield Edge(start, done.after.stage, transition, _differing(done), done.event.kind)


def _differing(change: Change[Listing]) -> tuple[str, ...]:
    names = [field.name for field in fields(Listing)]
    return tuple(name for name in names if getattr(change.before, name) != getattr(change.after, name))


def _stages() -> str:
    rows = [f"| {_word(stage)} | {_MEANINGS[stage]} |" for stage in Stage]
    return "\n".join(["| stage | means |", "|---|---|", *rows])


def _diagram() -> str:
    names: dict[tuple[Any, Any], list[str]] = defaultdict(list)
    for edge in edges():
        names[edge.start, edge.end].append(f"{edge.transition.name} ({', '.join(edge.transition.by)})")
    states = [f'    state "{_word(stage)}" as {stage}' for stage in Stage]
    begins = [f"    [*] --> {stage}: {who}" for stage, who in _BEGINS.items()]
    lines = [f"    {start} --> {end or '[*]'}: {', '.join(some)}" for (start, end), some in names.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *states, *begins, *lines, "```"])


def _table() -> str:
    rows = [_row(some) for some in _by_transition().values()]
    head = ["| transition | who | from | to | event |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def _row(some: list[Edge]) -> str:
    transition = some[0].transition
    starts = ", ".join(_word(edge.start) for edge in some)
    ends = ", ".join(dict.fromkeys(_word(edge.end) if edge.end else "gone" for edge in some))
    kinds = ", ".join(dict.fromkeys(edge.kind for edge in some))
    return f"| {' | '.join((f'`{transition.name}`', ', '.join(transition.by), starts, ends, kinds))} |"


def _writes() -> str:
    """Return a list of what each transition means and writes: too long for cells of a table."""
    return "\n".join(line for some in _by_transition().values() for line in _item(some))


def _item(some: list[Edge]) -> list[str]:
    transition = some[0].transition
    differing = {name for edge in some for name in edge.columns}
    order = ["the row itself", *(field.name for field in fields(Listing))]
    columns = ", ".join(_COLUMNS.get(name, name) for name in order if name in differing)
    meaning = " ".join(transition.meaning.split())
    return wrap(f"- `{transition.name}`: {meaning} Writes: {columns}.", WIDTH, subsequent_indent="  ")


def _by_transition() -> dict[str, list[Edge]]:
    by_name: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges():
        by_name[edge.transition.name].append(edge)
    return by_name


def _word(stage: Stage) -> str:
    return stage.replace("_", " ")


_COLUMNS = {"leaving": "a row of listing_removals", "registering": "a row of listing_creations"}
_BEGINS = {Stage.DRAFT: "search, import (seller)", Stage.ON_SALE: "import (seller)"}
_MEANINGS: Mapping[Stage, str] = {
    Stage.DRAFT: "not listed: neither checked nor pushed",
    Stage.REGISTERING: "not listed yet: its offer is created at Amazon, or is to be found there",
    Stage.ON_SALE: "Amazon is to show the offer",
    Stage.HELD: "on sale although its source is gone, or too dear: the brake keeps it up",
    Stage.MARKED: "on sale although its source is gone: a replacement is searched for first",
    Stage.SEARCHING: "down, and a replacement is searched for",
    Stage.PAUSED: "down because a sale would earn too little; up again when its source is cheaper",
    Stage.WITHDRAWN: "down, and nothing is searched for",
    Stage.STOPPED: "down and not watched: nothing happens to it by itself",
    Stage.LEAVING: "its row goes when Amazon has deleted the listing",
}


if __name__ == "__main__":
    sys.exit(main())
