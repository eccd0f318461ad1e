"""Delete rows of offers that were withdrawn long ago, with their pictures, and sweep pictures that nobody is shown."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web.housekeeping.expiry import (
    AMAZON_SECONDS,
    CHUNK,
    FLOOR_DAYS,
    LOOK_SECONDS,
    ORPHAN_AGE,
    SHOWN,
    Choice,
    DeletionReport,
    Expired,
    ExpiredOffer,
    tokyo_day,
    withdrawn_until,
)
from mercarich_web.housekeeping.sql.expired import SqlExpiredOffers
from mercarich_web.pictures.files import PictureFiles
from mercarich_web.pictures.pictures import Removed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeleteOldItems:
    """Delete what has expired. Each step can be interrupted anywhere and repeated. Raises `DatabaseAway`."""

    expired: SqlExpiredOffers
    pictures: PictureFiles
    now: Clock
    sleep: Callable[[float], None] = time.sleep

    def __call__(
        self, days: int, *, dry_run: bool, unknown_to_amazon: bool = False, at_amazon: bool = False
    ) -> DeletionReport:
        """Delete offers older than `days`, or only count them in a dry run.

        `unknown_to_amazon` also deletes rows whose SKU Amazon does not know, although their push is pending.
        `at_amazon` has feed delete the listing at Amazon first; the row is deleted when Amazon has accepted that, in
        this run or the next.
        """
        now = self.now()
        until = withdrawn_until(now, days)
        choice = Choice(until, now, unknown_to_amazon=unknown_to_amazon)
        going = self._leaving(choice) if at_amazon else self._going(choice)
        chunks = self._would_go(choice) if dry_run else going
        listings, removed, shown = 0, Removed(), list[Expired]()
        for chunk in chunks:
            listings += len(chunk)
            shown += chunk[: SHOWN - len(shown)]
            removed += self._pictures_of(chunk, dry_run=dry_run)
        return DeletionReport(
            dry_run=dry_run,
            days=max(days, FLOOR_DAYS),
            withdrawn_until=until,
            listings=listings,
            pictures=removed,
            left_over=self._sweep(dry_run=dry_run),
            capped=self.expired.capped(choice, tokyo_day(self.now())) if not dry_run else (),
            leaving=self.expired.leaving(),
            offers=[ExpiredOffer(row.username, row.sku, row.withdrawn_at, len(row.pictures)) for row in shown],
        )

    def _going(self, choice: Choice) -> Iterator[list[Expired]]:
        yield from self._removed()
        for user_id in self.expired.sellers(choice):
            while chunk := self.expired.delete(choice, user_id, CHUNK, tokyo_day(self.now()), self.now()):
                log.info("expired listings deleted", extra={"user_id": user_id, "listings": len(chunk)})
                yield chunk

    def _leaving(self, choice: Choice) -> Iterator[list[Expired]]:
        """Yield rows whose deletion Amazon accepted; wait as long as Amazon keeps accepting."""
        for user_id in self.expired.sellers(choice):
            while asked := self.expired.want_removal(choice, user_id, CHUNK, tokyo_day(self.now()), self.now()):
                log.info("expired listings leave Amazon", extra={"user_id": user_id, "listings": asked})
        looks = 0
        while looks * LOOK_SECONDS < AMAZON_SECONDS:
            looks += 1
            for chunk in self._removed():
                looks = 0
                yield chunk
            if not self.expired.leaving():
                return
            self.sleep(LOOK_SECONDS)

    def _removed(self) -> Iterator[list[Expired]]:
        while chunk := self.expired.delete_removed(CHUNK, self.now()):
            log.info("listings that left Amazon deleted", extra={"listings": len(chunk)})
            yield chunk

    def _would_go(self, choice: Choice) -> Iterator[list[Expired]]:
        for user_id in self.expired.sellers(choice):
            left = self.expired.allowance(user_id, tokyo_day(self.now()))
            after = 0
            while left > 0 and (chunk := self.expired.find(choice, user_id, after, min(CHUNK, left))):
                yield chunk
                after, left = chunk[-1].listing_id, left - len(chunk)

    def _pictures_of(self, chunk: list[Expired], *, dry_run: bool) -> Removed:
        paths = sorted({(row.user_id, path) for row in chunk for path in row.pictures})
        going = frozenset(row.listing_id for row in chunk)
        kept = self.expired.shown_elsewhere([path for _, path in paths], going)
        removed = Removed(shared=sum(path in kept for _, path in paths))
        for user_id, path in paths:
            if path not in kept:
                removed += self.pictures.remove(user_id, path, dry_run=dry_run)
        return removed

    def _sweep(self, *, dry_run: bool) -> Removed:
        removed = self._dropped(dry_run=dry_run)
        for found in self.pictures.older_than(self.now() - ORPHAN_AGE, CHUNK):
            kept = self.expired.shown_elsewhere([path for _, path in found], frozenset())
            for user_id, path in found:
                if path not in kept:
                    removed += self.pictures.remove(user_id, path, dry_run=dry_run)
        return removed

    def _dropped(self, *, dry_run: bool) -> Removed:
        """Delete pictures of replacements for which nobody is asked any more."""
        if dry_run:
            return self.expired.dropped_pictures()
        removed = Removed()
        while (some := self.expired.forget_dropped_pictures(CHUNK)).files:
            removed += some
        return removed
