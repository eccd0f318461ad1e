"""The rules on their page: their words, their kind of field, and their effect in one sentence."""

from collections.abc import Sequence
from dataclasses import replace

from mercarich_web.replacements.approval_words import APPROVALS
from mercarich_web.replacements.money_words import MONEY
from mercarich_web.replacements.rules import CHECKS, RuleField
from mercarich_web.site.languages import N_

_CHECKS = RuleField(
    CHECKS,
    N_("Checks a day"),
    N_("How often your sources are looked at; with fewer checks, a sold item stays on sale longer."),
    "choice",
    choices=tuple((str(checks), words) for checks, words in ((2, N_("2 times")), (4, N_("4 times")))),
)

GROUPS: Sequence[tuple[str, Sequence[RuleField]]] = (
    (N_("Stock checks"), (_CHECKS,)),
    (
        N_("How a replacement is accepted"),
        (
            RuleField(
                "REVIVAL_ASK_FIRST",
                N_("Ask me first"),
                N_("A replacement waits for your approval before it goes up."),
                "switch",
            ),
            RuleField(
                "REVIVAL_OTHER_MARKETPLACE",
                N_("Search the other marketplaces, too"),
                N_("Items from one marketplace are also searched at the others."),
                "switch",
            ),
            RuleField(
                "REVIVAL_OTHER_CONDITIONS",
                N_("Conditions at other marketplaces"),
                N_(
                    "Pairs of conditions from 1 (new) to 6 (poor): condition here = the worst that is accepted from"
                    " there."
                ),
                "text",
            ),
            RuleField(
                "REVIVAL_DAYS",
                N_("Search for"),
                N_("How long a replacement is searched for after a withdrawal."),
                unit=N_("days"),
            ),
            RuleField(
                "REVIVAL_QUANTITY_CAP",
                N_("Highest quantity"),
                N_("A restored offer shows no more: sources are single pieces."),
            ),
        ),
    ),
    *APPROVALS,
    (
        N_("Acceptance criteria"),
        (
            RuleField(
                "REVIVAL_PRICE_FACTOR",
                N_("Highest price"),
                N_("As a multiple of what the first source cost: at 1.0 a replacement is never dearer."),
                unit="×",
                step="0.05",
            ),
            RuleField(
                "REVIVAL_PRICE_RULE",
                N_("Highest price by"),
                N_("Break-even: your offer's price (price in the CSV) less fee and costs; else the first."),
                "choice",
                choices=(("first", N_("first purchase price")), ("break_even", N_("break-even price"))),
            ),
            RuleField(
                "REVIVAL_FEE_PERCENT",
                N_("Amazon's fee"),
                N_("Deducted from your offer's price where Amazon has not estimated its fee for that offer."),
                unit="%",
                step="0.1",
            ),
            RuleField(
                "REVIVAL_COSTS",
                N_("Costs of a sale"),
                N_("Postage to the buyer, packing and the like: also deducted from your offer's price."),
                unit=N_("yen"),
            ),
            RuleField(
                "REVIVAL_UNKNOWN_POSTAGE_JPY",
                N_("Postage that is not known"),
                N_("Counted where a marketplace tells no postage; 0 counts nothing, and refuses a replacement."),
                unit=N_("yen"),
            ),
            RuleField(
                "REVIVAL_LEAST_RATING",
                N_("Least rating of the seller"),
                N_("Sellers with fewer good ratings are refused."),
                unit="%",
            ),
            RuleField(
                "REVIVAL_MATCH",
                N_("Similarity of titles and pictures"),
                N_("The strict way accepts fewer and rarely confuses goods; the old way is the former system's."),
                "choice",
                choices=(("default", N_("strict")), ("seed", N_("the old way"))),
            ),
            RuleField(
                "REVIVAL_CANDIDATES",
                N_("Candidates"),
                N_("Most results of a search that are judged."),
            ),
            RuleField(
                "REVIVAL_TITLE_LENGTH",
                N_("Longest title"),
                N_("Replacements with longer titles are refused."),
                unit=N_("characters"),
            ),
        ),
    ),
    *MONEY,
    (
        N_("Similarity, the strict way"),
        (
            RuleField(
                "REVIVAL_TITLES_AGREE",
                N_("Titles must agree"),
                N_("Refuses titles with another volume, number of pieces, model, colour or size, and spare parts."),
                "choice",
                choices=(("on", N_("on")), ("off", N_("off"))),
            ),
            RuleField(
                "REVIVAL_LEAST_SHARE",
                N_("Least share of alike features"),
                N_("Least share of each picture's features that must be found in the other; higher accepts fewer."),
                step="0.01",
            ),
            RuleField(
                "REVIVAL_LEAST_INLIERS",
                N_("Least number of alike features"),
                N_("Least number of features in the same arrangement in both pictures; higher accepts fewer."),
            ),
            RuleField(
                "REVIVAL_MOST_COLOUR",
                N_("Highest difference of colours"),
                N_("Most that colours may differ, after correcting for the light; lower accepts fewer."),
                step="0.1",
            ),
            RuleField(
                "REVIVAL_MOST_CHANGED",
                N_("Highest share of another colour"),
                N_("Largest part of the item that may have another colour; lower accepts fewer."),
                step="0.001",
            ),
            RuleField(
                "REVIVAL_MOST_ODD",
                N_("Largest differing spot"),
                N_("Largest part of the item that one different-looking spot may cover; lower accepts fewer."),
                step="0.001",
            ),
            RuleField(
                "REVIVAL_MOST_ODD_IN_VOLUMES",
                N_("Largest differing spot on volumes"),
                N_("The same for books, discs and the like, unless both titles name the same volume."),
                step="0.0001",
            ),
        ),
    ),
    (
        N_("Similarity, the old way"),
        (
            RuleField(
                "REVIVAL_LEAST_QUICK",
                N_("Least similarity of light and dark"),
                N_("From -1 to 1: a new photo of the same goods has little, the same photo nearly 1."),
                step="0.05",
            ),
            RuleField(
                "REVIVAL_LEAST_SHARE_SEED",
                N_("Least share of alike features"),
                N_("Least share of each picture's features that must be found in the other; higher accepts fewer."),
                step="0.01",
            ),
        ),
    ),
    (
        N_("Shipping"),
        (
            RuleField(
                "REVIVAL_SHIP_DAYS",
                N_("Ships within"),
                N_("Replacements that take longer are refused."),
                unit=N_("days"),
            ),
            RuleField(
                "REVIVAL_LEAD_DAYS",
                N_("Your handling days"),
                N_("Added to the shipping days that Amazon's buyers are promised."),
                unit=N_("days"),
            ),
            RuleField(
                "REVIVAL_IGNORED_ORIGINS",
                N_("Not from"),
                N_("Places, separated by spaces, from which no replacement is accepted."),
                "text",
            ),
        ),
    ),
)


def groups(plan: int) -> Sequence[tuple[str, Sequence[RuleField]]]:
    """Return the groups of rules for a seller of this plan, with as many checks as it allows."""
    allowed = replace(_CHECKS, choices=tuple(one for one in _CHECKS.choices if int(one[0]) <= plan))
    return [(title, [allowed if field is _CHECKS else field for field in fields]) for title, fields in GROUPS]


KEYS = tuple(field.key for _, fields in GROUPS for field in fields)
