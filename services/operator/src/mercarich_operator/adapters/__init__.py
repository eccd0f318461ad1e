"""The API server, the database, the broker and Prometheus, behind the ports."""
