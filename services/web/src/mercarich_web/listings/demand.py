"""How much more the offers that fell are ordered: what sells fast at the source is taken to sell fast at Amazon."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Offers whose sources look alike."""

    hazard: float
    """Of each of their sources, per second."""
    offers: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What the demand for a seller's offers is estimated from."""

    exponent: float
    """Orders of an offer are in proportion to its source's hazard λ to this power (κ below); 0: all are alike."""
    fallen: Sequence[Group]
    """The offers that fell in the week."""
    on_sale: Sequence[Group]

    @property
    def ratio(self) -> float:
        """Return the mean demand for the offers that fell ÷ that for the offers on sale, by which exposure counts.

        Let offer i be ordered at the rate d_i = c · λ_i^κ, and be exposed for e_i of a week t. The share of the orders
        that come while it is exposed is, over n offers,

            Σ d_i e_i ÷ Σ d_i t  =  (Σ e_i ÷ n t) · (Σ d_i e_i ÷ Σ e_i) ÷ (Σ d_i ÷ n).

        The first factor is the share when all are ordered alike. The second is the mean demand in exposed time: as all
        that fall between two checks are exposed for half the gap on average, it is the mean over the offers that fell.
        The last is the mean over the offers on sale; c cancels out.

        The more often sources go, the more often they are among those that fell: where n_g offers of a group go at λ_g,
        their falls are in proportion to n_g λ_g, and the ratio tends to Σ n_g λ_g^(1+κ) · Σ n_g ÷ (Σ n_g λ_g · Σ n_g
        λ_g^κ). That is at least 1, and exp(κσ²) where log λ is normal with the variance σ². Falls are counted, not
        derived from hazards, because auctions also end at a known time, whatever their hazard. Where nothing fell or is
        on sale, the ratio is 1.
        """
        fallen, on_sale = self._mean(self.fallen), self._mean(self.on_sale)
        return fallen / on_sale if fallen and on_sale else 1.0

    def _mean(self, groups: Sequence[Group]) -> float:
        offers = sum(group.offers for group in groups)
        return sum(group.offers * group.hazard**self.exponent for group in groups) / offers if offers else 0.0
