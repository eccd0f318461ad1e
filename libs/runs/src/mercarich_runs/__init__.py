"""A run takes rows that wait for something through workers, once, and the newest run of its key wins.

Both operations, check and update, have a *planner* that starts a run, marks rows, publishes bounded batches and
ends, and *workers* that claim rows and write their answers. The row is the task: `adapters.columns` names the
columns by which it says what is pending. What a look means, and what it changes, is each service's own.
"""
