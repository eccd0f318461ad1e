"""The pages of pools and dead letters."""
