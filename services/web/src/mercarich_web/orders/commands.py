"""`mercarich orders`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.orders import terminal

if TYPE_CHECKING:
    from mercarich_web.orders.list_orders import ListOrders
    from mercarich_web.orders.list_profit import ListProfit


def orders(argv: Sequence[str]) -> int:
    """List what sellers have to buy for orders at Amazon, the most urgent first, and the rates that Amazon limits; or
    what bought orders have earned by month (`orders profit`).
    """
    parser = with_json(command_parser("orders", orders.__doc__))
    parser.add_argument("--username", help="one seller; by default each seller who has something to buy")
    profit = parser.add_subparsers(dest="action").add_parser("profit", help="what bought orders have earned by month")
    with_json(profit).add_argument("--username", help="one seller; by default each seller whose orders are read")
    given = parser.parse_args(argv)
    if given.action == "profit":
        return answer(lambda on: _profit(on)(given.username), terminal.profit, as_json=given.json)
    return answer(lambda on: _list(on)(given.username), terminal.page, as_json=given.json)


def _list(on: Opened) -> "ListOrders":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.orders.wiring import list_orders

    return list_orders(on.engine, on.now)


def _profit(on: Opened) -> "ListProfit":
    from mercarich_web.orders.wiring import list_profit

    return list_profit(on.engine, on.now)
