"""A redirect of an item page: to the same item elsewhere on the site, away from it, or to a login."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Answer, Fault, Missing

_SITE = "auctions.yahoo.co.jp"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The page of the same item at another address of the site."""

    url: str

    def too_often(self) -> Fault:
        return Fault(Reason.UNPARSABLE, f"too many redirects, the last one to {self.url}")


def follow(answer: Answer, item_id: str) -> Elsewhere:
    """Return the other address of the same item.

    Raise `Missing` when the redirect leads away from the item, as for old auctions. Raise a blocked `Fault` when it
    leads to another site: a login or a consent page shows nothing about the item.
    """
    given = answer.headers.get("location", "")
    target = urljoin(answer.url, given)
    host = urlsplit(target).hostname or ""
    detail = f"HTTP {answer.status} to {target if given else 'nowhere'}"
    if host != urlsplit(answer.url).hostname and host != _SITE and not host.endswith(f".{_SITE}"):
        raise Fault(Reason.BLOCKED, detail)
    same_item = urlsplit(target).path.rstrip("/").rpartition("/")[2] == item_id
    if given and same_item and target != answer.url:
        return Elsewhere(target)
    raise Missing(detail)
