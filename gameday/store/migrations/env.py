"""Called by alembic with the connection that `opening.py` gives it, inside its transaction."""

from __future__ import annotations

from alembic import context

from gameday.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True, transaction_per_migration=False
)
context.run_migrations()
