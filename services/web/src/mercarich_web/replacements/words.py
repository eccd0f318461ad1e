"""The words of replacements, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_contracts.revivals import RevivalState
from mercarich_replacements.filters import Filter
from mercarich_web.replacements.approval_trials import Outcome
from mercarich_web.replacements.views import Decision, ProposalOrder, RuleView
from mercarich_web.site.languages import N_

REFUSED_BY: Mapping[str, str] = {
    Filter.UNDONE: N_("undone before"),
    Filter.BANNED_SELLER: N_("excluded seller"),
    Filter.BANNED_WORD: N_("excluded word"),
    Filter.TITLE: N_("other goods"),
    Filter.QUICK_PICTURE: N_("other picture"),
    Filter.PICTURE: N_("other picture"),
    Filter.BUYABLE: N_("not buyable"),
    Filter.RATING: N_("seller's rating"),
    Filter.USED: N_("used already"),
    Filter.CONDITION: N_("condition"),
    Filter.PRICE: N_("price"),
    Filter.TITLE_LENGTH: N_("title length"),
    Filter.ORIGIN: N_("ships from"),
    Filter.SHIP_DAYS: N_("shipping days"),
    Filter.UNKNOWN: N_("could not be looked at"),
}
REPLACEMENTS: Mapping[str, tuple[str, str]] = {
    RevivalState.PROPOSED: (N_("waits for you"), "warn"),
    RevivalState.APPROVED: (N_("approved"), "info"),
    RevivalState.APPLIED: (N_("in use"), "good"),
    RevivalState.LAPSED: (N_("lapsed"), ""),
    RevivalState.UNDONE: (N_("refused"), ""),
}
PROPOSAL_ORDERS: Mapping[str, str] = {
    ProposalOrder.OLDEST: N_("Waiting longest first"),
    ProposalOrder.ALIKE: N_("Pictures most alike first"),
    ProposalOrder.DEARER: N_("Cheapest compared with so far first"),
    ProposalOrder.RATING: N_("Best rated seller first"),
    ProposalOrder.COST: N_("Lowest cost with postage first"),
}
RULE_VIEWS: Mapping[str, str] = {
    RuleView.APPROVES: N_("Those that your rule would approve"),
    RuleView.LEAVES: N_("Those that it leaves to you"),
}
REPLACEMENT_OUTCOMES: Mapping[str, tuple[str, str]] = {
    Outcome.APPROVED: (N_("approved by hand"), "good"),
    Outcome.DECLINED: (N_("declined by hand"), "bad"),
    Outcome.EXPIRED: (N_("nobody decided in time"), ""),
    Outcome.BY_RULE: (N_("approved by the rule"), "info"),
    Outcome.WAITING: (N_("waits for you"), "warn"),
}
"""What became of a replacement that waited."""
DECIDES_ALL: Mapping[str, tuple[str, str]] = {
    Decision.APPROVE: (
        N_("Approve all that match"),
        N_(
            "A worker looks at each item once more; those that are still for sale go up. Others are searched for again."
        ),
    ),
    Decision.REFUSE: (
        N_("Refuse all that match"),
        N_("None of these items is proposed again for the same listing. The search for others goes on."),
    ),
}
"""A decision on all that match: its title, and what it does."""
