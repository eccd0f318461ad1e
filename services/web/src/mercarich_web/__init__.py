"""What people look at and start: the pages of sellers and operators, the `mercarich` command, and sellers' jobs.

Three fronts on the same use cases: the pages (`mercarich-web serve`: `bootstrap_pages`, then a module of `pages` for
each subject, on `site`), the command (`mercarich_web.commands`), and the workers of the pools jobs-search and
jobs-import (`mercarich-web worker`: `bootstrap_jobs`), which make drafts of what a search finds and listings of a CSV.

Way through: pages or commands -> use_cases -> ports <- adapters. Who signs in is domain.people and
use_cases.sign_in; why an offer stands as it does is domain.offers, its history domain.timeline; a slice of a job
begins in use_cases.slices.
"""
