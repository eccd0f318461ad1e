"""The report: a table of days, a line for each promise, and the history of the first offender."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from tests.soak.diary import Day
from tests.soak.goals import Goal, points
from tests.soak.orders import Orders
from tests.soak.plant import Plant
from tests.soak.sentinel import Offence
from tests.soak.verdicts import Verdict

from mercarich_web.listings.terminal import page
from mercarich_web.listings.wiring import explain_offers
from mercarich_web.refusals import Ambiguous, NotFound

SHOWN = 5
_MARKS = {True: "[green]reached[/green]", False: "[bold red]missed[/bold red]", None: ""}
_COLUMNS = ("looks", "unknown", "sold", "withdrawn", "revived", "restored", "held", "deleted")


def days(console: Console, rows: Sequence[Day]) -> None:
    table = Table(title="The week", title_justify="left")
    for name in ("day", *_COLUMNS, "faults", "runs"):
        table.add_column(name, justify="left" if name == "runs" else "right")
    for row in rows:
        numbers = [f"{getattr(row, name):,}" for name in _COLUMNS]
        table.add_row(str(row.number), *numbers, str(row.faults.total()), _counted(row.runs))
    sums = [f"{sum(getattr(row, name) for row in rows):,}" for name in _COLUMNS]
    faults = sum((row.faults for row in rows), Counter[str]())
    runs = sum((row.runs for row in rows), Counter[str]())
    table.add_row("all", *sums, str(faults.total()), _counted(runs), style="bold")
    console.print(table)
    console.print(f"Faults and events: {_counted(faults)}", highlight=False)


def verdicts(console: Console, found: Sequence[Verdict]) -> None:
    for verdict in found:
        word = "[green]kept  [/green]" if verdict.kept else "[bold red]BROKEN[/bold red]"
        console.print(f"{word}  {verdict.count:,} {verdict.promise}", highlight=False)
        for offence in verdict.offences[:SHOWN]:
            console.print(f"          {offence.sku} {offence.text}".rstrip(), highlight=False, markup=False)


def states(console: Console, counts: Mapping[str, int]) -> None:
    table = Table(title=f"States: {sum(map(bool, counts.values()))} of {len(counts)} reached", title_justify="left")
    table.add_column("state")
    table.add_column("count", justify="right")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}", style="" if count else "dim")
    console.print(table)


def orders(console: Console, told: Orders, found: Sequence[Goal]) -> None:
    """Tell what became of orders beside what is wanted, and what was foretold beside what happened."""
    table = Table(title=f"Orders: {told.totals().orders:,}", title_justify="left")
    for name in ("measured", "value", "wanted", ""):
        table.add_column(name)
    for goal in found:
        table.add_row(goal.what, goal.value, goal.wanted, _MARKS[goal.kept])
    console.print(table)
    table = Table(title="Cancellations of seven days, at the end of each day", title_justify="left")
    for name in ("day", "orders", "foretold", "without a source", "cancelled", "foretold - cancelled"):
        table.add_column(name, justify="right")
    for number, one in enumerate(told.forecasts(), 1):
        foretold = "–" if one.foretold is None else f"{one.foretold:.2%}"
        shares = [_share(part, one.orders) for part in (one.unsourced, one.cancelled)]
        table.add_row(str(number), f"{one.orders:,}", foretold, *shares, points(one.off))
    console.print(table)


def story(console: Console, plant: Plant, offence: Offence) -> None:
    """Return everything that the product and the market know about one offer."""
    sellers = {seller.seller_id: seller.username for seller in plant.market.world.catalogue.sellers}
    try:
        explain = explain_offers(plant.database.books, plant.kernel.utc)
        console.print(page(explain(offence.sku, sellers.get(offence.seller_id))))
    except (NotFound, Ambiguous) as error:
        console.print(str(error), markup=False)
    offer = plant.market.world.offers.touched.get((offence.seller_id, offence.sku))
    if offer is None:
        return
    console.print("What Amazon showed:")
    for change in offer.changes:
        console.print(f"  {plant.kernel.at(change.at):%Y-%m-%d %H:%M:%S} UTC  {change.quantity}  {change.lane}")
    sources = [("listed", offer.listing.marketplace, offer.listing.source_number)] if offer.listing else []
    sources += [
        (f"{plant.kernel.at(one.at):%Y-%m-%d %H:%M:%S} UTC", one.marketplace, one.number) for one in offer.sources
    ]
    for since, marketplace, number in sources:
        world = plant.market.world
        console.print(
            f"What became of {marketplace} {world.catalogue.item_id(marketplace, number)}, its source ({since}):"
        )
        for truth in world.truth.line(marketplace, number):
            console.print(f"  {plant.kernel.at(truth.at):%Y-%m-%d %H:%M:%S} UTC  {truth.state}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
