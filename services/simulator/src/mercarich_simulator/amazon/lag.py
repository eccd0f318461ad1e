"""How long an accepted change takes until shoppers and `fulfillmentAvailability` see it, drawn from the seed.

Amazon promises no time: "Accepted doesn't mean DONE … asynchronous processing after acceptance"
(amzn/selling-partner-api-models#4764), "takes few minutes to reflect" (selling-partner-api-docs#2167). What is not
published is the distribution; this one has most changes within seconds, and a tail of minutes.
"""

from mercarich_simulator.identity import entropy

_PARTS = ((0.90, 0.1, 2.0), (0.98, 2.0, 20.0), (1.0, 20.0, 100.0))
"""Share of all changes up to this part, and its shortest and longest lag in typical ones."""

LONGEST = _PARTS[-1][2]
"""The longest lag in typical ones."""


def lag(typical_seconds: float, seed: int, *parts: object) -> float:
    """Return the seconds for the change that `parts` name."""
    noise = entropy(seed, "lag", *parts)
    which, where = int.from_bytes(noise[:4]) / 2**32, int.from_bytes(noise[4:8]) / 2**32
    _, shortest, longest = next(part for part in _PARTS if which < part[0])
    return typical_seconds * (shortest + where * (longest - shortest))
