"""The one schema that the services share: tables, engine, transactions, migrations and typed settings.

Adapters of services import `tables`; nothing else of a service does. `run_tx` is the only way to write.
Each column has exactly one writing service, listed in docs/columns.md.
"""
