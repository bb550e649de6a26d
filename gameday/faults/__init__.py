"""The catalogue of faults: one file each, and this index."""

from __future__ import annotations

from gameday.faults.connection_reset import ConnectionReset
from gameday.faults.container_kill import ContainerKill
from gameday.faults.container_pause import ContainerPause
from gameday.faults.network_latency import NetworkLatency
from gameday.faults.network_loss import NetworkLoss
from gameday.faults.network_partition import NetworkPartition
from gameday.model.protocols import Fault

FAULTS: dict[str, type[Fault]] = {
    "connection_reset": ConnectionReset,
    "container_kill": ContainerKill,
    "container_pause": ContainerPause,
    "network_latency": NetworkLatency,
    "network_loss": NetworkLoss,
    "network_partition": NetworkPartition,
}
