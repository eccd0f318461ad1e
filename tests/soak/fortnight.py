"""Days of orders, told to a seller and judged by the market (`--tell-orders`).

It is the simulated week with a few offers, whose buyers come for what sells fast at the marketplaces. Figures of pages
are not compared with the rows here.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from tests.soak.events import DAY
from tests.soak.goals import LEAST_FOUND, MOST_CANCELLED, MOST_OFF, late, points
from tests.soak.orders import IN_TIME_SECONDS, Orders
from tests.soak.plant import Plant
from tests.soak.verdicts import Verdict

from mercarich_simulator.amazon.orders import CancelledBy, Order, Status


def day(console: Console, plant: Plant, number: int) -> None:
    """Tell the orders of a day, as far as it is known at its end what becomes of them."""
    end = plant.kernel.start.timestamp() + number * DAY
    placed = [order for order in plant.market.world.orders.kept.values() if end - DAY < order.placed_at <= end]
    told = {
        "bought": sum(order.paid_jpy is None and _is_sent(order) for order in placed),
        "bought elsewhere, where the source had gone": sum(order.paid_jpy is not None for order in placed),
        "cancelled by their buyers, or never paid": sum(
            _by(order, CancelledBy.BUYER, CancelledBy.AMAZON) for order in placed
        ),
        "cancelled for want of a source": sum(_by(order, CancelledBy.MERCHANT) for order in placed),
    }
    words = ", ".join(f"{count} {what}" for what, count in told.items() if count)
    console.print(f"Day {number:2}: {len(placed):2} orders. {words or 'None is at its end yet'}", highlight=False)


def table(console: Console, told: Orders, verdicts: Sequence[Verdict]) -> None:
    """Tell what a fortnight has shown beside what is promised."""
    looks, searches, totals, last = told.looks, told.searches(), told.totals(), told.forecasts()[-1]
    p99 = looks.within(0.99, own=True)
    found = f"{searches.found_in_time} of {searches.gone}"
    share = totals.cancelled / totals.counted if totals.counted else 0.0
    came = f"{last.cancelled / last.orders:.2%}" if last.orders else "–"
    foretold = "–" if last.foretold is None else f"{last.foretold:.2%}"
    rows = [
        ("Orders", f"{totals.orders}", ""),
        ("Its source was looked at, after an order was read", f"within {p99:.0f} s" if p99 else "–", "60 s, 99 of 100"),
        ("… later than that", f"{late(looks)} of {len(looks.all)}", ""),
        (f"Source gone: another item was found within {IN_TIME_SECONDS / 60:.0f} min", found, f"{LEAST_FOUND:.0%}"),
        ("… and bought", f"{totals.met_elsewhere}", ""),
        (
            "Cancelled for want of a source",
            f"{totals.cancelled} of {totals.counted}, {share:.2%}",
            f"{MOST_CANCELLED:.1%}",
        ),
        ("Foretold for the last seven days, and came true", f"{foretold}, {came}", f"± {MOST_OFF:.1%}"),
        ("… the difference", points(last.off), ""),
        ("Sold twice", f"{totals.sold_twice}", "0"),
        ("Sold at a loss while the loss stop was on", f"{totals.at_loss_late}", "0"),
        ("Prices and other fields changed unasked", f"{totals.fields_lost}", "0"),
        ("Data about buyers that was asked for", f"{told.personal}", "0"),
    ]
    shown = Table(title="The fortnight", title_justify="left")
    for name in ("", "measured", "promised"):
        shown.add_column(name)
    for row in rows:
        shown.add_row(*row)
    console.print(shown)
    broken = [verdict for verdict in verdicts if not verdict.kept]
    word = "[bold red]NOT CLEAN[/bold red]" if broken else "[bold green]clean[/bold green]"
    console.print(f"The market's ledger: {word}; {len(verdicts) - len(broken)} of {len(verdicts)} promises were kept.")
    for verdict in broken:
        console.print(f"  {verdict.count:,} {verdict.promise}", highlight=False)


def _is_sent(order: Order) -> bool:
    return order.status in (Status.UNSHIPPED, Status.SHIPPED)


def _by(order: Order, *who: CancelledBy) -> bool:
    return order.cancelled_by in who
