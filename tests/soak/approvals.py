"""A seller whose replacements wait for a word: their rule approves a few, and now and then somebody looks at the others
with their pictures, and decides."""

from datetime import timedelta
from itertools import count

from sqlalchemy import Connection, select
from tests.soak.plant import SOMEBODY, Plant
from tests.soak.sentinel import Offence

from mercarich_db import seller_thresholds
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, revival_pictures, revivals
from mercarich_db.types import AnyRow
from mercarich_web.identity.people import Account, Role
from mercarich_web.refusals import Refused
from mercarich_web.replacements.proposals import Proposal
from mercarich_web.replacements.sql.proposals import SqlProposals
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.replacements.views import Wish

TURN_SECONDS = 1_800.0
LEFT_ALONE, REFUSED = 5, 3
"""Of so many replacements one is left alone until the next turn; of so many others one is refused."""


A_DAY = 3
RULES = {
    "REVIVAL_ASK_FIRST": "on",
    "REVIVAL_APPROVE": "on",
    "REVIVAL_APPROVE_A_DAY": str(A_DAY),
    "REVIVAL_APPROVE_RATINGS": "1",
    "REVIVAL_APPROVE_GOOD_PERCENT": "90",
}
"""Few a day, so that most wait for somebody."""


def _fulfils(row: AnyRow) -> bool:
    """Return whether what was kept of a replacement fulfils the rule, in words of this module alone."""
    needed = (row.alike_parts, row.price_jpy, row.postage_jpy, row.rating_good, row.rating_bad, row.condition_code)
    if any(fact is None for fact in (*needed, row.first_price_jpy, row.first_condition_code)):
        return False
    good = 10 * row.rating_good >= 9 * (row.rating_good + row.rating_bad) > 0
    cheap = row.price_jpy + row.postage_jpy <= row.first_price_jpy
    return bool(good and cheap and row.alike_parts >= 3_000 and row.condition_code <= row.first_condition_code)


class Approvals:
    """Call `turn` every `TURN_SECONDS`."""

    def __init__(self, plant: Plant) -> None:
        self.offences: list[Offence] = []
        """Replacements that waited without the picture by which they were found, pictures that a decision left, and
        approvals against the seller's rule."""
        self.approved = self.refused = self.by_rule = 0
        self._books = plant.database.books
        self._waiting = SqlWaiting(plant.database.books, plant.kernel.utc)
        self._proposals = SqlProposals(plant.database.books, plant.kernel.utc)
        self._numbers = count(1)
        seller = plant.market.world.catalogue.sellers[-1]
        mine = select(amazon_accounts.c.user_id).where(amazon_accounts.c.seller_id == seller.seller_id)
        with reading(plant.database.books) as connection:
            user_id = connection.execute(mine).scalar_one()
        self._seller = Account(user_id, seller.username, Role.SELLER, plan=2, checks_a_day=2, language=None)
        now = plant.kernel.utc()

        def choose(connection: Connection) -> None:
            for key, value in RULES.items():
                seller_thresholds.set_own(connection, user_id, key, value, SOMEBODY, now)

        run_tx(plant.database.books, choose)

    def look(self) -> None:
        """Note the pictures of replacements that were decided on: the decision itself deletes its picture. Note what
        the rule approved against its conditions, or too often."""
        self._look_at_the_rule()
        decided = revivals.c.id.is_(None) | revivals.c.state.not_in(("proposed", "approved"))
        query = select(revival_pictures.c.listing_id, revivals.c.state)
        query = query.outerjoin(revivals, revivals.c.id == revival_pictures.c.revival_id).where(decided)
        with reading(self._books) as connection:
            for row in connection.execute(query):
                text = f"listing {row.listing_id} still has the picture of a replacement that is {row.state}"
                self.offences.append(Offence("", "", text))

    def _look_at_the_rule(self) -> None:
        by_rule = select(revivals).where(revivals.c.rule_approved_at.is_not(None)).order_by(revivals.c.rule_approved_at)
        with reading(self._books) as connection:
            rows = connection.execute(by_rule).all()
        for row in rows:
            if row.user_id != self._seller.user_id or not _fulfils(row):
                self.offences.append(Offence("", "", f"replacement {row.id} was approved against the rule"))
        for first, later in zip(rows, rows[A_DAY:], strict=False):
            if later.rule_approved_at - first.rule_approved_at < timedelta(hours=24):
                text = f"more than {A_DAY} replacements were approved by rule until {later.rule_approved_at}"
                self.offences.append(Offence("", "", text))
        self.by_rule = len(rows)

    def turn(self) -> None:
        self.look()
        for found in self._waiting.page(self._seller.user_id, Wish()).rows:
            picture = self._waiting.picture(self._seller.user_id, found.listing_id, found.id)
            if picture is None or not picture.startswith(b"\xff\xd8\xff"):
                where = f"{found.item_id}, which was found for {found.sku}, has no picture"
                self.offences.append(Offence(found.sku, "", where))
            self._decide(found, next(self._numbers))

    def _decide(self, found: Proposal, number: int) -> None:
        if number % LEFT_ALONE == 0:
            return
        shown = f"{found.marketplace} {found.item_id}"
        try:
            if number % REFUSED == 0:
                self._proposals.refuse(self._seller, found.listing_id, shown, waiting=True)
                self.refused += 1
            else:
                self._proposals.approve(self._seller, found.listing_id, shown)
                self.approved += 1
        except Refused:
            return  # It has changed since the page was read.
