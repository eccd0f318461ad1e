"""Exit codes of every command and process, as in sysexits.h where it has one."""

DONE = 0
FAILED = 1
USAGE = 2
STUCK = 70
"""The main loop did not move for too long, or read nothing although there was something; the process ended itself."""
TRY_AGAIN = 75
BAD_CONFIGURATION = 78
