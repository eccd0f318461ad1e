"""The reports that people see and the sentences that explain an offer; no I/O."""
