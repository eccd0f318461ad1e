"""`ports.Pictures`: saved files, else pictures fetched through the proxies, compared by OpenCV.

OpenCV is imported with the first picture, which saves 15 MB in idle workers.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import httpx
from pydantic import ValidationError

from mercarich_contracts.market import ErrorClass, Marketplace
from mercarich_contracts.proxy_api import ProxyError
from mercarich_platform import whole_responses
from mercarich_reasons.pictures import (
    OldPictureMissing,
    PicturesIncomparable,
    PictureTooNarrow,
    PictureUnavailable,
    PictureUndecodable,
)
from mercarich_replacements.matching import Likeness
from mercarich_runs.ports import ProxyAway
from mercarich_updater.adapters.decoding import Decoder, Disturbed
from mercarich_updater.adapters.saved_pictures import saved_picture
from mercarich_updater.ports import NoPicture, Picture, PictureLater

if TYPE_CHECKING:
    from mercarich_updater.adapters.likeness import Decoded

log = logging.getLogger(__name__)

KEPT = 64
"""Number of decoded pictures in the cache, at most 0.8 MB each: ours is compared with every candidate."""
TIMEOUT_SECONDS = 45.0
"""More than the half minute that a picture may wait for its turn in the proxy."""
Compared = TypeVar("Compared")


class HttpPictures:
    """Compares pictures, with a cache. `folder` holds the saved ones, if this process has it.

    Raises `PictureLater` when a later try may succeed.
    """

    def __init__(self, proxy_urls: Mapping[Marketplace, str], folder: Path) -> None:
        self._folder = folder
        self._urls = {marketplace: f"{url.rstrip('/')}/v1/images" for marketplace, url in proxy_urls.items()}
        self._http = whole_responses.client(TIMEOUT_SECONDS)
        self._kept: OrderedDict[Picture, Decoded] = OrderedDict()
        self._lock = threading.Lock()
        self._decode = Decoder().decode

    def quick(self, ours: Picture, theirs: Picture) -> float:
        from mercarich_updater.adapters.likeness import quick

        return self._compared(quick, ours, theirs)

    def likeness(self, ours: Picture, theirs: Picture) -> Likeness:
        from mercarich_updater.adapters.likeness import likeness

        return self._compared(likeness, ours, theirs)

    def preview(self, picture: Picture) -> bytes | None:
        from mercarich_updater.adapters.likeness import preview

        with self._lock:
            decoded = self._kept.get(picture)
        return None if decoded is None else preview(decoded)

    def _compared(self, compare: "Callable[[Decoded, Decoded], Compared]", ours: Picture, theirs: Picture) -> Compared:
        first, second = self._decoded(ours), self._decoded(theirs)
        try:
            return compare(first, second)
        except ValueError as error:
            raise NoPicture(PicturesIncomparable(theirs.url)) from error

    def _decoded(self, picture: Picture) -> "Decoded":
        with self._lock:
            if picture in self._kept:
                self._kept.move_to_end(picture)
                return self._kept[picture]
        decoded = self._saved(picture) if picture.saved else None
        if decoded is None:
            decoded = self._fetched(picture)
        with self._lock:
            self._kept[picture] = decoded
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return decoded

    def _saved(self, picture: Picture) -> "Decoded | None":
        body = saved_picture(self._folder, picture.saved or "")
        try:
            return None if body is None else self._pixels(picture, body)
        except ValueError as error:
            log.warning("a saved picture cannot be used", extra={"path": picture.saved, "reason": str(error)})
            return None

    def _fetched(self, picture: Picture) -> "Decoded":
        from mercarich_updater.adapters.likeness import TooNarrow

        if not picture.url:
            raise NoPicture(OldPictureMissing())
        try:
            return self._pixels(picture, self._fetch(picture))
        except TooNarrow as error:
            raise NoPicture(PictureTooNarrow(picture.url)) from error
        except ValueError as error:
            raise NoPicture(PictureUndecodable(picture.url)) from error

    def _pixels(self, picture: Picture, body: bytes) -> "Decoded":
        try:
            return self._decode(body)
        except Disturbed as error:
            raise PictureLater(ErrorClass.TRANSIENT, picture) from error

    def _fetch(self, picture: Picture) -> bytes:
        try:
            answer = self._http.get(self._urls[picture.marketplace], params={"url": picture.url})
        except httpx.HTTPError as error:
            raise ProxyAway(f"{self._urls[picture.marketplace]}: {type(error).__name__}: {error}") from error
        if answer.status_code == httpx.codes.OK:
            return answer.content
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise PictureLater(_error(answer).error, picture)
        raise NoPicture(PictureUnavailable.of(picture.url, _error(answer).error))


def _error(answer: httpx.Response) -> ProxyError:
    try:
        return ProxyError.model_validate_json(answer.content)
    except ValidationError:
        return ProxyError(error=f"HTTP {answer.status_code}", message=f"HTTP {answer.status_code}")
