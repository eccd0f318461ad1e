"""The rules on their page: their words, their kind of field, and their effect in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mercarich_web.replacements.rules import CHECKS
from mercarich_web.site.languages import N_


@dataclass(frozen=True, slots=True)
class RuleField:
    key: str
    label: str
    effect: str
    kind: str = "number"
    """switch, number, text, choice"""
    unit: str = ""
    step: str = "1"
    choices: tuple[tuple[str, str], ...] = ()


_CHECKS = RuleField(
    CHECKS,
    N_("Checks a day"),
    N_("So often your sources are looked at; the seldomer, the longer something sold stays on sale."),
    "choice",
    choices=tuple((str(checks), words) for checks, words in ((2, N_("2 times")), (4, N_("4 times")))),
)

GROUPS: Sequence[tuple[str, Sequence[RuleField]]] = (
    (N_("Stock checks"), (_CHECKS,)),
    (
        N_("How a replacement is taken"),
        (
            RuleField(
                "REVIVAL_ASK_FIRST",
                N_("Ask me first"),
                N_("A replacement waits for your word before it goes up."),
                "switch",
            ),
            RuleField(
                "REVIVAL_OTHER_MARKETPLACE",
                N_("Search the other marketplaces, too"),
                N_("What came from one marketplace is also searched at the others."),
                "switch",
            ),
            RuleField(
                "REVIVAL_OTHER_CONDITIONS",
                N_("Conditions there"),
                N_("Pairs from 1 (new) to 6 (poor): condition here = the worst that is taken from there."),
                "text",
            ),
            RuleField(
                "REVIVAL_DAYS",
                N_("Search for"),
                N_("So long after a withdrawal a replacement is searched for."),
                unit=N_("days"),
            ),
            RuleField(
                "REVIVAL_QUANTITY_CAP",
                N_("Highest quantity"),
                N_("A restored offer shows no more: sources are single pieces."),
            ),
        ),
    ),
    (
        N_("What is good enough"),
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
                N_("Taken from your offer's price before the break-even."),
                unit="%",
                step="0.1",
            ),
            RuleField(
                "REVIVAL_COSTS",
                N_("Costs of a sale"),
                N_("Postage to the buyer, packing and the like: taken from your offer's price, too."),
                unit=N_("yen"),
            ),
            RuleField(
                "REVIVAL_LEAST_RATING",
                N_("Least rating of the seller"),
                N_("Sellers with fewer good ratings are passed over."),
                unit="%",
            ),
            RuleField(
                "REVIVAL_MATCH",
                N_("Likeness of titles and pictures"),
                N_("The strict way takes fewer and seldom confuses goods; the old way is the former system's."),
                "choice",
                choices=(("default", N_("strict")), ("seed", N_("the old way"))),
            ),
            RuleField(
                "REVIVAL_CANDIDATES",
                N_("Candidates"),
                N_("So many results of a search are judged at most."),
            ),
            RuleField(
                "REVIVAL_TITLE_LENGTH",
                N_("Longest title"),
                N_("Replacements with longer titles are passed over."),
                unit=N_("characters"),
            ),
        ),
    ),
    (
        N_("Likeness, the strict way"),
        (
            RuleField(
                "REVIVAL_TITLES_AGREE",
                N_("Titles must agree"),
                N_("Another volume, number of pieces, model, colour or measure in the title refuses it, and parts do."),
                "choice",
                choices=(("on", N_("on")), ("off", N_("off"))),
            ),
            RuleField(
                "REVIVAL_LEAST_SHARE",
                N_("Least share of alike features"),
                N_("Of what is told apart in either picture, so much must be found in the other; higher takes fewer."),
                step="0.01",
            ),
            RuleField(
                "REVIVAL_LEAST_INLIERS",
                N_("Least number of alike features"),
                N_("So many must lie alike in both pictures; higher takes fewer."),
            ),
            RuleField(
                "REVIVAL_MOST_COLOUR",
                N_("Highest difference of colours"),
                N_("Once the light is evened out, colours may differ by so much; lower takes fewer."),
                step="0.1",
            ),
            RuleField(
                "REVIVAL_MOST_CHANGED",
                N_("Highest share of another colour"),
                N_("So much of the thing may have another colour; lower takes fewer."),
                step="0.001",
            ),
            RuleField(
                "REVIVAL_MOST_ODD",
                N_("Largest odd spot"),
                N_("A spot that looks different may cover so much of the thing; lower takes fewer."),
                step="0.001",
            ),
            RuleField(
                "REVIVAL_MOST_ODD_IN_VOLUMES",
                N_("Largest odd spot on volumes"),
                N_("The same for books, discs and the like, unless both titles name the same volume."),
                step="0.0001",
            ),
        ),
    ),
    (
        N_("Likeness, the old way"),
        (
            RuleField(
                "REVIVAL_LEAST_QUICK",
                N_("Least likeness of light and dark"),
                N_("From -1 to 1: a new photo of the same goods has little, the same photo nearly 1."),
                step="0.05",
            ),
            RuleField(
                "REVIVAL_LEAST_SHARE_SEED",
                N_("Least share of alike features"),
                N_("Of what is told apart in either picture, so much must be found in the other; higher takes fewer."),
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
                N_("Replacements that take longer are passed over."),
                unit=N_("days"),
            ),
            RuleField(
                "REVIVAL_LEAD_DAYS",
                N_("Added for your part"),
                N_("Amazon's buyers are promised the shipping days and these."),
                unit=N_("days"),
            ),
            RuleField(
                "REVIVAL_IGNORED_ORIGINS",
                N_("Not from"),
                N_("Places, separated by spaces, from which nothing is bought."),
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
