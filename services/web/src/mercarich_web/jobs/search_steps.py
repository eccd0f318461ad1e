"""A bulk search page by page: the new items of each page become drafts of the seller in one transaction."""

from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_reasons.jobs import SearchesFailed
from mercarich_web.jobs.jobs import Claim, State
from mercarich_web.jobs.markets_http import HttpMarkets
from mercarich_web.jobs.search_queries import Unusable
from mercarich_web.jobs.sql.candidates import SqlCandidates
from mercarich_web.jobs.sql.claims import SqlDesk

TRIES = 3
"""Unusable responses to the same page after which the query is given up."""


@dataclass(frozen=True, slots=True)
class SearchStep:
    """Read one page of one query. Return the job as it is afterwards, None when it has ended."""

    desk: SqlDesk
    candidates: SqlCandidates
    markets: HttpMarkets
    now: Clock

    def __call__(self, claim: Claim) -> Claim | None:
        found = self.candidates.next_query(claim)
        if found is None:
            return self._end(claim)
        number, query = found
        try:
            items, complete = self.markets.search(query, query.page)
        except Unusable as error:
            return self.candidates.note(claim, number, error.reason, give_up=query.tries + 1 >= TRIES)
        last = complete or not items or query.page + 1 >= int(claim.cursor["pages"])
        return self.candidates.take(claim, number, items, page=query.page, last=last, now=self.now())

    def _end(self, claim: Claim) -> Claim | None:
        failed, queries = self.candidates.outcome(claim)
        message = SearchesFailed(failed, queries) if failed else None
        state = State.FAILED if queries and failed == queries else State.FINISHED
        self.desk.end(claim, state, message, self.now())
        return None
