"""The API as one router, and the OpenAPI document that tells of it."""

from typing import Any

from fastapi import APIRouter, Security
from fastapi.openapi.utils import get_openapi

from mercarich_web.api import changes, jobs, listings
from mercarich_web.api.callers import BEARER
from mercarich_web.api.problems import API, RESPONSES
from mercarich_web.use_cases.bulk import ChangeMany
from mercarich_web.use_cases.jobs import JobDesk
from mercarich_web.use_cases.keys import Keys
from mercarich_web.use_cases.listings import BrowseListings, TellStory
from mercarich_web.use_cases.replacements import ReplacementDesk


def api(
    keys: Keys,
    browse: BrowseListings,
    tell_story: TellStory,
    desk: JobDesk,
    change: ChangeMany,
    replacements: ReplacementDesk,
) -> APIRouter:
    routes = APIRouter(prefix=API, dependencies=[Security(BEARER)], responses=RESPONSES)
    routes.include_router(listings.routes(keys, browse, tell_story))
    routes.include_router(changes.routes(keys, change, replacements))
    routes.include_router(jobs.routes(keys, desk))
    return routes


def document(routes: APIRouter) -> dict[str, Any]:
    """Of these routes."""
    return get_openapi(
        title="Mercarich",
        version="1",
        description=(
            "A seller's listings, replacements and jobs. Errors are problem+json. A key has so many calls a minute, and"
            " all keys of a seller twice as many; beyond them 429 says in Retry-After when to go on."
        ),
        routes=routes.routes,
    )
