"""How a run's ports are met: SQL, Kafka, the proxies' HTTP contract."""
