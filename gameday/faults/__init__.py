"""The catalogue of faults: one file each, and this index."""

from __future__ import annotations

from gameday.model.index import Index
from gameday.model.protocols import Fault

FAULTS: Index[type[Fault]] = Index(
    __name__,
    (
        "alertmanager_down",
        "bad_deploy",
        "chaostoolkit",
        "connection_reset",
        "container_kill",
        "container_pause",
        "container_stop",
        "cpu_limit",
        "cpu_pressure",
        "database_connections_exhausted",
        "database_locks",
        "disk_full",
        "dns_failure",
        "file_descriptors_exhausted",
        "memory_pressure",
        "network_bandwidth",
        "network_corrupt",
        "network_duplicate",
        "network_latency",
        "network_loss",
        "network_partition",
        "network_reorder",
        "process_crash",
        "process_hang",
        "scrape_blocked",
    ),
)
