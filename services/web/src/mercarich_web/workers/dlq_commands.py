"""`mercarich dlq list|show|replay`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_platform.front import TryAgain
from mercarich_platform.outages import BrokerAway
from mercarich_platform.redaction import redact
from mercarich_web.console.arguments import actor, command_parser, limit, person, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.console.output import cell, facts, table
from mercarich_web.workers.dead_letters import DeadLetter, DeadLetterList, Replayed

if TYPE_CHECKING:
    from mercarich_web.workers.replaying import DeadLetterDesk

SHOWN_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A dead letter for people and programs: bytes as text (U+FFFD for undecodable ones), with secrets removed."""

    id: str
    source_topic: str
    group: str
    error: str
    first_seen: str
    size: int
    value: str
    key: str | None


@dataclass(frozen=True, slots=True)
class ShownLetterList:
    letters: Sequence[ShownLetter]


def dlq(argv: Sequence[str]) -> int:
    """List the records that no worker could handle, show one, or give them to their workers once more."""
    parser = command_parser("dlq", dlq.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = with_json(actions.add_parser("list", help="dead letters, newest first"))
    listing.add_argument("--topic", help="only dead letters of this topic, such as check.yahoo")
    listing.add_argument("--limit", type=limit, default=50, help="how many, 1 to 1000 (50)")
    with_json(actions.add_parser("show", help="one dead letter in full")).add_argument("id")
    again = with_json(actions.add_parser("replay", help="publish one again, or all of a topic; they stay listed"))
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?")
    which.add_argument("--all", metavar="TOPIC", help="all of this topic, such as check.yahoo")
    again.add_argument("--by", type=person, help="who does it (your login name)")
    given = parser.parse_args(argv)
    try:
        if given.action == "list":
            return answer(
                lambda on: _shown_list(_letters(on).list(given.topic, given.limit)), _list, as_json=given.json
            )
        if given.action == "show":
            return answer(lambda on: _shown(_letters(on).show(given.id)), _one, as_json=given.json)
        by = actor(given.by)
        if given.all:
            return answer(lambda on: _letters(on).replay_all(given.all, by), _replayed, as_json=given.json)
        return answer(lambda on: _letters(on).replay(given.id, by), _replayed, as_json=given.json)
    except BrokerAway as error:
        raise TryAgain(str(error)) from error


def _shown(letter: DeadLetter) -> ShownLetter:
    return ShownLetter(
        id=letter.id,
        source_topic=letter.source_topic,
        group=letter.group,
        error=redact(letter.error),
        first_seen=letter.first_seen,
        size=letter.size,
        value=redact(letter.value.decode(errors="replace")),
        key=None if letter.key is None else redact(letter.key.decode(errors="replace")),
    )


def _shown_list(found: DeadLetterList) -> ShownLetterList:
    return ShownLetterList([_shown(letter) for letter in found.letters])


def _list(found: ShownLetterList) -> RenderableType:
    if not found.letters:
        return Text("no dead letters")
    rows = [[letter.id, letter.group, letter.first_seen, letter.size, letter.error] for letter in found.letters]
    return table(["id", "group", "since", "bytes", "error"], rows)


def _one(letter: ShownLetter) -> RenderableType:
    head = facts(
        [
            ("id", letter.id),
            ("topic", letter.source_topic),
            ("group", letter.group),
            ("since", letter.first_seen),
            ("error", letter.error),
            ("bytes", letter.size),
        ]
    )
    return Group(head, cell(letter.value[:SHOWN_LENGTH]))


def _replayed(done: Replayed) -> RenderableType:
    return cell(f"{done.count:,} published again to {', '.join(done.topics)}")


def _letters(on: Opened) -> "DeadLetterDesk":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.workers.wiring import dead_letter_desk

    return dead_letter_desk(on.engine, on.shared, on.now)
