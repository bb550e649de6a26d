"""The catalogue of faults: one file each, and this index."""

from __future__ import annotations

from gameday.faults.alertmanager_down import AlertmanagerDown
from gameday.faults.bad_deploy import BadDeploy
from gameday.faults.connection_reset import ConnectionReset
from gameday.faults.container_kill import ContainerKill
from gameday.faults.container_pause import ContainerPause
from gameday.faults.container_stop import ContainerStop
from gameday.faults.cpu_limit import CpuLimit
from gameday.faults.cpu_pressure import CpuPressure
from gameday.faults.database_connections_exhausted import DatabaseConnectionsExhausted
from gameday.faults.database_locks import DatabaseLocks
from gameday.faults.disk_full import DiskFull
from gameday.faults.dns_failure import DnsFailure
from gameday.faults.file_descriptors_exhausted import FileDescriptorsExhausted
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
from gameday.faults.scrape_blocked import ScrapeBlocked
from gameday.model.protocols import Fault

FAULTS: dict[str, type[Fault]] = {
    "bad_deploy": BadDeploy,
    "connection_reset": ConnectionReset,
    "container_kill": ContainerKill,
    "container_pause": ContainerPause,
    "container_stop": ContainerStop,
    "cpu_limit": CpuLimit,
    "cpu_pressure": CpuPressure,
    "database_connections_exhausted": DatabaseConnectionsExhausted,
    "database_locks": DatabaseLocks,
    "disk_full": DiskFull,
    "file_descriptors_exhausted": FileDescriptorsExhausted,
    "memory_pressure": MemoryPressure,
    "process_crash": ProcessCrash,
    "process_hang": ProcessHang,
    "network_latency": NetworkLatency,
    "network_loss": NetworkLoss,
    "network_partition": NetworkPartition,
    "alertmanager_down": AlertmanagerDown,
    "dns_failure": DnsFailure,
    "network_bandwidth": NetworkBandwidth,
    "network_corrupt": NetworkCorrupt,
    "network_duplicate": NetworkDuplicate,
    "network_reorder": NetworkReorder,
    "scrape_blocked": ScrapeBlocked,
}
