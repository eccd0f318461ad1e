"""A redirect of an item page: to the same item elsewhere on the site, or to anything else, which proves nothing."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Answer, Fault

_SITE = "auctions.yahoo.co.jp"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The page of the same item at another address of the site."""

    url: str

    def too_often(self) -> Fault:
        return Fault(Reason.UNPARSABLE, f"too many redirects, the last one to {self.url}")


def follow(answer: Answer, item_id: str) -> Elsewhere:
    """Return the other address of the same item. Raise a blocked `Fault` for any other redirect.

    A site sends clients to its top, sorry, maintenance, consent and login pages in trouble of any kind. Old auctions
    are said to redirect, too (Otter1102/yahooauction-watch), but no address that means an end is recorded.
    """
    given = answer.headers.get("location", "")
    target = urljoin(answer.url, given)
    host = urlsplit(target).hostname or ""
    detail = f"HTTP {answer.status} to {target if given else 'nowhere'}"
    on_site = host in (urlsplit(answer.url).hostname, _SITE) or host.endswith(f".{_SITE}")
    same_item = urlsplit(target).path.rstrip("/").rpartition("/")[2] == item_id
    if given and on_site and same_item and target != answer.url:
        return Elsewhere(target)
    raise Fault(Reason.BLOCKED, detail)
