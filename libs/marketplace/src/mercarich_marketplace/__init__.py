"""The proxy kit: everything a marketplace's proxy does that is not about that marketplace's pages.

A proxy brings a `ports.Marketplace` (how to ask, how to read) and gets the rest from here: one outbound
budget with fair turns, a breaker, retries, caches, evidence, the HTTP contract, metrics, settings and the
server. `answers`, `fields` and `ports` name no driver, so that the readers of pages can import them.
"""
