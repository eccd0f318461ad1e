"""How Mercari is asked (`web`, `dpop`) and how each of its answers is read (`items`, `sellers`, `shops`, `search`)."""
