"""The rules about money on their page: what a sale earns, the loss stop, the price of new offers."""

from collections.abc import Sequence

from mercarich_web.replacements.rules import RuleField
from mercarich_web.site.languages import N_

MONEY: Sequence[tuple[str, Sequence[RuleField]]] = (
    (
        N_("What a sale earns"),
        (
            RuleField(
                "EARNINGS_LEAST_JPY",
                N_("Tell me under"),
                N_("You are told of offers on sale that earn less than this after all costs; 0: of losses."),
                unit=N_("yen"),
            ),
            RuleField(
                "EARNINGS_LEAST_PERCENT",
                N_("Tell me under a margin of"),
                N_("The same, as a part of your offer's price."),
                unit="%",
                step="0.1",
            ),
        ),
    ),
    (
        N_("Loss stop"),
        (
            RuleField(
                "LOSS_RULE",
                N_("When a sale would earn too little"),
                N_("The next look at the source goes by it. A listing's page has a limit for that listing alone."),
                "choice",
                choices=(("tell", N_("tell me")), ("take_down", N_("take it down until it earns enough"))),
            ),
            RuleField(
                "LOSS_LEAST_JPY",
                N_("Take down under"),
                N_("Profit that a sale must leave after all costs; 0: only a loss takes an offer down."),
                unit=N_("yen"),
            ),
            RuleField(
                "LOSS_LEAST_PERCENT",
                N_("Take down under a margin of"),
                N_("The same, as a part of your offer's price; the higher of both counts."),
                unit="%",
                step="0.1",
            ),
            RuleField(
                "LOSS_RECOVERY_PERCENT",
                N_("Put up again above the limit by"),
                N_("As a part of your offer's price, so that a price that moves a little does not move your offer."),
                unit="%",
                step="0.1",
            ),
        ),
    ),
    (
        N_("Prices that follow their source"),
        (
            RuleField(
                "REPRICING",
                N_("When what a source costs changes"),
                N_(
                    "The price follows for listings with a lowest and a highest price of their own, as on their page or"
                    " in a CSV. It is that of a new offer, within these two, and never a loss."
                ),
                "choice",
                choices=(("off", N_("leave my prices")), ("follow", N_("let my prices follow"))),
            ),
            RuleField(
                "REPRICING_STEP_JPY",
                N_("Round prices up to"),
                N_("Prices that follow are a multiple of this."),
                unit=N_("yen"),
            ),
            RuleField(
                "REPRICING_LEAST_CHANGE_PERCENT",
                N_("Smallest change"),
                N_("As a part of your offer's price; a smaller one is made only to end a loss."),
                unit="%",
                step="0.1",
            ),
            RuleField(
                "REPRICING_CHANGES_A_DAY",
                N_("Changes of a price within 24 hours"),
                N_("At most so many for each listing."),
                unit=N_("changes"),
            ),
        ),
    ),
    (
        N_("New offers at Amazon"),
        (
            RuleField(
                "CREATE_PROFIT_JPY",
                N_("A sale earns at least"),
                N_("The price of a new offer leaves so much after the source, the fee and the costs of a sale."),
                unit=N_("yen"),
            ),
            RuleField(
                "CREATE_PROFIT_PERCENT",
                N_("A sale earns of its price"),
                N_("The same, as a part of the price; the larger one counts."),
                unit="%",
                step="0.1",
            ),
            RuleField(
                "CREATE_HANDLING_DAYS",
                N_("Handling days of new offers"),
                N_("What Amazon's buyers are told until a new offer is on its way."),
                unit=N_("days"),
            ),
            RuleField(
                "CREATE_NOTE",
                N_("Condition note"),
                N_("What buyers read about the condition of your goods."),
                "text",
            ),
        ),
    ),
)
