"""The rule that approves replacements by itself, on the page of rules: its words."""

from collections.abc import Sequence

from mercarich_web.replacements.rules import RuleField
from mercarich_web.site.languages import N_

APPROVALS: Sequence[tuple[str, Sequence[RuleField]]] = (
    (
        N_("Approve by itself when …"),
        (
            RuleField(
                "REVIVAL_APPROVE",
                N_("Approve by itself"),
                N_(
                    "A replacement that waits for you is approved when it fulfils all conditions below, and is no worse"
                    " in condition than the first source. What is not known fulfils none."
                ),
                "switch",
            ),
            RuleField(
                "REVIVAL_APPROVE_ALIKE_PERCENT",
                N_("Pictures alike, at least"),
                N_("The share of alike features that the page of replacements shows."),
                unit="%",
            ),
            RuleField(
                "REVIVAL_APPROVE_COST_BY",
                N_("Cost limited by"),
                N_("What the first source cost, or what a sale would earn with the replacement."),
                "choice",
                choices=(("first", N_("the first source")), ("earnings", N_("what a sale earns"))),
            ),
            RuleField(
                "REVIVAL_APPROVE_ABOVE_PERCENT",
                N_("Dearer than the first source by at most"),
                N_("With the postage; 0: no dearer. Counts where the first source limits the cost."),
                unit="%",
            ),
            RuleField(
                "REVIVAL_APPROVE_ABOVE_JPY",
                N_("or by at most"),
                N_("The same in yen; the higher of both counts."),
                unit=N_("yen"),
            ),
            RuleField(
                "REVIVAL_APPROVE_PROFIT_JPY",
                N_("A sale earns, at least"),
                N_("After the fee and the costs of a sale. Counts where what a sale earns limits the cost."),
                unit=N_("yen"),
            ),
            RuleField(
                "REVIVAL_APPROVE_MARGIN_PERCENT",
                N_("A sale earns of its price, at least"),
                N_("The same, as a part of your offer's price; the higher of both counts."),
                unit="%",
            ),
            RuleField(
                "REVIVAL_APPROVE_GOOD_PERCENT",
                N_("Good ratings, at least"),
                N_("Of the source seller."),
                unit="%",
            ),
            RuleField(
                "REVIVAL_APPROVE_RATINGS",
                N_("Number of ratings, at least"),
                N_("A good share of few ratings says little."),
            ),
            RuleField(
                "REVIVAL_APPROVE_A_DAY",
                N_("At most within 24 hours"),
                N_("So many are approved by themselves; the others wait for you, or for the next day."),
            ),
        ),
    ),
)
