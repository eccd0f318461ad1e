"""The only way to Amazon: brings each offer's wanted quantity to the seller's listing there.

Reads the topic `listings.changed` (hints only) and the rows of `listings` whose revision is ahead of the pushed one;
writes their push columns, `submissions`, and the verdict on each seller's token. Two lanes: single patches for
withdrawals (seconds), feeds for restores and for mass withdrawals (minutes to hours).
"""
