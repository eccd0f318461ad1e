"""A seller's own thresholds for replacements, for `mercarich revival` and for the pages.

All functions run in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db import settings_store
from mercarich_db.audit import Deed, note_down
from mercarich_db.setting_definitions import DEFINITIONS, SELLERS_OWN, BadSetting
from mercarich_db.tables import seller_settings, users
from mercarich_reasons.settings import NoSellersSetting


@dataclass(frozen=True, slots=True)
class OwnSetting:
    """A threshold of one seller."""

    key: str
    value: str
    general: str
    own: bool
    meaning: str


def own_settings(connection: Connection, user_id: int) -> Sequence[OwnSetting]:
    general = settings_store.read(connection).by_key
    mine = select(seller_settings.c.key, seller_settings.c.value).where(seller_settings.c.user_id == user_id)
    own = {row.key: row.value for row in connection.execute(mine)}
    return [
        OwnSetting(key, own.get(key, str(general[key])), str(general[key]), key in own, DEFINITIONS[key].meaning)
        for key in sorted(SELLERS_OWN)
    ]


def set_own(connection: Connection, user_id: int, key: str, value: str | None, by: Actor, now: datetime) -> None:
    """Set a seller's own value, with an entry in the audit log; None restores the general one. Raises `BadSetting`."""
    if key not in SELLERS_OWN:
        raise BadSetting(NoSellersSetting(key[:40], tuple(sorted(SELLERS_OWN))))
    text = None if value is None else str(DEFINITIONS[key].parse(value))
    mine = (seller_settings.c.user_id == user_id) & (seller_settings.c.key == key)
    name = connection.execute(select(users.c.username).where(users.c.id == user_id).with_for_update()).scalar_one()
    before = connection.execute(select(seller_settings.c.value).where(mine)).scalar()
    if before == text:
        return
    connection.execute(delete(seller_settings).where(mine))
    if text is not None:
        row = {"user_id": user_id, "key": key, "value": text, "updated_at": now, "updated_by": by.name[:64]}
        connection.execute(insert(seller_settings).values(row))
    change = f"{key}: {_said(before)} → {_said(text)}"
    note_down(connection, Deed(AuditAction.RULE_CHANGED, by, name, now, change, user_id))


def _said(value: str | None) -> str:
    return "the general value" if value is None else value
