"""Sendings as their readers see them."""

from mercarich_db.types import AnyRow
from mercarich_web.notices.sending import SentLine


def line_of(row: AnyRow) -> SentLine:
    return SentLine(row.way, row.what, row.state, row.attempts, row.created_at, row.problem, row.refusal)
