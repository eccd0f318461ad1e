"""The only way to Mercari: items, auctions, Shops products, sellers' lists and search, behind one HTTP contract.

Read on in `__main__`, `bootstrap`, `api` (the legacy routes), `adapters.web` (how Mercari is asked) and
`domain` (how its answers are read). Budget, breaker, caches and the contract are `mercarich_marketplace`.
"""
