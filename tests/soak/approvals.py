"""A seller whose replacements wait for a word: now and then somebody looks at them with their pictures, and decides."""

from itertools import count

from sqlalchemy import select
from tests.soak.plant import SOMEBODY, Plant
from tests.soak.sentinel import Offence

from mercarich_db import seller_thresholds
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, revival_pictures, revivals
from mercarich_web.identity.people import Account, Role
from mercarich_web.refusals import Refused
from mercarich_web.replacements.proposals import Proposal
from mercarich_web.replacements.sql.proposals import SqlProposals
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.replacements.views import Wish

TURN_SECONDS = 1_800.0
LEFT_ALONE, REFUSED = 5, 3
"""Of so many replacements one is left alone until the next turn; of so many others one is refused."""


class Approvals:
    """Call `turn` every `TURN_SECONDS`."""

    def __init__(self, plant: Plant) -> None:
        self.offences: list[Offence] = []
        """Replacements that waited without the picture by which they were found, and pictures that a decision left."""
        self.approved = self.refused = 0
        self._books = plant.database.books
        self._waiting = SqlWaiting(plant.database.books)
        self._proposals = SqlProposals(plant.database.books, plant.kernel.utc)
        self._numbers = count(1)
        seller = plant.market.world.catalogue.sellers[-1]
        mine = select(amazon_accounts.c.user_id).where(amazon_accounts.c.seller_id == seller.seller_id)
        with reading(plant.database.books) as connection:
            user_id = connection.execute(mine).scalar_one()
        self._seller = Account(user_id, seller.username, Role.SELLER, plan=2, checks_a_day=2, language=None)
        ask, now = "REVIVAL_ASK_FIRST", plant.kernel.utc()
        run_tx(
            plant.database.books,
            lambda connection: seller_thresholds.set_own(connection, user_id, ask, "on", SOMEBODY, now),
        )

    def look(self) -> None:
        """Note the pictures of replacements that were decided on: the decision itself deletes its picture."""
        decided = revivals.c.id.is_(None) | revivals.c.state.not_in(("proposed", "approved"))
        query = select(revival_pictures.c.listing_id, revivals.c.state)
        query = query.outerjoin(revivals, revivals.c.id == revival_pictures.c.revival_id).where(decided)
        with reading(self._books) as connection:
            for row in connection.execute(query):
                text = f"listing {row.listing_id} still has the picture of a replacement that is {row.state}"
                self.offences.append(Offence("", "", text))

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
