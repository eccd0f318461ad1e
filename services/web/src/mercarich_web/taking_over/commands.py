"""`mercarich offers`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.taking_over import terminal

if TYPE_CHECKING:
    from mercarich_web.taking_over.list_offers import ListOffers


def offers(argv: Sequence[str]) -> int:
    """Count the offers that sellers have at Amazon: watched, with a known source, and without one."""
    parser = with_json(command_parser("offers", offers.__doc__))
    parser.add_argument("--username", help="one seller; by default each whose offers were read")
    given = parser.parse_args(argv)
    return answer(lambda on: _list(on)(given.username), terminal.page, as_json=given.json)


def _list(on: Opened) -> "ListOffers":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.taking_over.wiring import list_offers

    return list_offers(on.engine)
