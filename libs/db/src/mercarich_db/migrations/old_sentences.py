"""Sentences that releases before 0026 stored, and the reasons that they were. Frozen: no release writes them any more.

Codes and names of values stand here as they were when 0026 was made, since a migration never changes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from mercarich_db.migrations.old_candidates import CANDIDATES
from mercarich_db.migrations.old_jobs import JOBS

_STATE_OF = {
    **dict.fromkeys(("auction_only", "no_price", "flea_market"), "unbuyable"),
    **dict.fromkeys(("in_transaction", "sold_out", "won"), "sold"),
    **dict.fromkeys(("closed_without_bids", "closed", "cancelled"), "ended"),
    **dict.fromkeys(("not_found", "deleted_by_seller", "deleted_by_marketplace"), "gone"),
    **dict.fromkeys(("stopped_by_seller", "stopped_by_marketplace"), "suspended"),
}
"""A source's state by the reason that is given for no other state."""
_STATES = "unbuyable|sold|ended|gone|suspended|available|unknown"
_LONGEST = 600
_DECIDED = re.compile(r"(?P<item_id>\S+), by (?P<person>.+)")
_DECISIONS = {"approved": "replacement_approved", "undone": "replacement_undone"}
PAGE = 2000


def rewrite(connection: Connection, table: str, column: str, keys: Sequence[str], *, kind: str | None = None) -> int:
    """Put the reason in place of every sentence that is known; return how many there were.

    Walks the table by its primary key, `PAGE` rows at a time, and takes only what is no reason yet: what was cut off
    goes on where it was. `kind` is a column that tells what a sentence was about.
    """
    there = sa.table(table, *(sa.column(name) for name in {*keys, column, *([kind] if kind else [])}))
    key, old = [there.c[name] for name in keys], there.c[column]
    about = there.c[kind] if kind else sa.null()
    walk = sa.select(*key, about.label("about"), old.label("sentence")).order_by(*key).limit(PAGE)
    walk = walk.where(old.is_not(None), old.not_like("{%"))
    changing = sa.update(there).where(*(one == sa.bindparam(f"key_{one.name}") for one in key))
    changing = changing.values({column: sa.bindparam("reason")})
    done, after = 0, None
    while True:
        page = walk if after is None else walk.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after)))
        rows = connection.execute(page).all()
        changed = [
            {"reason": reason, **{f"key_{name}": getattr(row, name) for name in keys}}
            for row in rows
            if (reason := read(row.sentence, row.about)) is not None
        ]
        if changed:
            connection.execute(changing, changed)
        done += len(changed)
        if len(rows) < PAGE:
            return done
        after = [getattr(rows[-1], name) for name in keys]


def read(sentence: str, about: str | None = None) -> str | None:
    """The stored form of the reason that this sentence tells; None for one that nobody knows.

    `about` is the kind of the event, for a sentence that several kinds had.
    """
    if sentence in _STATE_OF:
        return _stored("source_seen", {"state": _STATE_OF[sentence], "why": sentence})
    decided = _DECIDED.fullmatch(sentence) if about in _DECISIONS else None
    if decided is not None:
        return _stored(_DECISIONS[str(about)], decided.groupdict())
    for known in _KNOWN:
        match = known.pattern.fullmatch(sentence)
        if match is not None:
            return _stored(known.code, known.values(match))
    return None


def _stored(code: str, values: Mapping[str, Any]) -> str | None:
    text = orjson.dumps({"code": code, "values": values}).decode()
    return text if len(text) <= _LONGEST else None


def _number(text: str) -> int:
    return int(text.replace(",", ""))


@dataclass(frozen=True, slots=True)
class Known:
    """A sentence: its pattern, the code, how values that are no texts are read, and values that are always so."""

    pattern: re.Pattern[str]
    code: str
    readers: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)

    def values(self, match: re.Match[str]) -> dict[str, Any]:
        found = {name: text for name, text in match.groupdict().items() if text not in (None, "None")}
        read = {name: self.readers.get(name, str)(text) for name, text in found.items()}
        return {**read, **self.always}


def _known(pattern: str, code: str, always: Mapping[str, Any] | None = None, **readers: Callable[[str], Any]) -> Known:
    return Known(re.compile(pattern, re.DOTALL), code, readers, always or {})


def _utc(text: str) -> str:
    return f"{text.replace(' ', 'T')}:00+00:00"


_ITEM = r"(?P<item_id>\S+)"
_MARKET = r"(?P<marketplace>yahoo|mercari)"
_SEEN = rf"(?P<state>{_STATES}): (?P<why>\w+)"

