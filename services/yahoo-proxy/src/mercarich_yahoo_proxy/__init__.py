"""The only way to Yahoo! Auctions: item pages, search pages and pictures, behind the same HTTP contract as Mercari's.

`adapters` sends requests to Yahoo and parses its pages, `domain` knows what a page means. Budget, breaker, caches and
the contract are in `mercarich_marketplace`. The path through the files: services/yahoo-proxy/README.md.
"""
