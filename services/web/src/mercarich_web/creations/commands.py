"""`mercarich creations`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.creations import terminal

if TYPE_CHECKING:
    from mercarich_web.creations.list_creations import ListCreations


def creations(argv: Sequence[str]) -> int:
    """Show how far sellers' new offers at Amazon have come, and why some were not created."""
    parser = with_json(command_parser("creations", creations.__doc__))
    parser.add_argument("--username", help="one seller; by default each seller with new offers")
    given = parser.parse_args(argv)
    return answer(lambda on: _list(on)(given.username), terminal.page, as_json=given.json)


def _list(on: Opened) -> "ListCreations":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.creations.wiring import list_creations

    return list_creations(on.engine, on.now)
