"""What the item as JSON says of an auction whose page is a 404 without the item (`marketplaces.md` 2.1).

The page alone proves nothing: any server on the way sends such a 404. The site's own client asks for the JSON, and gets
`{"error": {"status": 404, "message": …}}` where there is no such auction. Errors of the gateway carry a code besides
(GW0002, with which it refuses clients without cookies, and bursts).
"""

from typing import NoReturn

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Answer, Fault
from mercarich_marketplace.fields import at, mapping, parse, text
from mercarich_yahoo_proxy.domain.errors import fault_of

_REFUSED = 423


def read(answer: Answer, page: str) -> NoReturn:
    """Raise the fault for an item without a page; `page` says what came instead of it.

    `NOT_FOUND_ONCE` when Yahoo says that there is no such auction. `NOT_FOUND_UNPROVEN` when it does not say so, also
    when it refuses the question, which says nothing about the marketplace's health.
    """
    error = mapping(at(parse(answer.body), "error")) if answer.status == 404 else {}
    status, message = error.get("status"), text(error.get("message"))
    if type(status) is int and status == 404 and message is not None and "code" not in error:
        raise Fault(Reason.NOT_FOUND_ONCE, f"{page}; its JSON: HTTP 404 {message}")
    if answer.status in (200, 404, _REFUSED):
        raise Fault(Reason.NOT_FOUND_UNPROVEN, f"{page}; its JSON: HTTP {answer.status}")
    raise fault_of(answer)
