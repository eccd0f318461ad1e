"""`mercarich explain`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.listings import terminal as offer_page

if TYPE_CHECKING:
    from mercarich_web.listings.explain import Explain


def explain(argv: Sequence[str]) -> int:
    """Tell why the offer with this SKU is at its quantity, with the evidence, and what happens next."""
    parser = with_json(command_parser("explain", explain.__doc__))
    parser.add_argument("sku")
    parser.add_argument("--username", help="the seller, when several have the SKU")
    given = parser.parse_args(argv)
    return answer(lambda on: _explain(on)(given.sku, given.username), offer_page.page, as_json=given.json)


def _explain(on: Opened) -> "Explain":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.listings.wiring import explain_offers

    return explain_offers(on.engine, on.now)
