"""Worker pools, their queues, and records that no worker could handle."""
