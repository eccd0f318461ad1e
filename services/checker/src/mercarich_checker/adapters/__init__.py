"""How the checker's ports are met: SQL, the proxies' HTTP contract, Kafka."""
