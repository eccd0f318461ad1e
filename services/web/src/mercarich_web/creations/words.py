"""The words of new offers, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_contracts.creations import CreationState, CreationWay
from mercarich_web.site.languages import N_

CREATION_STATES: Mapping[str, tuple[str, str]] = {
    CreationState.WAITING: (N_("Waiting"), ""),
    CreationState.SENT: (N_("Sent to Amazon"), "info"),
    CreationState.TAKING_BACK: (N_("Being taken back"), "warn"),
    CreationState.CREATED: (N_("On sale at Amazon"), "good"),
    CreationState.REFUSED: (N_("Not created"), "bad"),
}
"""How far a new offer has come: its word and tone."""
CREATION_WAYS: Mapping[str, str] = {
    CreationWay.CREATE: N_("New offer"),
    CreationWay.TAKE_OVER: N_("Taken over"),
}
