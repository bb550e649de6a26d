"""The tables. `migrations/` makes them; a test holds both together."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, MetaData, String, Table, Text

from gameday.store.columns import JsonColumn, MomentColumn

METADATA = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s"})

SLOTS = Table(
    "slots", METADATA,
    Column("schedule", String(61), primary_key=True),
    Column("moment", MomentColumn, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("cause", String(20)),
    Column("why", Text, nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    Column("scenario", Text, nullable=False, default=""),
    Column("service", Text, nullable=False, default=""),
    Column("faults", JsonColumn, nullable=False),
    Column("roster", JsonColumn, nullable=False),
    Column("if_missed", String(10), nullable=False, default="skip"),
    Column("responders", Text, nullable=False, default="human"),
    Column("variables", JsonColumn, nullable=False),
    Column("ends", MomentColumn, nullable=False),
    Column("start_by", MomentColumn),
    Column("fence", Integer, nullable=False, default=0),
    Column("host", String(100)),
    Column("server", String(100)),
    Column("agent", String(100)),
    Column("drill", String(120)),
    Column("exit_code", Integer),
    Column("started", MomentColumn),
    Column("ended", MomentColumn),
    Index(None, "state"),
)  # fmt: skip
"""One row a slot. Its key is why a slot is taken once, whoever else tries."""

SLOT_EVENTS = Table(
    "slot_events", METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("schedule", String(61), nullable=False),
    Column("moment", MomentColumn, nullable=False),
    Column("at", MomentColumn, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("who", String(100), nullable=False),
    Column("why", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    ForeignKeyConstraint(["schedule", "moment"], ["slots.schedule", "slots.moment"]),
    Index(None, "schedule"),
)  # fmt: skip
"""What happened to slots, only ever added to, each in the transaction of the change that it tells of."""

WATCHES = Table(
    "watches", METADATA,
    Column("schedule", String(61), primary_key=True),
    Column("until", MomentColumn, nullable=False),
    Column("rule", String(64)),
)  # fmt: skip
"""Up to when every slot of a schedule has a row: what lies between this and now, nobody has looked at yet. `rule` is a digest of
what says when it is due, as it was looked at; none where nobody wrote it down."""

AGENTS = Table(
    "agents", METADATA,
    Column("agent", String(100), primary_key=True),
    Column("host", String(100), nullable=False),
    Column("beat", Integer, nullable=False),
    Column("at", MomentColumn, nullable=False),
)  # fmt: skip

SEALS = Table(
    "seals", METADATA,
    Column("schedule", String(61), primary_key=True),
    Column("opens", MomentColumn, primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("closes", MomentColumn, nullable=False),
    Column("moment", MomentColumn, nullable=False),
    Column("salt", Text, nullable=False),
)  # fmt: skip

APPROVALS = Table(
    "approvals", METADATA,
    Column("schedule", String(61), primary_key=True),
    Column("moment", MomentColumn, primary_key=True),
    Column("by", String(100), primary_key=True),
    Column("at", MomentColumn, nullable=False),
)  # fmt: skip

INVITATIONS = Table(
    "invitations", METADATA,
    Column("feed", String(20), primary_key=True),
    Column("uid", String(300), primary_key=True),
    Column("said", JsonColumn, nullable=False),
)  # fmt: skip

NOTICES = Table(
    "notices", METADATA,
    Column("schedule", String(61), primary_key=True),
    Column("moment", MomentColumn, primary_key=True),
    Column("kind", String(30), primary_key=True),
    Column("channel", String(60), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("at", MomentColumn, nullable=False),
    Column("why", Text, nullable=False),
)  # fmt: skip
"""Notices that were sent, or are being sent. Their key is why two servers do not say the same thing twice."""
