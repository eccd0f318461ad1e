"""What a seller changes of one listing by hand: title, ASIN, quantity when listed, price, note, handling days."""

from dataclasses import dataclass
from typing import Any

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_listings.details import Details
from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Account
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.listings.sql.edits import Editable, Edited, Shown, SqlEdits


@dataclass(frozen=True, slots=True)
class EditListing:
    """Raises `NotFound` for a listing that is not the seller's."""

    edits: SqlEdits
    audit: SqlAudit
    now: Clock

    def show(self, seller: Account, listing_id: int) -> Editable:
        return self.edits.read(seller.user_id, listing_id)

    def __call__(
        self, seller: Account, listing_id: int, given: Details, by: Actor, shown: Shown | None = None
    ) -> Edited:
        """Change what is given. Raises `Refused`, also if something else changed since the form was `shown`, and
        `Outdated` for a version that was not read."""
        edited = self.edits.edit(seller.user_id, listing_id, given, shown, by.name, self.now())
        if edited.changed:
            said = "; ".join(_said(name, old, new) for name, (old, new) in edited.changed.items())
            self.audit.write(AuditAction.LISTING_EDITED, by, edited.sku, said, self.now())
        return edited


def _said(name: str, old: Any, new: Any) -> str:
    """Return what the audit log has: of a note its length alone, since operators read it."""
    return f"{name} of {len(new or '')} characters" if name == "note" else f"{name} {old!r} to {new!r}"
