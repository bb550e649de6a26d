"""Classes of faults: what a programme says shall be drilled, whichever fault of the class does it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

FAULT_CLASSES: Mapping[str, tuple[str, ...]] = {
    "container": ("container_kill", "container_pause", "container_stop"),
    "process": ("process_crash", "process_hang"),
    "network": (
        "connection_reset", "dns_failure", "network_bandwidth", "network_corrupt", "network_duplicate", "network_latency",
        "network_loss", "network_partition", "network_reorder",
    ),
    "resources": ("cpu_limit", "cpu_pressure", "clock_skew", "disk_full", "disk_slow", "file_descriptors_exhausted", "memory_pressure"),
    "database": ("database_connections_exhausted", "database_locks", "replica_lag"),
    "dependency": ("cache_flush", "credential_revoked", "http_errors", "http_slow", "queue_backlog"),
    "release": ("bad_deploy",),
    "configuration": ("certificate_expired", "config_change"),
    "monitoring": ("alertmanager_down", "scrape_blocked"),
    "extension": ("chaostoolkit",),
}  # fmt: skip
"""Each class with its faults. A fault that an installed package brings is a class of its own."""


def classes_of(faults: Collection[str]) -> frozenset[str]:
    """The classes of some faults, and the faults themselves, since a programme may name either."""
    return frozenset(name for name, members in FAULT_CLASSES.items() if set(members) & set(faults)) | frozenset(faults)
