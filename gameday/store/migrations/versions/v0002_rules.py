"""Beside how far a schedule was looked at, the rule that was looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("watches", sa.Column("rule", sa.String(64)))


def downgrade() -> None:
    raise NotImplementedError("a store is never taken back to an older version; put a copy back")
