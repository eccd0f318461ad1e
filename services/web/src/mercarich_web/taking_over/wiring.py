"""Build the use cases of taking over offers, on their queries."""

from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.database import SqlTogether
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.jobs.starting import StartImport
from mercarich_web.taking_over.desk import OfferDesk
from mercarich_web.taking_over.list_offers import ListOffers
from mercarich_web.taking_over.matching import MatchOffers
from mercarich_web.taking_over.reading import AskToRead
from mercarich_web.taking_over.sql.matches import SqlMatches
from mercarich_web.taking_over.sql.offers import SqlFoundOffers
from mercarich_web.taking_over.take_over import TakeOver


def offer_desk(engine: Engine, audit: SqlAudit, start_import: StartImport, now: Clock) -> OfferDesk:
    book, matches = SqlFoundOffers(engine), SqlMatches(engine)
    match = MatchOffers(book, matches, audit, start_import.sent, now)
    return OfferDesk(book, AskToRead(book, matches, audit, now), match, TakeOver(book, start_import))


def list_offers(engine: Engine) -> ListOffers:
    return ListOffers(SqlFoundOffers(engine), SqlTogether(engine))
