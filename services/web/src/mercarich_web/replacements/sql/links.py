"""Links that decide: what they lead to, and the decision."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, select, update

from mercarich_contracts.audit import AuditAction
from mercarich_contracts.market import State
from mercarich_db.audit import Deed, note_down
from mercarich_db.earning_terms import terms_of
from mercarich_db.engine import run_tx
from mercarich_db.fee_estimates import estimate_for
from mercarich_db.tables import decision_links, listings, notice_ways, users
from mercarich_listings import replacements
from mercarich_listings.replacements import Undecidable
from mercarich_platform.clock import Clock
from mercarich_reasons.reason import Reason
from mercarich_reasons.replacements import ChangedSinceShown
from mercarich_replacements.earnings import Sale, earnings
from mercarich_web.database import reading
from mercarich_web.identity.links import End
from mercarich_web.identity.sign_in import Caller
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.replacements.links import Link, Seen, Shown, over
from mercarich_web.replacements.sql.waiting import one_waiting
from mercarich_web.replacements.views import Decision

_link = decision_links.c
ENDS: Mapping[Decision, End] = {Decision.APPROVE: End.APPROVED, Decision.REFUSE: End.REFUSED}
AUDITED: Mapping[Decision, AuditAction] = {
    Decision.APPROVE: AuditAction.REPLACEMENT_APPROVED_BY_LINK,
    Decision.REFUSE: AuditAction.REPLACEMENT_REFUSED_BY_LINK,
}


class SqlDecisionLinks:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def look(self, token_hash: str) -> Seen | None:
        """Return what a link leads to, and change nothing; None: there is no such link."""
        with reading(self._engine) as connection:
            link = _link_of(connection, token_hash)
            if link is None:
                return None
            ended = over(link, self._now())
            if ended is not None:
                return Seen(link, None, ended, is_over=True)
            shown = _shown(connection, link) if link.ended_by is None else None
            told = None if shown is not None else _became(connection, link)
        return Seen(link, shown, told)

    def decide(self, token_hash: str, decision: Decision, fence: str, caller: Caller) -> None:
        """Decide on what the page with this fence has shown, and end the link.

        The listing and its replacement are locked as for a decision on the page of replacements, before they are read.
        Raises `NotFound`, and `Refused` when the link has ended, somebody has decided, or anything of it has changed.
        """
        now = self._now()

        def decided(connection: Connection) -> None:
            this = decision_links.c.token_hash == token_hash
            connection.execute(select(_link.token_hash).where(this).with_for_update())
            link = _link_of(connection, token_hash)
            if link is None:
                raise NotFound("there is no such link")
            _require_good(connection, link, fence, now)
            decide = replacements.approve if decision is Decision.APPROVE else replacements.refuse
            decide(connection, link.listing_id, link.username, now, shown=link.shown)
            connection.execute(update(decision_links).where(this).values(ended_at=now, ended_by=ENDS[decision]))
            by = caller.actor(link.username, link.user_id)
            detail = f"{link.shown}, link by {link.way}"
            note_down(connection, Deed(AUDITED[decision], by, link.sku, now, detail, link.user_id))

        try:
            run_tx(self._engine, decided)
        except Undecidable as error:
            raise Refused(error.reason) from error


def _require_good(connection: Connection, link: Link, fence: str, now: datetime) -> None:
    """Lock what is decided on, and raise `Refused` when it is not what the page with this fence has shown."""
    ended = over(link, now)
    if ended is not None:
        raise Refused(ended)
    if link.ended_by is not None or replacements.lock_newest(connection, link.listing_id) != link.revival_id:
        raise Refused(_became(connection, link))
    shown = _shown(connection, link)
    if shown is None:
        raise Refused(_became(connection, link))
    if shown.fence != fence:
        raise Refused(ChangedSinceShown(link.sku))


def _became(connection: Connection, link: Link) -> Reason:
    return replacements.became(connection, link.listing_id, link.sku, link.revival_id)


def _link_of(connection: Connection, token_hash: str) -> Link | None:
    query = (
        select(decision_links, users.c.username, users.c.active, listings.c.sku, notice_ways.c.deciding_links)
        .join(users, users.c.id == _link.user_id)
        .join(listings, and_(listings.c.id == _link.listing_id, listings.c.user_id == _link.user_id))
        .outerjoin(notice_ways, notice_ways.c.user_id == _link.user_id)
        .where(_link.token_hash == token_hash)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Link(
        token_hash=row.token_hash,
        user_id=row.user_id,
        username=row.username,
        listing_id=row.listing_id,
        sku=row.sku,
        revival_id=row.revival_id,
        way=row.way,
        shown=row.shown,
        expires_at=row.expires_at,
        ended_by=row.ended_by,
        trusted=bool(row.active and row.deciding_links),
    )


def _shown(connection: Connection, link: Link) -> Shown | None:
    """Return what the page shows of the replacement, if it is the one of the link and still waits."""
    proposal = one_waiting(connection, link.user_id, link.revival_id)
    if proposal is None:
        return None
    price = select(listings.c.offer_price_jpy).where(listings.c.id == link.listing_id)
    postage = 0 if proposal.shipping_payer == "seller" else proposal.shipping_cost_jpy
    sale = Sale(
        offer_price_jpy=connection.execute(price).scalar(),
        state=State.AVAILABLE,
        why=None,
        price_jpy=proposal.price_jpy,
        postage_jpy=postage,
        estimate=estimate_for(connection, link.listing_id),
    )
    return Shown(proposal, earnings(sale, terms_of(connection, link.user_id)))
