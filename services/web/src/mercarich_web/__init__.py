"""What people look at: status, runs, queues, holds, and the why of each offer.

Reads every table and the broker's groups; writes only the release of a hold. For now its front is the
`mercarich` command (`mercarich_web.commands`); there is no process and no HTTP yet.

Way through: commands (arguments, printing) -> use_cases -> ports <- adapters; the shapes that `--json`
prints are in domain.reports, the sentences of `explain` in domain.offers.
"""
