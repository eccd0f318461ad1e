"""Settings of what a sale is to earn; a seller may have own values."""

from mercarich_db.definitions.definition import Definition

EARNINGS = (
    Definition(
        "EARNINGS_LEAST_JPY",
        0,
        "yen that a sale is to earn at least; its seller is told of offers on sale that earn less",
        0,
        1_000_000,
        unit="yen",
        why="A loss is news for every seller. What is too little besides is the seller's own judgement.",
        zero="Only a loss is told.",
    ),
    Definition(
        "EARNINGS_LEAST_PERCENT",
        0.0,
        "per cent of the offer's price that a sale is to earn at least; its seller is told of offers that earn less",
        0,
        90,
        unit="per cent",
        why="As EARNINGS_LEAST_JPY: a loss is told, and a thin margin where a seller asks for it.",
        zero="Only a loss is told.",
    ),
    Definition(
        "LOSS_RULE",
        "tell",
        "tell: an offer that would earn too little stays up and is told; take_down: it is down until it earns enough",
        choices=("tell", "take_down"),
        why="An offer that goes down loses its place at Amazon: that is the seller's decision.",
    ),
    Definition(
        "LOSS_LEAST_JPY",
        0,
        "yen that a sale must earn; with LOSS_RULE take_down, an offer that would earn less is down",
        0,
        1_000_000,
        unit="yen",
        why="A loss is certain money lost; a thin margin may still be wanted.",
        zero="Only a loss takes an offer down.",
    ),
    Definition(
        "LOSS_LEAST_PERCENT",
        0.0,
        "per cent of the offer's price that a sale must earn; as LOSS_LEAST_JPY, and the higher of both counts",
        0,
        90,
        unit="per cent",
        why="As LOSS_LEAST_JPY.",
        zero="Only a loss takes an offer down.",
    ),
    Definition(
        "LOSS_RECOVERY_PERCENT",
        2.0,
        "per cent of the offer's price that a sale must earn above the limit before the offer is put up again",
        0,
        50,
        unit="per cent",
        why="An estimate: a price that moves by some yen around the limit would take the offer down and up all day.",
        zero="The offer is up as soon as a sale earns the limit.",
    ),
)
