"""The catalogue of faults: one file each, and this index."""

from __future__ import annotations

from gameday.model.index import Index
from gameday.model.protocols import Fault

FAULTS: Index[type[Fault]] = Index(
    __name__,
    (
        "alertmanager_down",
        "bad_deploy",
        "cache_flush",
        "certificate_expired",
        "chaostoolkit",
        "clock_skew",
        "config_change",
        "connection_reset",
        "container_kill",
        "container_pause",
        "container_stop",
        "cpu_limit",
        "cpu_pressure",
        "credential_revoked",
        "database_connections_exhausted",
        "database_locks",
        "disk_full",
        "disk_slow",
        "dns_failure",
        "file_descriptors_exhausted",
        "http_errors",
        "http_slow",
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
        "queue_backlog",
        "replica_lag",
        "scrape_blocked",
    ),
)
