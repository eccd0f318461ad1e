"""Build the pages of sellers, tokens and the audit log, on their queries."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.accounts.wiring import invitation_desk, invitations
from mercarich_web.sellers.administration import SellerDesk
from mercarich_web.sellers.pages import audit, sellers, tokens
from mercarich_web.sellers.pages import invitations as inviting
from mercarich_web.sellers.sql.accounts import SqlSellerAccounts
from mercarich_web.sellers.sql.audit_log import SqlAuditLog
from mercarich_web.sellers.sql.token_verdicts import SqlTokenVerdicts
from mercarich_web.site.rendering import Site


def pages(engine: Engine, public_url: str, site: Site, now: Clock, *, mails: bool) -> Sequence[APIRouter]:
    """`mails`: the process of notices has a mail server."""
    desk = SellerDesk(SqlSellerAccounts(engine), now)
    return [
        inviting.routes(site, invitations(engine, now), invitation_desk(engine, now), public_url, mails=mails),
        sellers.routes(site, desk),
        tokens.routes(site, SqlTokenVerdicts(engine)),
        audit.routes(site, SqlAuditLog(engine)),
    ]
