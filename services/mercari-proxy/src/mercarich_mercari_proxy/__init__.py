"""The only way to Mercari: items, auctions, Shops products, sellers' lists, search and pictures, by HTTP.

`adapters` sends requests to Mercari and parses its responses, `domain` knows what Mercari's words mean, and `api` has
the old proxy's routes. Budget, breaker, caches and the contract are in `mercarich_marketplace`. The path through the
files: services/mercari-proxy/README.md.
"""
