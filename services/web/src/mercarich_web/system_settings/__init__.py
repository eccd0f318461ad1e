"""The settings in the database, and their history."""
