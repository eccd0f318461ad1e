"""Every sentence on a candidate that a release before 0026 stored, and the reason after the migration."""

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_reasons import candidates, pictures
from mercarich_reasons.candidates import Colour
from mercarich_reasons.reason import Reason

URL = "https://pictures/new1"
CANDIDATES: tuple[tuple[str, Reason], ...] = (
    ("it is the source that is gone", candidates.GoneSourceItself()),
    ("a person has taken it back from this listing", candidates.TakenBackBefore()),
    ("seller shady_1 is excluded", candidates.ExcludedSeller("shady_1")),
    ("the title has the excluded word 'ジャンク'", candidates.ExcludedWord("ジャンク")),
    ('the title has the excluded word "it\'s"', candidates.ExcludedWord("it's")),
    ("the volume differs: 1-3, 上, and not named", candidates.VolumesDiffer(("1-3", "上"), None)),
    ("the number of pieces differs: not named, and 3", candidates.PieceCountsDiffer(None, ("3",))),
    ("the model differs: mx100, and mx200", candidates.ModelsDiffer(("mx100",), ("mx200",))),
    ("the colour differs: black, red, and navy", candidates.ColoursDiffer((Colour.BLACK, Colour.RED), (Colour.NAVY,))),
    ("the measure differs: 128gb, and 256gb", candidates.MeasuresDiffer(("128gb",), ("256gb",))),
    ("it may be a part or broken: のみ, 空箱", candidates.MayBePart(("のみ", "空箱"))),
    ("it is sold: won", candidates.NotBuyable(State.SOLD, StateReason.WON)),
    ("it is gone", candidates.NotBuyable(State.GONE)),
    ("the seller's ratings are not known", candidates.RatingsUnknown()),
    ("the seller has no ratings yet", candidates.NoRatings()),
    ("79 % good ratings, less than 80 %", candidates.RatingTooLow(79, 80)),
    ("this seller uses it already for another listing", candidates.AlreadyUsed()),
    ("this seller has just begun to use it", candidates.JustUsed()),
    ("it has gone since it was looked at", candidates.JustGone()),
    ("the condition of the item is not known", candidates.ConditionUnknown()),
    ("the condition of the old source is not known", candidates.OldConditionUnknown()),
    ("condition 4 is not 3, the old source's", candidates.ConditionDiffers(4, 3)),
    ("condition 4 is worse than 3, the old source's", candidates.ConditionWorse(4, 3)),
    ("condition 4 is worse than 2, the other marketplace's limit", candidates.ConditionBeyondLimit(4, 2)),
    ("condition 1 is not taken from the other marketplace", candidates.ConditionNotTaken(1)),
    ("the price at first purchase is not known", candidates.FirstPriceUnknown()),
    ("it shows no price", candidates.PriceMissing()),
    ("1,500 yen is more than 1,000 yen", candidates.PriceAboveLimit(1500, 1000)),
    ("1,500 yen with shipping is more than 1,000 yen", candidates.PriceAboveLimit(1500, 1000)),
    ("1,500 yen is more than 1,000 yen, the break-even price", candidates.PriceAboveBreakEven(1500, 1000)),
    ("it has no title", candidates.TitleMissing()),
    ("its title has 300 characters, more than 255", candidates.TitleTooLong(300, 255)),
    ("it ships from 海外（中国）", candidates.ShipsFrom("海外（中国）")),
    ("it ships within 7 days, not 6", candidates.ShipsTooLate(7, 6)),
    ("its page told nothing: blocked", candidates.PageToldNothing(StateReason.BLOCKED)),
    ("its page told nothing: None", candidates.PageToldNothing()),
    ("it has no picture", pictures.PictureMissing()),
    ("there is no picture of the old source", pictures.OldPictureMissing()),
    (f"{URL}: the picture is too narrow", pictures.PictureTooNarrow(URL)),
    (f"{URL}: the picture cannot be decoded", pictures.PictureUndecodable(URL)),
    (f"{URL}: the pictures cannot be compared", pictures.PicturesIncomparable(URL)),
    (f"{URL}: HTTP 404", pictures.PictureUnavailable(URL, error="HTTP 404")),
    ("picture: breaker_open", pictures.PictureNotNow(StateReason.BREAKER_OPEN)),
    ("picture: HTTP 503", pictures.PictureNotNow(error="HTTP 503")),
    (
        "the pictures' grey histograms correlate by -0.70, not above 0.80",
        pictures.HistogramsDiffer(least=0.8, correlation=-0.7),
    ),
    (
        "0.021 of the pictures' features match, less than 0.050",
        pictures.FewFeaturesMatch(least=0.05, share=0.021),
    ),
    ("9 features agree on where the thing is, fewer than 16", pictures.FewFeaturesAgree(9, 16)),
    ("the colours differ by 20.0, more than 5.5", pictures.PictureColoursDiffer(most=5.5, distance=20.0)),
    ("0.200 of it has another colour, more than 0.028", pictures.PartInOtherColour(most=0.028, share=0.2)),
    ("a spot of 0.0500 of it looks different, more than 0.0120", pictures.SpotDiffers(most=0.012, share=0.05)),
)
