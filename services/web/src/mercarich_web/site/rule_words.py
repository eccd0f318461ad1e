"""How the page of rules shows each of them: its words, its kind of field, and what it does in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

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


GROUPS: Sequence[tuple[str, Sequence[RuleField]]] = (
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
                N_("Search the other marketplace, too"),
                N_("What came from Yahoo! Auctions is also searched at Mercari, and the other way round."),
                "switch",
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
KEYS = tuple(field.key for _, fields in GROUPS for field in fields)
