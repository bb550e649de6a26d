"""Mistakes in `gameday.toml`: each at its own place, with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.errors import InvalidInput
from gameday.load.settings import places_of_settings, read_settings


def mistakes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "gameday.toml"
    path.write_text(text)
    with pytest.raises(InvalidInput) as wrong:
        read_settings(path, lambda: ["alert_never_fired"])
    return [f"{m.line}:{m.column}: {m.message}" for m in wrong.value.mistakes]


def test_a_key_that_another_key_begins_with_is_told_at_its_own_place(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "[limits]\nparallel_faults = 2\n\n[limit]\nparallel_faults = 3\n")
    assert found == ["4:2: limit: unknown key 'limit'; did you mean 'limits'?"]


def test_what_is_missing_is_told_at_the_table_that_lacks_it(tmp_path: Path) -> None:
    found = mistakes(tmp_path, '# Settings.\n[environments.a]\nproject = "p"\n[environments.a.prometheus]\nuri = "http://x"\n')
    assert found == [
        "4:2: environments.a.prometheus.url: is missing",
        "5:1: environments.a.prometheus.uri: unknown key 'uri'; did you mean 'url'?",
    ]


def test_keys_of_a_table_in_one_line_have_their_own_column(tmp_path: Path) -> None:
    found = mistakes(tmp_path, '[environments.a]\nproject = "p"\nprometheus = {url = "http://x", tocken = "t"}\n')
    assert found == ["3:33: environments.a.prometheus.tocken: unknown key 'tocken'; did you mean 'token'?"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[environments.a]\nproject = 3\n", "2:1: environments.a.project: '3' is not text; write it in quotes"),
        ('[limits]\nparallel_faults = "x"\n', "2:1: limits.parallel_faults: 'x' is no whole number"),
        ('[probes]\ncommands = "ls"\n', "2:1: probes.commands: 'ls' is not a list; write it in brackets"),
        ("limits = 3\n", "1:1: limits: '3' is not a table"),
        ('[rules.off]\n"alert_never_fird" = "it is noisy"\n', "2:1: no gap rule 'alert_never_fird'; did you mean 'alert_never_fired'?"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_words(tmp_path: Path, text: str, said: str) -> None:
    assert [m[: len(said)] for m in mistakes(tmp_path, text)] == [said]


def test_all_of_them_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "[storee]\nx = 1\n[store]\nkeep_dayz = 2\n[limits]\nparallel_fault = 1\n")
    assert [m.partition(":")[0] for m in found] == ["1", "4", "6"]


def test_places_are_known_for_those_who_refuse_by_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "gameday.toml"
    path.write_text('[environments.a]\nproject = "p"\n\n[environments.a.working_hours]\nzone = "UTC"\n')
    places = places_of_settings(path)
    assert places["environments.a.project"].endswith("gameday.toml:2")
    assert places["environments.a.working_hours"].endswith("gameday.toml:4")
