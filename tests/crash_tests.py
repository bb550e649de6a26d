"""The forty crash tests: what dies, hangs or changes, and the tests that hold what must be so afterwards.

`tests/house/test_crash_tests.py` sees that each of them exists. After each drill that is killed: every fault's line is ended,
the timeline is a whole chain, no process of it lives, its locks are free, and the host is as `tests/sandbox/host_picture.py` saw it before.
"""

from __future__ import annotations

from typing import NamedTuple

PROTOCOL = "sandbox/test_crash_protocol.py::"
CRASHES = "sandbox/test_crashes.py::"
STOPS = "sandbox/test_stops.py::"
LOCKS = "sandbox/test_locks.py::"
NETWORK = "sandbox/network/test_network.py::"
DAEMON = "undo/test_daemon_away.py::"
UNDO = "undo/test_put_back.py::"
VERBS = "undo/test_verbs.py::"


class Row(NamedTuple):
    """What happens, and the tests of it."""

    what: str
    tests: tuple[str, ...]


CRASH_TESTS: dict[int, Row] = {
    1: Row("gameday killed before the intent", (PROTOCOL + "test_killed_before_anything_was_broken", CRASHES + "test_killed_at_a_moment")),
    2: Row("killed between intent and deed", (CRASHES + "test_killed_at_a_moment", UNDO + "test_an_intent_alone_counts_as_a_fault")),
    3: Row("killed during the Docker call", (DAEMON + "test_a_call_that_was_on_its_way_when_its_caller_died_is_undone_too",)),
    4: Row("killed after the deed, before `armed`", (CRASHES + "test_killed_at_a_moment", PROTOCOL + "test_a_few_random_drills_killed_at_random")),
    5: Row("killed while a pause is armed", (CRASHES + "test_killed_at_a_moment",)),
    6: Row("killed while a network is cut: names and addresses", (PROTOCOL + "test_a_few_random_drills_killed_at_random",)),
    7: Row("killed while packets are held in a queue", (NETWORK + "test_killing_the_sidecar_heals_the_network_at_once_and_the_rest_is_cleared",)),
    8: Row("killed with its guard: the kernel's own end", (NETWORK + "test_a_sidecar_ends_by_itself_when_its_time_is_over",)),
    9: Row(
        "killed with its guard: the next command recovers",
        (PROTOCOL + "test_guard_and_drill_killed_the_next_command_puts_it_back_and_doctor_says_so_meanwhile",),
    ),
    10: Row("guard killed", (STOPS + "test_a_dead_guard_ends_the_drill",)),
    11: Row("killed between two undo steps", (DAEMON + "test_of_two_steps_the_second_is_done_by_whoever_comes_next",)),
    12: Row("killed after the undo, before its line", (DAEMON + "test_what_was_done_before_its_line_was_written_is_done_again_harmlessly",)),
    13: Row("gameday stopped by SIGSTOP", (STOPS + "test_a_drill_that_hangs_is_taken_over", UNDO + "test_a_drill_that_was_taken_over_or_is_over_injects_nothing_more")),
    14: Row("guard stopped, gameday killed", (PROTOCOL + "test_a_guard_that_was_stopped_does_nothing_when_it_wakes_up_late",)),
    15: Row("SIGINT once, twice, five times", (PROTOCOL + "test_signals_end_it_once_however_many_come",)),
    16: Row("SIGTERM during the undo", (PROTOCOL + "test_signals_end_it_once_however_many_come",)),
    17: Row("SIGHUP; a pipe without a reader", (STOPS + "test_a_signal_ends_it_after_the_undo", PROTOCOL + "test_a_reader_that_goes_away_ends_nothing_unsaid")),
    18: Row("killed by the kernel for memory: a SIGKILL like any", (CRASHES + "test_killed_at_a_moment",)),
    19: Row("disk full at the intent", (PROTOCOL + "test_a_full_disk_before_the_deed_breaks_nothing", "conduct/test_activities.py::test_what_cannot_be_written_down_is_not_broken")),
    20: Row("disk full once armed", (STOPS + "test_a_full_disk_ends_the_drill_after_the_undo",)),
    21: Row("ledger locked by another process", (DAEMON + "test_a_locked_ledger_forbids_breaking_and_does_not_hold_up_the_undo",)),
    22: Row(
        "the drill's folder removed while armed",
        (
            PROTOCOL + "test_a_folder_that_is_removed_while_armed_hides_nothing_from_the_guard",
            PROTOCOL + "test_without_its_ledger_a_fault_is_put_back_from_the_lock",
            DAEMON + "test_a_ledger_whose_file_is_gone_still_tells_what_to_undo",
        ),
    ),
    23: Row("ledger torn in a line", (PROTOCOL + "test_a_torn_ledger_is_used_as_far_as_it_goes_and_that_is_said", UNDO + "test_a_torn_line_swallows_nothing")),
    24: Row("the writer of the timeline killed", ("bundle/test_timeline_file.py::test_what_was_acknowledged_survives_a_killed_writer",)),
    25: Row("the Docker daemon away for a while", (DAEMON + "test_one_that_is_away_is_waited_for", UNDO + "test_a_daemon_that_is_away_for_a_while_is_waited_for")),
    26: Row(
        "the Docker daemon answers 500, half, or never",
        (
            DAEMON + "test_a_daemon_that_answers_wrong_is_asked_until_it_answers_right",
            DAEMON + "test_one_that_never_does_is_told_with_the_command_and_the_fault_stays_open",
        ),
    ),
    27: Row("target removed", (PROTOCOL + "test_what_others_do_to_the_target_is_respected", UNDO + "test_a_removed_container_took_the_fault_with_it")),
    28: Row("target restarted", (PROTOCOL + "test_what_others_do_to_the_target_is_respected", NETWORK + "test_a_target_that_was_restarted_lost_its_fault_and_is_not_touched")),
    29: Row("target made anew under its name", (PROTOCOL + "test_what_others_do_to_the_target_is_respected",)),
    30: Row("a process number given to another", (VERBS + "test_a_signal_reaches_only_the_process_that_was_meant",)),
    31: Row("somebody pauses, unpauses or stops the target", (PROTOCOL + "test_what_others_do_to_the_target_is_respected", "review/test_end_state.py::test_what_others_changed_is_theirs")),
    32: Row("two drills at one instant", (LOCKS + "test_of_two_processes_at_one_instant_exactly_one_wins",)),
    33: Row("two stores, one daemon", (PROTOCOL + "test_two_stores_on_one_daemon_cannot_hit_one_target", LOCKS + "test_a_second_drill_is_refused_and_told_who_holds_the_target")),
    34: Row("the lock of a host that is dead", (LOCKS + "test_the_lock_of_an_owner_out_of_sight_holds_until_its_lease_ended",)),
    35: Row("`recover` twice, and beside a living drill", (PROTOCOL + "test_recover_twice_at_once_undoes_once_and_never_harms_a_living_drill",)),
    36: Row(
        "an abort condition that hangs or cannot be read",
        (PROTOCOL + "test_no_data_for_an_abort_condition_stops_the_drill_unless_that_is_allowed", "conduct/test_abort.py::test_a_probe_that_hangs_counts_as_blind_and_writes_nothing_after_the_end"),
    ),
    37: Row(
        "the wall clock is set; the host sleeps",
        (
            "test_time_of_day.py::test_timeline_and_ledger_are_dated_by_it",
            "test_time_of_day.py::test_that_it_was_set_is_noted_once_each_time",
            "collectors/test_docker_events.py::test_a_daemon_whose_clock_is_set_is_understood_all_the_same",
            "conduct/test_activities.py::test_a_host_that_slept_past_the_end_of_a_fault_ends_it_when_it_wakes_up",
        ),
    ),
    38: Row("schedules: gaps and folds of the clock, a slot missed, two daemons", (
        "schedule/test_rule.py::test_a_time_that_the_clock_shows_twice_is_one_slot",
        "schedule/test_rule.py::test_a_time_that_the_clock_leaves_out_is_a_slot_as_much_later",
        "server/test_scheduler.py::test_what_was_missed_while_no_server_ran_is_recorded",
        "server/test_kills.py::test_whatever_is_killed_whenever",
    )),
    39: Row("the worker hangs", (CRASHES + "test_a_worker_that_hangs_is_ended_and_its_fault_put_back",)),
    40: Row("random drills killed at random", (PROTOCOL + "test_a_few_random_drills_killed_at_random", PROTOCOL + "test_random_drills_killed_at_random")),
}  # fmt: skip
