"""The updater's pictures, through the proxies' picture rules and compared by its own OpenCV code."""

from pathlib import Path

from tests.soak.darkroom import Darkroom, Developed
from tests.soak.proxies import Proxies

from mercarich_marketplace.app import Refusal
from mercarich_replacements.matching import Likeness
from mercarich_simulator.sites.pictures import IMAGES
from mercarich_updater.adapters.pictures_http import HttpPictures
from mercarich_updater.ports import NoPicture, Picture, PictureLater


class MarketPictures(HttpPictures):
    """Fetching differs, and what the darkroom has compared already is not compared again."""

    def __init__(self, proxies: Proxies, folder: Path, darkroom: Darkroom) -> None:
        super().__init__({}, folder)
        self._proxies = proxies
        self._darkroom = darkroom

    def quick(self, ours: Picture, theirs: Picture) -> float:
        known = self._known(ours, theirs)
        return super().quick(ours, theirs) if known is None else known.quick

    def likeness(self, ours: Picture, theirs: Picture) -> Likeness:
        known = self._known(ours, theirs)
        return super().likeness(ours, theirs) if known is None else known.likeness

    def _known(self, ours: Picture, theirs: Picture) -> Developed | None:
        """Both are fetched all the same: a picture that cannot be had is a result, too."""
        first, second = _item_id(ours.url), _item_id(theirs.url)
        known = self._darkroom.compared(first, second) if first and second else None
        if known is not None:
            for picture in (ours, theirs):
                self._decoded(picture)
        return known

    def _fetch(self, picture: Picture) -> bytes:
        try:
            return self._proxies.picture(picture.marketplace, picture.url)
        except Refusal as refusal:
            if refusal.status == 503:
                raise PictureLater(refusal.body.error, picture) from refusal
            raise NoPicture(f"{picture.url}: {refusal.body.message}") from refusal


def _item_id(url: str) -> str | None:
    """Of a main picture's address."""
    name = url.rpartition(IMAGES)[2]
    return name.removesuffix("_1.jpg") if name.endswith("_1.jpg") else None
