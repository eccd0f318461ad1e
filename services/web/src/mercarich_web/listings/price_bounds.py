"""The lowest and the highest price between which a listing's price may follow its source."""

from mercarich_reasons.repricing import PriceBoundsCrossed


def crossed(least_jpy: int | None, most_jpy: int | None) -> PriceBoundsCrossed | None:
    """Return what is wrong with two bounds; None: nothing. A bound that is None does not exist."""
    if least_jpy is not None and most_jpy is not None and least_jpy > most_jpy:
        return PriceBoundsCrossed(least_jpy, most_jpy)
    return None
