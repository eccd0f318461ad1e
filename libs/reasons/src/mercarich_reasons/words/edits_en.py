"""English: what a seller changes of a listing."""

from collections.abc import Mapping

EDITS: Mapping[str, str] = {
    "listing_edited": "[by an import of {file}, ]by {person}[; source: {marketplace}][ {item_id}]"
    "[; title: {title}][, before: {old_title}][; ASIN: {asin}][, before: {old_asin}]"
    "[; quantity when listed: {listing_quantity}][, before: {old_listing_quantity}]"
    "[; price at Amazon: {offer_price_jpy}][, before: {old_offer_price_jpy}]"
    "[; lowest price: {least_price_jpy}][, before: {old_least_price_jpy}]"
    "[; highest price: {most_price_jpy}][, before: {old_most_price_jpy}]"
    "[; your note: {note_length} characters]"
    "[; handling days: {handling_days}][, before: {old_handling_days}]",
    "listing_edited_since": "{sku} has changed since you opened the page[; its title is now {title}]"
    "[; its ASIN is now {asin}][; its quantity when listed is now {listing_quantity}]"
    "[; its price at Amazon is now {offer_price_jpy}][; your note has {note_length} characters now]"
    "[; its handling days are now {handling_days}]"
    ". Look at what you typed, then save again",
    "lead_time_of_listing": "{days} days, set for this listing[; its source takes {source_days}]",
    "lead_time_of_source": "{days} days, as long as its source takes[; set for this listing: {handling_days}]",
    "lead_time_of_amazon": "as it is at Amazon; none is sent there",
    "listing_read_before": "{sku} has changed since you read it. Nothing was changed now. Read the listing again, and "
    "send what you still want with the ETag of that response in If-Match",
}
