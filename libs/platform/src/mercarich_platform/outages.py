"""What cannot be asked for now, by who it is. Names no driver, so that ports and use cases may raise and catch it."""


class Away(Exception):
    """Something outside cannot be asked for now; the text says what and why, without secrets."""


class DatabaseAway(Away):
    """The database cannot be reached, or cannot write, for now; the text says which and why."""


class BrokerAway(Away):
    """The broker cannot be reached or does not acknowledge; the text is one sentence with its address."""
