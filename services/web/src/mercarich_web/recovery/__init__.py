"""After a restore of the database from a backup: what was marked as unverified, and how far it was looked at again."""
