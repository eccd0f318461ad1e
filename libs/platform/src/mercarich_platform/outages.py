"""Exceptions for systems that are away. They name no driver, so that ports and use cases may raise and catch them."""


class Away(Exception):
    """A system outside cannot be reached for now; the text says which and why, without secrets."""


class DatabaseAway(Away):
    """The database cannot be reached, or cannot write, for now."""


class BrokerAway(Away):
    """The broker cannot be reached, or does not acknowledge; the text is one sentence with its address."""
