"""The only way to Yahoo! Auctions: item pages and search pages, behind the same HTTP contract as Mercari's.

Read on in `__main__`, `bootstrap`, `adapters.web` (how Yahoo is asked) and `domain` (how its pages are
read). Budget, breaker, caches and the contract are `mercarich_marketplace`.
"""
