"""The only way to Mercari: items, auctions, Shops products, sellers' lists and search, behind one HTTP contract.

Read on in `__main__`, `bootstrap`, `api` (the legacy routes), `domain` (what Mercari's words mean) and
`adapters` (how it is asked and read). Budget, breaker, caches and the contract are `mercarich_marketplace`.
"""
