"""The catalogue of gap rules: one file each, and this index. A rule's docstring is its manual page."""

from __future__ import annotations

from types import ModuleType

from gameday.gaps import (
    alert_delivered_late,
    alert_never_fired,
    alert_not_delivered,
    alert_reset_late,
    alert_routed_to_wrong_team,
    alert_unexpected,
    baseline_not_steady,
    cleanup_incomplete,
    fault_without_effect,
    first_mitigation_late,
    heartbeat_missing,
    incident_not_declared,
    observer_blind,
    page_unacknowledged,
    recovered_by_injector,
    runbook_link_dead,
    runbook_link_missing,
    runbook_section_missing,
    runbook_step_skipped,
    solved_by_undocumented_path,
)

GAPS: dict[str, ModuleType] = {
    "alert_delivered_late": alert_delivered_late,
    "alert_never_fired": alert_never_fired,
    "alert_not_delivered": alert_not_delivered,
    "alert_reset_late": alert_reset_late,
    "alert_routed_to_wrong_team": alert_routed_to_wrong_team,
    "alert_unexpected": alert_unexpected,
    "baseline_not_steady": baseline_not_steady,
    "cleanup_incomplete": cleanup_incomplete,
    "fault_without_effect": fault_without_effect,
    "first_mitigation_late": first_mitigation_late,
    "heartbeat_missing": heartbeat_missing,
    "incident_not_declared": incident_not_declared,
    "observer_blind": observer_blind,
    "page_unacknowledged": page_unacknowledged,
    "recovered_by_injector": recovered_by_injector,
    "runbook_link_dead": runbook_link_dead,
    "runbook_link_missing": runbook_link_missing,
    "runbook_section_missing": runbook_section_missing,
    "runbook_step_skipped": runbook_step_skipped,
    "solved_by_undocumented_path": solved_by_undocumented_path,
}
