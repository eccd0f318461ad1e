"""The proxy kit: everything that the proxies of all marketplaces have in common.

A proxy implements `ports.Marketplace` (how to send requests, how to parse responses). The kit provides the rest:
one outbound budget with fair turns, a breaker, retries, caches, evidence, the HTTP contract, metrics, settings and
the server. `answers`, `fields` and `ports` import no driver, so that parsers of pages can import them cheaply.
"""
