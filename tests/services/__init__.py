"""Real services for the integration tier: Apache Kafka and MariaDB, each in a temporary folder on a free port."""
