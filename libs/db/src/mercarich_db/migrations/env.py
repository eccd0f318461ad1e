"""Alembic's entry: runs the migrations on the connection that `mercarich_db.schema` hands over."""

from alembic import context

from mercarich_db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    render_as_batch=False,
)
context.run_migrations()
