"""What a pool is, and which bounds it gets: no I/O, no clock."""
