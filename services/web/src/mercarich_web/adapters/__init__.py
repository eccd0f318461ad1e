"""The ports over the database and the broker."""
