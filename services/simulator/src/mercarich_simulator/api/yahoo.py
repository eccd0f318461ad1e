"""/yahoo/…: item pages, the item as JSON, search pages."""

from collections import deque

from mercarich_simulator.api.images import image
from mercarich_simulator.api.trouble import LOCKED, guarded
from mercarich_simulator.faults import FIELDS, NOTHING_THERE, spoiled
from mercarich_simulator.shelf import YAHOO
from mercarich_simulator.sites.look import Look
from mercarich_simulator.sites.pictures import IMAGES
from mercarich_simulator.sites.yahoo_item import NOT_FOUND_PAGE, is_shown_as_missing, item_object
from mercarich_simulator.sites.yahoo_search import search_page
from mercarich_simulator.web import Reply, Request, html_reply, json_reply, text_reply
from mercarich_simulator.world import World

_PAGE = "/yahoo/jp/auction/"
_JSON = "/yahoo/api/detail/v2/items/"
_ROWS = 50
_BURST, _BURST_SECONDS, _REFUSED_SECONDS = 10, 10.0, 120.0
"""More questions for JSON in so many seconds are a burst. Yahoo's numbers are not known: 423 "lasts minutes"."""


class YahooApi:
    """Handle requests below /yahoo/."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked: deque[float] = deque()
        """When the item was asked for as JSON lately."""
        self._refused_until = float("-inf")

    def answer(self, request: Request) -> Reply:
        path = request.path
        if path.startswith(_PAGE):
            return self._item(path.removeprefix(_PAGE), as_page=True)
        if path.startswith(_JSON):
            return self._item(path.removeprefix(_JSON), as_page=False)
        if path.startswith("/yahoo" + IMAGES):
            return image(self._world, YAHOO, path.removeprefix("/yahoo"))
        if path == "/yahoo/search/search":
            self._world.count(YAHOO, "search")
            return guarded(self._world, YAHOO, ("search",), lambda: self._search(request))
        self._world.count(YAHOO, "unknown")
        return html_reply(NOT_FOUND_PAGE, 404)

    def _item(self, item_id: str, as_page: bool) -> Reply:
        world = self._world
        world.count(YAHOO, "item" if as_page else "item_json")
        look = world.market.find(YAHOO, item_id, world.clock.now())
        names = (item_id, look.item.seller_id, "item") if look else (item_id, "item")
        make = self._page if as_page else self._json

        def found() -> Look | None:
            return None if world.faults.pick(YAHOO, names, world.clock.wall(), inner=NOTHING_THERE) else look

        return guarded(world, YAHOO, names, lambda: make(found(), names))

    def _page(self, look: Look | None, names: tuple[str, ...]) -> Reply:
        if look is None or look.state == "deleted":
            return html_reply(NOT_FOUND_PAGE, 404)
        item = item_object(look)
        fault = self._world.faults.pick(YAHOO, names, self._world.clock.wall(), inner=FIELDS)
        page = self._world.yahoo_pages.render(spoiled(item, fault) if fault else item, look)
        return html_reply(page, 404 if is_shown_as_missing(look) else 200)

    def _json(self, look: Look | None, _names: tuple[str, ...]) -> Reply:
        if self._refuses():
            return json_reply(LOCKED, 423)
        if look is None or look.state == "deleted":
            return json_reply({"error": {"status": 404, "message": "指定されたオークションは存在しません"}}, 404)
        return json_reply(item_object(look))

    def _refuses(self) -> bool:
        """Return whether this question for JSON is refused: after a burst of them all are, for minutes."""
        now = self._world.clock.wall()
        while self._asked and self._asked[0] <= now - _BURST_SECONDS:
            self._asked.popleft()
        self._asked.append(now)
        if len(self._asked) > _BURST:
            self._refused_until = max(self._refused_until, now + _REFUSED_SECONDS)
        return now < self._refused_until

    def _search(self, request: Request) -> Reply:
        query = request.query
        keyword = query.get("p") or query.get("va", "")
        numbers = {
            name: query.get(name, "") for name in ("b", "n", "aucminprice", "aucmaxprice", "aucmin_bidorbuy_price")
        }
        if any(text and not text.isdecimal() for text in numbers.values()):
            return text_reply("400 Bad Request", 400)
        low = int(numbers["aucmin_bidorbuy_price"] or numbers["aucminprice"] or 0)
        window = (max(1, int(numbers["b"] or 1)), min(100, int(numbers["n"] or _ROWS)))
        limits = (low, int(numbers["aucmaxprice"] or 0))
        return html_reply(search_page(self._world.market, keyword, limits, window, self._world.clock.now()))
