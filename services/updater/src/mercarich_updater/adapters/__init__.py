"""How the updater's ports are met: SQL, the proxies' HTTP contract, Kafka, pictures."""
