"""What people look at and start, and what the schedule starts for them.

Its fronts: pages and the API (`mercarich-web serve`), the workers of sellers' jobs (`mercarich-web worker`), the
process of notices (`mercarich-web notices`), and most `mercarich` commands, housekeeping among them. A subject is a
folder (docs/decisions/0017): what it decides, its queries, pages, routes, commands, words and wiring. The frame that
all of them share is `site` (pages), `api`, `console` (commands) and `identity` (who is asking).

Processes begin in `bootstrap` (the pages), `jobs.worker` and `notices.worker`; a command in `commands` of its subject.
A process loads the subjects that it runs. The paths through the files, and what each folder is: services/web/README.md.
"""
