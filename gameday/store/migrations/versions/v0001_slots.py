"""The first tables: slots and what happened to them, agents, seals, approvals, invitations, notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gameday.store.columns import JsonColumn, MomentColumn

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "slots",
        sa.Column("schedule", sa.String(61), nullable=False),
        sa.Column("moment", MomentColumn, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("cause", sa.String(20)),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("why", "title", "scenario", "service")),
        sa.Column("faults", JsonColumn, nullable=False),
        sa.Column("roster", JsonColumn, nullable=False),
        sa.Column("if_missed", sa.String(10), nullable=False),
        sa.Column("responders", sa.Text, nullable=False),
        sa.Column("variables", JsonColumn, nullable=False),
        sa.Column("ends", MomentColumn, nullable=False),
        sa.Column("start_by", MomentColumn),
        sa.Column("fence", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String(100)) for name in ("host", "server", "agent")),
        sa.Column("drill", sa.String(120)),
        sa.Column("exit_code", sa.Integer),
        sa.Column("started", MomentColumn),
        sa.Column("ended", MomentColumn),
        sa.PrimaryKeyConstraint("schedule", "moment", name="pk_slots"),
    )
    op.create_index("ix_slots_state", "slots", ["state"])
    op.create_table(
        "slot_events",
        sa.Column("seq", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("schedule", sa.String(61), nullable=False),
        sa.Column("moment", MomentColumn, nullable=False),
        sa.Column("at", MomentColumn, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_slot_events"),
        sa.ForeignKeyConstraint(["schedule", "moment"], ["slots.schedule", "slots.moment"], name="fk_slot_events"),
    )
    op.create_index("ix_slot_events_schedule", "slot_events", ["schedule"])
    _keyed("watches", ("schedule", 61), then=[sa.Column("until", MomentColumn, nullable=False)])
    _keyed("agents", ("agent", 100), then=[
        sa.Column("host", sa.String(100), nullable=False), sa.Column("beat", sa.Integer, nullable=False), sa.Column("at", MomentColumn, nullable=False),
    ])  # fmt: skip
    _keyed("seals", ("schedule", 61), "opens", ("turn", 0), then=[
        sa.Column("closes", MomentColumn, nullable=False), sa.Column("moment", MomentColumn, nullable=False), sa.Column("salt", sa.Text, nullable=False),
    ])  # fmt: skip
    _keyed("approvals", ("schedule", 61), "moment", ("by", 100), then=[sa.Column("at", MomentColumn, nullable=False)])
    _keyed("invitations", ("feed", 20), ("uid", 300), then=[sa.Column("said", JsonColumn, nullable=False)])
    _keyed("notices", ("schedule", 61), "moment", ("kind", 30), ("channel", 60), then=[
        sa.Column("state", sa.String(10), nullable=False), sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("at", MomentColumn, nullable=False), sa.Column("why", sa.Text, nullable=False),
    ])  # fmt: skip


def _keyed(table: str, *keys: tuple[str, int] | str, then: list[sa.Column[object]]) -> None:
    """A table whose key is these columns: texts with their length (0: a whole number), and moments."""
    columns: list[sa.Column[object]] = []
    for key in keys:
        match key:
            case (name, 0):
                columns.append(sa.Column(name, sa.Integer, nullable=False))
            case (name, length):
                columns.append(sa.Column(name, sa.String(length), nullable=False))
            case moment:
                columns.append(sa.Column(moment, MomentColumn, nullable=False))
    names = [c.name for c in columns]
    op.create_table(table, *columns, *then, sa.PrimaryKeyConstraint(*names, name=f"pk_{table}"))


def downgrade() -> None:
    raise NotImplementedError("a store is never taken back to an older version; put a copy back")
