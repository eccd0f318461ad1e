"""Revival (在庫復活): a replacement for a source that is gone, so that the offer can go back up.

A *planner* (the CronJob's process, `mercarich update_item_yahoo|mercari`) starts a run over the listings that want a
replacement. A *worker* (`mercarich-updater worker`, group `updater-<marketplace>`) takes batches of a run and
listings that a check has just withdrawn (`update.<marketplace>`), searches through the proxies, judges candidates in
the seed's order, and gives the listing its new source; `feed` pushes it. People look and decide by `mercarich
revival`. Writes revivals, candidates, runs and sources that it takes, and, by `mercarich_listings.store`, listings.
The paths through the files: services/updater/README.md.
"""
