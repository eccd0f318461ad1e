"""Requests to Mercari (`web`, `dpop`) and the parsers of its responses (`items`, `sellers`, `shops`, `search`)."""
