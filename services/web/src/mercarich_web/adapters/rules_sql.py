"""`ports_rules.Rules` over the tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from mercarich_db import replacements
from mercarich_db.replacements import Undecidable
from mercarich_web.adapters.database import reading, writing
from mercarich_web.domain.rules import BadRule, OwnRule


class SqlRules:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user_id: int) -> Sequence[OwnRule]:
        with reading(self._engine) as connection:
            known = replacements.own_settings(connection, user_id)
        return [OwnRule(one.key, one.value, one.general, one.own) for one in known]

    def change(self, user_id: int, values: Mapping[str, str | None], by: str, now: datetime) -> None:
        def change(connection: Connection) -> None:
            for key, value in sorted(values.items()):
                try:
                    replacements.set_own(connection, user_id, key, value, by, now)
                except Undecidable as error:
                    raise BadRule(key, str(error)) from error

        writing(self._engine, change)
