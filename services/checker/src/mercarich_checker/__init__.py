"""Check runs and check workers: is what a seller offers still to be had?

A *planner* (the CronJob's process, `mercarich check_item_yahoo|mercari`) starts a run: it marks the
source items that are due, looks at the canaries, publishes bounded batches on `check.<marketplace>`
and ends when the run ends. A *worker* (`mercarich-checker worker`, group `checker-<marketplace>`)
asks the marketplace's proxy, withdraws what is gone and wakes `feed` (`listings.changed`) and
`updater` (`update.<marketplace>`). Writes runs, run_heads,
run_sellers, holds, evidence, the observation and check columns of source_items, and, by
`mercarich_listings.store`, withdrawals. The paths through the files: services/checker/README.md.
"""
