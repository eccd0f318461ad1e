"""What crosses a process border: topics, messages, the proxies' HTTP contract and the schedule table.

Every service reads this package and nothing in it does I/O. A new field has a default; any other
change is a new topic or a new path.
"""
