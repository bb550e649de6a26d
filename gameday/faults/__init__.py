"""The catalogue of faults: one file each, and this index."""

from __future__ import annotations

from gameday.faults.alertmanager_down import AlertmanagerDown
from gameday.faults.bad_deploy import BadDeploy
from gameday.faults.cache_flush import CacheFlush
from gameday.faults.certificate_expired import CertificateExpired
from gameday.faults.clock_skew import ClockSkew
from gameday.faults.config_change import ConfigChange
from gameday.faults.connection_reset import ConnectionReset
from gameday.faults.container_kill import ContainerKill
from gameday.faults.container_pause import ContainerPause
from gameday.faults.container_stop import ContainerStop
from gameday.faults.cpu_limit import CpuLimit
from gameday.faults.cpu_pressure import CpuPressure
from gameday.faults.credential_revoked import CredentialRevoked
from gameday.faults.database_connections_exhausted import DatabaseConnectionsExhausted
from gameday.faults.database_locks import DatabaseLocks
from gameday.faults.disk_full import DiskFull
from gameday.faults.disk_slow import DiskSlow
from gameday.faults.dns_failure import DnsFailure
from gameday.faults.file_descriptors_exhausted import FileDescriptorsExhausted
from gameday.faults.http_errors import HttpErrors
from gameday.faults.http_slow import HttpSlow
from gameday.faults.memory_pressure import MemoryPressure
from gameday.faults.network_bandwidth import NetworkBandwidth
from gameday.faults.network_corrupt import NetworkCorrupt
from gameday.faults.network_duplicate import NetworkDuplicate
from gameday.faults.network_latency import NetworkLatency
from gameday.faults.network_loss import NetworkLoss
from gameday.faults.network_partition import NetworkPartition
from gameday.faults.network_reorder import NetworkReorder
from gameday.faults.process_crash import ProcessCrash
from gameday.faults.process_hang import ProcessHang
from gameday.faults.queue_backlog import QueueBacklog
from gameday.faults.replica_lag import ReplicaLag
from gameday.faults.scrape_blocked import ScrapeBlocked
from gameday.model.protocols import Fault

FAULTS: dict[str, type[Fault]] = {
    "alertmanager_down": AlertmanagerDown,
    "bad_deploy": BadDeploy,
    "cache_flush": CacheFlush,
    "certificate_expired": CertificateExpired,
    "clock_skew": ClockSkew,
    "config_change": ConfigChange,
    "connection_reset": ConnectionReset,
    "container_kill": ContainerKill,
    "container_pause": ContainerPause,
    "container_stop": ContainerStop,
    "cpu_limit": CpuLimit,
    "cpu_pressure": CpuPressure,
    "credential_revoked": CredentialRevoked,
    "database_connections_exhausted": DatabaseConnectionsExhausted,
    "database_locks": DatabaseLocks,
    "disk_full": DiskFull,
    "disk_slow": DiskSlow,
    "dns_failure": DnsFailure,
    "file_descriptors_exhausted": FileDescriptorsExhausted,
    "http_errors": HttpErrors,
    "http_slow": HttpSlow,
    "memory_pressure": MemoryPressure,
    "network_bandwidth": NetworkBandwidth,
    "network_corrupt": NetworkCorrupt,
    "network_duplicate": NetworkDuplicate,
    "network_latency": NetworkLatency,
    "network_loss": NetworkLoss,
    "network_partition": NetworkPartition,
    "network_reorder": NetworkReorder,
    "process_crash": ProcessCrash,
    "process_hang": ProcessHang,
    "queue_backlog": QueueBacklog,
    "replica_lag": ReplicaLag,
    "scrape_blocked": ScrapeBlocked,
}
