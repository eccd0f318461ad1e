"""A market that lies on request: Yahoo! Auctions, Mercari and Amazon in one process, made from a seed.

It exists so that the whole product can be run, shown and broken on one machine. It shares no code with the
product: its pages follow the marketplaces' own formats, and its ledger judges the product by the simulator's
truth only.

| prefix | plays |
|---|---|
| `/yahoo/` | item pages with `__NEXT_DATA__`, search pages |
| `/mercari/` | the web API of Mercari with verified DPoP: items, sellers, Shops products, search |
| `/lwa/` | Login with Amazon: the refresh_token grant |
| `/spapi/`, `/s3/` | the Selling Partner API (feeds, listings, sellers) with quotas, and its stored documents |
| `/_sim/` | the controls of a test: clock, events, faults, quotas, seed, ledger, state of any item and offer, reset |

A market is computed, not stored: item and listing N of a seed are computed on demand, and only changes are
kept, so a million listings need no more memory than ten. Truth (what a source really is) and the
offers (what Amazon shows) are two independent time lines; the ledger compares them.

The path through the files: services/simulator/README.md.
"""
