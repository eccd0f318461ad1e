"""The updater's pictures, through the proxies' picture rules and compared by its own OpenCV code."""

from pathlib import Path

from tests.soak.proxies import Proxies

from mercarich_marketplace.app import Refusal
from mercarich_updater.adapters.pictures_http import HttpPictures
from mercarich_updater.ports import NoPicture, Picture, PictureLater


class MarketPictures(HttpPictures):
    """Only the fetching differs."""

    def __init__(self, proxies: Proxies, folder: Path) -> None:
        super().__init__({}, folder)
        self._proxies = proxies

    def _fetch(self, picture: Picture) -> bytes:
        try:
            return self._proxies.picture(picture.marketplace, picture.url)
        except Refusal as refusal:
            if refusal.status == 503:
                raise PictureLater(refusal.body.error, picture) from refusal
            raise NoPicture(f"{picture.url}: {refusal.body.message}") from refusal
