"""The updater's pictures, through the proxies' picture rules and compared by its own OpenCV code."""

from collections.abc import Callable
from pathlib import Path

from tests.soak.darkroom import Darkroom
from tests.soak.proxies import Proxies

from mercarich_marketplace.app import Refusal
from mercarich_reasons.pictures import PictureUnavailable
from mercarich_simulator.sites.pictures import IMAGES
from mercarich_updater.adapters.likeness import Decoded
from mercarich_updater.adapters.pictures_http import Compared, HttpPictures
from mercarich_updater.ports import NoPicture, Picture, PictureLater


class MarketPictures(HttpPictures):
    """Fetching differs, and comparisons that the darkroom has made are not made again."""

    def __init__(self, proxies: Proxies, folder: Path, darkroom: Darkroom) -> None:
        super().__init__({}, folder)
        self._proxies = proxies
        self._darkroom = darkroom

    def _compared(self, compare: Callable[[Decoded, Decoded], Compared], ours: Picture, theirs: Picture) -> Compared:
        """Both pictures are fetched in any case: a picture that cannot be fetched is a result, too."""
        our_id, their_id = _item_id(ours.url), _item_id(theirs.url)

        def known(first: Decoded, second: Decoded) -> Compared:
            developed = self._darkroom.compared(our_id, their_id) if our_id and their_id else None
            if developed is not None:
                result: Compared = developed.results[compare]
                return result
            return self._darkroom.once((compare, ours, theirs), lambda: compare(first, second))

        return super()._compared(known, ours, theirs)

    def _fetch(self, picture: Picture) -> bytes:
        try:
            return self._proxies.picture(picture.marketplace, picture.url)
        except Refusal as refusal:
            if refusal.status == 503:
                raise PictureLater(refusal.body.error, picture) from refusal
            raise NoPicture(PictureUnavailable.of(picture.url, refusal.body.error)) from refusal


def _item_id(url: str) -> str | None:
    """Return the item id in a main picture's address."""
    name = url.rpartition(IMAGES)[2]
    return name.removesuffix("_1.jpg") if name.endswith("_1.jpg") else None
