"""The only way to Mercari: items, auctions, Shops products, sellers' lists, search and pictures, by HTTP.

`adapters` is how Mercari is asked and read, `domain` what its words mean, `api` the old proxy's routes. Budget,
breaker, caches and the contract are `mercarich_marketplace`. The path through the files:
services/mercari-proxy/README.md.
"""
