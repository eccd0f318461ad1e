"""Save the pictures of new listings one after the other, as their source shows them; offers never wait for pictures.

The queue holds committed listings. A step can be interrupted anywhere and repeated: each listing has file names of its
own, and a file whose row was not written is swept a day later.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mercarich_contracts.market import Marketplace
from mercarich_platform.clock import Clock
from mercarich_web.pictures.files import PictureFiles
from mercarich_web.pictures.pictures import (
    FolderAway,
    NoPicture,
    Picture,
    PictureLater,
    PicturesAway,
    WantedPictures,
    path_of,
    wait_after,
)
from mercarich_web.pictures.sources_http import HttpPictureSource
from mercarich_web.pictures.sql import SqlPictureLine

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""A page and four pictures, each with up to half a minute of waiting for its turn at the proxy."""
FOLDER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class KeepPictures:
    """Work on one listing. Return whether there was one. Raises `DatabaseAway`."""

    line: SqlPictureLine
    source: HttpPictureSource
    folder: PictureFiles
    now: Clock
    ended: Callable[[str], None]
    """Called after each listing, for metrics, with its result: saved, none, put_off."""
    _resting: dict[Marketplace, datetime] = field(default_factory=dict)

    def __call__(self, stop: threading.Event) -> bool:
        now = self.now()
        resting = [name for name, until in self._resting.items() if until > now]
        wanted = self.line.next(resting, now, now + LEASE)
        if wanted is None:
            return False
        self.ended(self._one(wanted, stop))
        return True

    def _one(self, wanted: WantedPictures, stop: threading.Event) -> str:
        try:
            return self._keep(wanted, self._fetched(wanted, stop))
        except PicturesAway as away:
            self._resting[wanted.marketplace] = self.now() + timedelta(seconds=away.after_seconds)
            return self._put_off(wanted, str(away), timedelta(seconds=away.after_seconds))
        except FolderAway as away:
            log.warning("no picture can be saved", extra={"reason": str(away)})
            rest = timedelta(seconds=FOLDER_SECONDS)
            self._resting.update(dict.fromkeys(Marketplace, self.now() + rest))
            return self._put_off(wanted, str(away), rest)
        except PictureLater as later:
            return self._put_off(wanted, str(later), wait_after(wanted.attempt), counted=True)

    def _fetched(self, wanted: WantedPictures, stop: threading.Event) -> Mapping[int, Picture]:
        """Return the pictures by slot. The last attempt leaves out those that cannot be fetched."""
        found: dict[int, Picture] = {}
        for slot, url in enumerate(self._addresses(wanted)):
            if stop.is_set():
                raise PicturesAway("this worker is about to end", 0)
            try:
                found[slot] = self.source.fetch(wanted.marketplace, url)
            except NoPicture as error:
                log.info("no picture", extra={"listing": wanted.listing_id, "slot": slot, "reason": str(error)})
            except PictureLater:
                if not wanted.last_attempt:
                    raise
        return found

    def _addresses(self, wanted: WantedPictures) -> list[str]:
        known = [wanted.known_url] if wanted.known_url else []
        try:
            shown = self.source.addresses(wanted.marketplace, wanted.item_id)
        except PictureLater:
            if not wanted.last_attempt:
                raise
            shown = ()
        return list(dict.fromkeys(shown or known))[: wanted.slots]

    def _keep(self, wanted: WantedPictures, found: Mapping[int, Picture]) -> str:
        paths = {slot: path_of(wanted, slot, picture.suffix) for slot, picture in found.items()}
        for slot, picture in found.items():
            self.folder.save(wanted.user_id, paths[slot], picture.body)
        if not self.line.keep(wanted, paths):
            for path in paths.values():
                self.folder.remove(wanted.user_id, path, dry_run=False)
            return "none"
        return "saved" if paths else "none"

    def _put_off(self, wanted: WantedPictures, why: str, wait: timedelta, *, counted: bool = False) -> str:
        self.line.put_off(wanted, self.now() + wait, why, counted=counted)
        return "put_off"