_LIFE = (
    _known(_SEEN, "source_seen"),
    _known("seen on sale at the second look", "source_on_sale_again"),
    _known(rf"no replacement yet; its source: (?P<state>{_STATES}), no reason kept", "no_replacement_yet"),
    _known(rf"no replacement yet; its source: (?P<state>{_STATES}), (?P<why>\w+)", "no_replacement_yet"),
    _known(
        rf"replaced by {_MARKET} {_ITEM}, (?P<price_jpy>[\d,]+) yen",
        "replaced_by",
        {"source_item_id": 0},
        price_jpy=_number,
    ),
    _known(rf"replaced by {_MARKET} {_ITEM}", "replaced_by", {"source_item_id": 0}),
    _known(rf"{_MARKET} {_ITEM} waits for approval", "replacement_waits"),
    _known(rf"{_ITEM}: used for another listing by now", "approved_item_used"),
    _known(rf"{_ITEM}: gone by now", "approved_item_gone"),
    _known(rf"{_ITEM}: {_SEEN}", "approved_item_seen"),
    _known(r"by hand, (?P<person>.+)", "by_hand"),
    _known(r"(?P<sku>.+): by hand, (?P<person>.+)", "deleted_by_hand"),
    _known(
        r"(?P<sku>.+): withdrawn (?P<withdrawn_at>\d{4}-\d\d-\d\d \d\d:\d\d) UTC, expired", "expired", withdrawn_at=_utc
    ),
)
_PUSHES = (
    _known(r"(accepted, but )?Amazon shows no quantity", "not_shown"),
    _known(r"(accepted, but )?Amazon shows (?P<shown>\d+)", "not_shown", shown=int),
    _known(r"a newer quantity goes out after this feed", "newer_quantity"),
    _known(r"Amazon no longer knows this feed", "feed_forgotten"),
    _known(r"Amazon ended it as (?P<state>\w+)", "feed_ended_as"),
    _known(r"done without a report", "feed_without_report"),
    _known(r"it never reached Amazon", "feed_never_arrived"),
    _known(r"stuck in (?P<state>\w+)", "feed_stuck"),
    _known(r"cannot be followed: (?P<text>.+)", "feed_not_followed"),
    _known(r"the feed was refused: (?P<text>.+)", "feed_refused"),
    _known(
        r"only (?P<processed>\d+) of (?P<sent>\d+) messages were processed", "feed_incomplete", processed=int, sent=int
    ),
)
_CANARIES = r"(?P<wrong>\d+) of (?P<asked>\d+) canaries not as expected"
_CANARY = rf"{_ITEM} is (?P<expected>on_sale|gone), seen (no answer|(?P<state>{_STATES})( \((?P<why>\w+)\))?)"
_HOLDS = (
    _known(
        r"(?P<fallen>\d+) of (?P<checked>\d+) checked listings would fall at once",
        "too_many_falls",
        fallen=int,
        checked=int,
    ),
    _known(r"(?P<fallen>\d+) listings would fall at once", "too_many_falls", fallen=int),
    _known(
        rf"{_CANARIES}: {_CANARY}",
        "canaries_differ",
        wrong=int,
        asked=int,
        expected={"on_sale": "available", "gone": "gone"}.__getitem__,
    ),
    _known(r"too many pages cannot be read", "too_many_unreadable"),
)
_RUNS = (
    _known(r"a newer run has started", "newer_run_started"),
    _known(rf"paused; `mercarich resume {_MARKET}` lets it go on", "run_paused"),
    _known(r"the canaries were not looked at yet", "canaries_not_asked_yet"),
    _known(r"most answers are unknown, and there are no canaries to ask", "no_canaries_to_ask"),
    _known(
        r"(?P<held>\d+) withdrawals held; second look at (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC",
        "second_look_waits",
        held=int,
        at=lambda text: f"{text.replace(' ', 'T')}+00:00",
    ),
    _known(r"not done within its deadline; what was left is first in the next run", "deadline_passed"),
)
_OF_CANDIDATES = tuple(Known(re.compile(pattern, re.DOTALL), code, readers) for pattern, code, readers in CANDIDATES)
_OF_JOBS = tuple(Known(re.compile(pattern, re.DOTALL), code, readers) for pattern, code, readers in JOBS)
_KNOWN: tuple[Known, ...] = (*_LIFE, *_PUSHES, *_OF_CANDIDATES, *_HOLDS, *_RUNS, *_OF_JOBS)
