"""The only way to Yahoo! Auctions: item pages and search pages, behind the same HTTP contract as Mercari's.

Read on in `__main__`, `bootstrap`, `domain` (what a page means) and `adapters` (how Yahoo is asked
and read). Budget, breaker, caches and the contract are `mercarich_marketplace`.
"""
