"""Build the pages of sellers, tokens and the audit log, on their queries."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.accounts.wiring import invitations
from mercarich_web.sellers.administration import SellerDesk
from mercarich_web.sellers.pages import audit, sellers, tokens
from mercarich_web.sellers.sql.accounts import SqlSellerAccounts
from mercarich_web.sellers.sql.audit_log import SqlAuditLog
from mercarich_web.sellers.sql.token_verdicts import SqlTokenVerdicts
from mercarich_web.site.rendering import Site


def pages(engine: Engine, public_url: str, site: Site, now: Clock) -> Sequence[APIRouter]:
    desk = SellerDesk(SqlSellerAccounts(engine), now)
    return [
        sellers.routes(site, desk, invitations(engine, now), public_url),
        tokens.routes(site, SqlTokenVerdicts(engine)),
        audit.routes(site, SqlAuditLog(engine)),
    ]
