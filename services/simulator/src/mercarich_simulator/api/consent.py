"""/sellercentral/…: Amazon's consent page, where sellers authorize our application, or refuse.

It follows the Selling Partner API's "Website authorization workflow". The real page knows the signed-in seller and the
application's registered redirect address. Here the visitor chooses the seller, and `redirect_uri` has the address.
"""

from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from mercarich_simulator.amazon.tokens import CODE_SECONDS
from mercarich_simulator.web import Reply, Request, html_reply
from mercarich_simulator.world import World

_CONSENT = "/sellercentral/apps/authorize/consent"
_CONFIRM = "/sellercentral/apps/authorize/confirm"
_HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Seller Central (simulated)</title></head>'


class Consent:
    """Handle requests below /sellercentral/."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Reply:
        if (request.method, request.path) == ("GET", _CONSENT):
            return self._ask(request.query)
        if (request.method, request.path) == ("POST", _CONFIRM):
            fields = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
            return self._decide({name: values[0] for name, values in fields.items()})
        return _page("There is no such page.", 404)

    def _ask(self, query: dict[str, str]) -> Reply:
        missing = [name for name in ("application_id", "state", "redirect_uri") if not query.get(name)]
        if missing or not _is_address(query["redirect_uri"]):
            return _page(f"The link to this page is wrong: {', '.join(missing) or 'redirect_uri'}.", 400)
        sellers = "".join(
            f'<option value="{seller.seller_id}">{escape(seller.username)} ({seller.seller_id})</option>'
            for seller in self._world.catalogue.sellers
        )
        kept = "".join(
            f'<input type="hidden" name="{name}" value="{escape(query[name])}">' for name in ("state", "redirect_uri")
        )
        return _page(
            f"<p>{escape(query['application_id'])} asks to change your offers for you.</p>"
            f'<form method="post" action="{_CONFIRM}">{kept}'
            f'<p><label>You are signed in as <select name="seller_id">{sellers}</select></label></p>'
            '<p><button name="answer" value="confirm">Confirm</button> '
            '<button name="answer" value="cancel">Cancel</button></p></form>'
        )

    def _decide(self, fields: dict[str, str]) -> Reply:
        state, back = fields.get("state", ""), fields.get("redirect_uri", "")
        seller = self._world.catalogue.seller_by_id.get(fields.get("seller_id", ""))
        if seller is None or not _is_address(back):
            return _page("There is no such seller here, or no way back.", 400)
        if fields.get("answer") != "confirm":
            return _to(back, error="access_denied", error_description="The seller did not consent", state=state)
        code = self._world.tokens.code(seller, back, self._world.clock.wall() + CODE_SECONDS)
        return _to(back, state=state, selling_partner_id=seller.seller_id, spapi_oauth_code=code)


def _to(back: str, **query: str) -> Reply:
    address = f"{back}{'&' if urlsplit(back).query else '?'}{urlencode(query)}"
    return html_reply(b"", 302).with_headers(("location", address), ("referrer-policy", "no-referrer"))


def _is_address(text: str) -> bool:
    return urlsplit(text).scheme in ("http", "https") and text.isprintable()


def _page(text: str, status: int = 200) -> Reply:
    return html_reply(f"{_HEAD}<body><h1>Seller Central (simulated)</h1>{text}</body></html>".encode(), status)
