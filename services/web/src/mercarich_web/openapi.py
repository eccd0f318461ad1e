"""The API as one router, and its OpenAPI document."""

from typing import Any

from fastapi import APIRouter, Security
from fastapi.openapi.utils import get_openapi

from mercarich_web.api.callers import BEARER
from mercarich_web.api.problems import API, RESPONSES
from mercarich_web.identity.api_keys import Keys
from mercarich_web.jobs import api as jobs
from mercarich_web.jobs.desk import JobDesk
from mercarich_web.listings import api as listings
from mercarich_web.listings.api import changes
from mercarich_web.listings.browsing import TellStory
from mercarich_web.listings.bulk import ChangeMany
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.replacements.api import decisions
from mercarich_web.replacements.sql.proposals import SqlProposals


def api(
    keys: Keys,
    book: SqlListingBook,
    tell_story: TellStory,
    desk: JobDesk,
    change: ChangeMany,
    replacements: SqlProposals,
) -> APIRouter:
    routes = APIRouter(prefix=API, dependencies=[Security(BEARER)], responses=RESPONSES)
    routes.include_router(listings.routes(keys, book, tell_story))
    routes.include_router(changes(keys, change))
    routes.include_router(decisions(keys, replacements))
    routes.include_router(jobs.routes(keys, desk))
    return routes


def document(routes: APIRouter) -> dict[str, Any]:
    """Return the document of these routes."""
    return get_openapi(
        title="Mercarich",
        version="1",
        description=(
            "A seller's listings, replacements and jobs. Errors are problem+json. A key has so many calls a minute, and"
            " all keys of a seller twice as many; beyond them 429 says in Retry-After when to go on."
        ),
        routes=routes.routes,
    )
