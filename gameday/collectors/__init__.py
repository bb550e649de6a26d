"""The catalogue of collectors: each listens to one outside trace. One file each, and this index."""

from __future__ import annotations

from gameday.collectors.alertmanager_alerts import AlertmanagerAlerts
from gameday.collectors.docker_events import DockerEvents
from gameday.collectors.gateway_log import GatewayLog
from gameday.collectors.ops_log import OpsLog
from gameday.collectors.pager_webhook import PagerWebhook
from gameday.collectors.prometheus_alerts import PrometheusAlerts
from gameday.collectors.shell_log import ShellLog
from gameday.collectors.words_inbox import WordsInbox
from gameday.model.protocols import Collector

COLLECTORS: dict[str, type[Collector]] = {
    "alertmanager_alerts": AlertmanagerAlerts,
    "docker_events": DockerEvents,
    "gateway_log": GatewayLog,
    "ops_log": OpsLog,
    "pager_webhook": PagerWebhook,
    "prometheus_alerts": PrometheusAlerts,
    "shell_log": ShellLog,
    "words_inbox": WordsInbox,
}
