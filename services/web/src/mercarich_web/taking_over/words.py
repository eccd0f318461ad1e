"""The words for offers at Amazon, in English for the catalogues; templates translate them."""

from collections.abc import Mapping

from mercarich_web.site.languages import N_

OFFER_STANDINGS: Mapping[str, tuple[str, str, str]] = {
    "matched": (N_("Can be taken over"), N_("Its source is known, and no other listing has it."), "info"),
    "shared": (
        N_("Source is taken"),
        N_("Another offer or listing of yours has the same source, which serves one of them. Name another source."),
        "warn",
    ),
    "unmatched": (
        N_("Without a source"),
        N_("Nothing is known about where it would be bought. It is left alone until you name its source."),
        "warn",
    ),
    "watched": (N_("Watched"), N_("It is a listing already."), "good"),
    "not_selling": (
        N_("Not for sale"),
        N_("Amazon shows no quantity from 1 to 999. It is left alone; have the offers read again once it is up."),
        "",
    ),
    "sent_by_amazon": (N_("Sent by Amazon"), N_("Amazon has the goods in its store. It is left alone."), ""),
}
"""Standings of an offer: the name, what it means, and the tone."""
OFFER_MATCHES: Mapping[str, str] = {
    "note": N_("by the note on its condition"),
    "sku": N_("by its SKU"),
    "csv": N_("by your file"),
    "hand": N_("by hand"),
}
OFFER_READS: Mapping[str, str] = {
    "waiting": N_("The report is being requested"),
    "requested": N_("Amazon makes the report, or it is being read"),
    "searching": N_("Amazon makes no report; the offers are searched for one by one"),
}
