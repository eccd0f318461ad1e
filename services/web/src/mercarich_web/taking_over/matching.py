"""Match offers with sources that a person names: one by hand, or many by a file."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_listings.matching import MatchedBy, given_by_person
from mercarich_platform.clock import Clock
from mercarich_reasons.jobs import FileEncoding, FileTooLarge
from mercarich_reasons.offers import NoSuchOffer, OfferWatched
from mercarich_reasons.reason import Reason
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.jobs.csv_records import encoding_of
from mercarich_web.jobs.file_formats import as_text
from mercarich_web.jobs.layouts import layout_of
from mercarich_web.jobs.room import FilesAnHour
from mercarich_web.jobs.starting import MOST_BYTES
from mercarich_web.refusals import Refused
from mercarich_web.taking_over.matching_file import Named, WrongColumns, no_source, read_matches
from mercarich_web.taking_over.offers import Standing
from mercarich_web.taking_over.sql.matches import SqlMatches
from mercarich_web.taking_over.sql.offers import SqlFoundOffers

PIECE = 1_000
"""Lines whose sources are stored in one transaction."""
PROBLEMS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Wrong:
    line: int
    problem: Reason


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of a file: each good line counts, whatever is wrong with others."""

    matched: int
    wrong: int
    problems: Sequence[Wrong]
    """The first of what is wrong."""


@dataclass(frozen=True, slots=True)
class MatchOffers:
    book: SqlFoundOffers
    matches: SqlMatches
    audit: SqlAudit
    sent: FilesAnHour
    now: Clock

    def one(self, user_id: int, sku: str, given: str, by: Actor) -> None:
        """Name the source of an offer; an empty `given` takes it away. Raises `Refused`."""
        source = given_by_person(given, MatchedBy.HAND) if given.strip() else None
        if given.strip() and source is None:
            raise Refused(no_source(given))
        problem = _problem(sku, self.book.standings(user_id, [sku]).get(sku))
        if problem is not None:
            raise Refused(problem)
        self.matches.match(user_id, {sku: source})
        self.audit.write(AuditAction.OFFERS_MATCHED, by, sku, given.strip()[:100] or "–", self.now())

    def file(self, user_id: int, chunks: Iterable[bytes], by: Actor) -> Matched:
        """Name sources by a file, line by line. The lines before a failure count. Raises `Refused`."""
        self.sent.count(user_id)
        with closing(as_text(chunks, user_id)) as text:
            data = _whole(text)
        encoding = encoding_of(data)
        if encoding is None:
            raise Refused(FileEncoding())
        matched, wrong = 0, 0
        problems: list[Wrong] = []
        try:
            named = read_matches(data, layout_of(data, encoding))
            while piece := list(islice(named, PIECE)):
                found = self._piece(user_id, piece)
                matched += len(piece) - len(found)
                wrong += len(found)
                problems += found[: PROBLEMS_KEPT - len(problems)]
        except WrongColumns as error:
            raise Refused(error.reason) from error
        self.audit.write(AuditAction.OFFERS_MATCHED, by, "CSV", f"{matched} offers", self.now())
        return Matched(matched, wrong, problems)

    def _piece(self, user_id: int, piece: Sequence[Named]) -> list[Wrong]:
        standings = self.book.standings(user_id, sorted({each.sku for each in piece if each.problem is None}))
        found = [(each, each.problem or _problem(each.sku, standings.get(each.sku))) for each in piece]
        self.matches.match(user_id, {each.sku: each.source for each, problem in found if problem is None})
        return [Wrong(each.line, problem) for each, problem in found if problem is not None]


def _problem(sku: str, standing: Standing | None) -> Reason | None:
    if standing is None:
        return NoSuchOffer(sku[:60])
    return OfferWatched(sku) if standing is Standing.WATCHED else None


def _whole(chunks: Iterable[bytes]) -> Sequence[bytes]:
    """Return its pieces. As one text it would take up to four times its bytes: one rare letter makes all wide."""
    found: list[bytes] = []
    size = 0
    for chunk in chunks:
        found.append(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            raise Refused(FileTooLarge(MOST_BYTES // 1_000_000))
    return found
