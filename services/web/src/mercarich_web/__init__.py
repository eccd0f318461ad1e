"""What people look at and start: status, runs, queues, holds, the why of each offer, and sellers' jobs.

Two fronts: the `mercarich` command (`mercarich_web.commands`), and the workers of the pools jobs-search and
jobs-import (`mercarich-web worker`), which make drafts of what a bulk search finds and listings of a CSV.
There is no HTTP yet; the use cases are what pages will call.

Way through: commands (arguments, printing) -> use_cases -> ports <- adapters; the shapes that `--json`
prints are in domain.reports and domain.jobs, the sentences of `explain` in domain.offers. Jobs have their
own bootstrap_jobs and ports_jobs; a slice of one begins in use_cases.slices.
"""
