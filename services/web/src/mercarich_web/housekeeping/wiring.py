"""Build the deletion of old rows, on its queries and on the pictures' folder."""

from sqlalchemy import Engine

from mercarich_platform.clock import Clock, Sleep
from mercarich_platform.settings import SharedSettings
from mercarich_web.housekeeping.delete_old_items import DeleteOldItems
from mercarich_web.housekeeping.prune import Prune
from mercarich_web.housekeeping.sql.expired import SqlExpiredOffers
from mercarich_web.housekeeping.sql.records import SqlRecords
from mercarich_web.pictures.files import PictureFiles


def delete_old_items(engine: Engine, shared: SharedSettings, now: Clock, sleep: Sleep) -> DeleteOldItems:
    return DeleteOldItems(SqlExpiredOffers(engine), PictureFiles(shared.pictures_folder), now, sleep)


def prune(engine: Engine, now: Clock) -> Prune:
    return Prune(SqlRecords(engine), now)
