"""Who is asking: people, passwords, sessions, the second step, keys of the API."""
