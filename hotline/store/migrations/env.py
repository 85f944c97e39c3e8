"""Alembic's entry: walks the steps on the connection, and in the transaction, it was given."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
