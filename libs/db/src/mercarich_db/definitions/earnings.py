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
)
