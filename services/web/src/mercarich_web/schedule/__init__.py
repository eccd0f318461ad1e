"""The schedule: which starts fell due, came, are paused or wanted."""
