"""Exit codes of all commands and processes, taken from sysexits.h where possible."""

DONE = 0
FAILED = 1
USAGE = 2
STUCK = 70
"""The main loop was stuck for too long, or read nothing although there was something; the process ended itself."""
TRY_AGAIN = 75
BAD_CONFIGURATION = 78
