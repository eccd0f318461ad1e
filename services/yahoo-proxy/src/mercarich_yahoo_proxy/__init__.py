"""The only way to Yahoo! Auctions: item pages, search pages and pictures, behind the same HTTP contract as Mercari's.

`adapters` is how Yahoo is asked and read, `domain` what a page means. Budget, breaker, caches and the contract are
`mercarich_marketplace`. The path through the files: services/yahoo-proxy/README.md.
"""
