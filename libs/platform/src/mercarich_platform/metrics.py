"""What every worker counts: records by outcome, how many are in hand, the loop's age, commits, dead letters."""

from prometheus_client import Counter, Gauge

HANDLED = Counter("mercarich_worker_handled", "Records a handler was called for, by how it ended", ["topic", "outcome"])
IN_FLIGHT = Gauge("mercarich_worker_in_flight", "Records taken from Kafka and not handled yet")
LOOP_AGE = Gauge("mercarich_worker_loop_age_seconds", "Time since the main loop moved")
COMMITS = Counter("mercarich_worker_commits", "Offset commits that were sent")
DEAD_LETTERS = Counter("mercarich_worker_dead_letters", "Records put into a dead letter topic", ["topic"])
BROKER_AWAY = Gauge("mercarich_worker_broker_away", "1 while no broker answers")
