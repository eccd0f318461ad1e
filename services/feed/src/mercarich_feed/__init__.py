"""The only way to Amazon: brings each offer's wanted quantity to the seller's listing there.

Reads the topic `listings.changed` (hints only) and the rows of `listings` whose revision is ahead of the pushed one;
writes their push columns by `mercarich_listings.store`, `submissions`, `amazon_accounts` and the verdicts on tokens.
Three lanes of threads: `patches` for withdrawals and `restores` for what goes up again, each by PATCH within seconds,
masses of either as one feed (minutes to hours); `follow` looks after feeds, reads back and deletes listings. A
process of its own, `oauth`, links accounts. The path through the files: services/feed/README.md.
"""
