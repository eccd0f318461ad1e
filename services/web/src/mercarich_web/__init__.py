"""What people look at and start: pages, the API, most `mercarich` commands, and the workers of jobs and notices.

A subject is a folder (docs/decisions/0017): what it decides, its queries, pages, routes, commands, words and wiring.
The frame that all of them share is `site` (pages), `api`, `console` (commands) and `identity` (who is asking).
Processes begin in `bootstrap` (the pages), `jobs.worker` and `notices.worker`; a command in `commands` of its subject.
"""
