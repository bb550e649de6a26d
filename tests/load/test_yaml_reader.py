"""Strict YAML: what is refused, where, and what plain values become."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gameday.errors import InvalidInput
from gameday.load.tree import Branch, find, plain
from gameday.load.yaml_reader import parse_yaml, read_yaml


def said(text: str) -> str:
    with pytest.raises(InvalidInput) as error:
        parse_yaml(text, "x.yaml")
    return str(error.value)


def value(text: str) -> object:
    tree = plain(parse_yaml(f"v: {text}", "x.yaml"))
    assert isinstance(tree, dict)
    return tree["v"]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "~"])
def test_an_empty_file_is_said_to_be_empty(text: str) -> None:
    assert said(text) == "x.yaml:1:1: the file is empty"


def test_a_second_document_is_told_with_the_line_of_its_dashes() -> None:
    assert said("a: 1\n---\nb: 2\n") == "x.yaml:2:1: a second document begins here; write one document a file"


@pytest.mark.parametrize("text", ["a:\n\tb: 1\n", "a: 1\n\tb: 1\n"])
def test_a_tab_for_indentation_is_told_as_a_tab(text: str) -> None:
    assert said(text) == "x.yaml:2:1: a tab is used for indentation; YAML wants spaces"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: b: c", "1:5", 'a ":" stands where none may be'),
        ('a: "x', "1:6", "opened and never closed"),
        ("a: @x", "1:4", "cannot begin a value"),
        ("a: {b: ${x}}", "1:9", "needs quotes"),
        ('a: "\\q"', "1:5", "escape is not known"),
        ("a:\n  b: 1\n c: 2", "3:2", "check the indentation"),
    ],
)
def test_bad_yaml_is_told_in_plain_words_at_its_place(text: str, place: str, words: str) -> None:
    message = said(text)
    assert message.startswith(f"x.yaml:{place}: ")
    assert words in message


@pytest.mark.parametrize("text", ["[" * 3000, "a: " + "{a: " * 3000, "- " * 3000 + "x", "? " * 3000 + "x"])
def test_three_thousand_nested_brackets_are_too_deep_and_nothing_worse(text: str) -> None:
    began = time.perf_counter()
    assert "deeper than 32 levels" in said(text)
    assert time.perf_counter() - began < 0.5


def test_an_alias_bomb_is_refused_at_its_first_anchor_at_once() -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
    began = time.perf_counter()
    assert said(bomb) == "x.yaml:1:5: the anchor &a0 is not allowed; write the value out where it is needed"
    assert time.perf_counter() - began < 0.05


@pytest.mark.parametrize("text", ["a: *b", "<<: *b"])
def test_aliases_are_refused(text: str) -> None:
    assert "the alias *b is not allowed" in said(text)


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.system [ls]", "a: !x 1", "!!map {a: 1}"])
def test_tags_are_refused(text: str) -> None:
    assert "is not allowed; write a plain value" in said(text)


def test_a_key_written_twice_names_both_lines() -> None:
    message = said("safe: true\nb: 1\nsafe: false\n")
    assert message == "x.yaml:3:1: the key 'safe' is written twice: line 1 and line 3; keep one"


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    lines = said("a: 1\na: 2\nb: 017\nc: !x 1\n").splitlines()
    assert [line.split(":")[1] for line in lines] == ["2", "3", "4"]


@pytest.mark.parametrize("text", ["22:30", "12:30:45", "no", "yes", "on", "off", "2026-11-23", "0o8", "1_000", "0b1", "=", "<<"])
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1", 1), ("-5", -5), ("1e3", 1000.0), (".5", 0.5), ("0x1f", 31), ("true", True), ("False", False), ("~", None),
     ("", None), ('"1"', "1"), ("'no'", "no"), ("0", 0), ("0.5", 0.5), ("|\n  1", "1"), ("0o17", 15)],
)  # fmt: skip
def test_plain_values_are_those_of_yaml_1_2(text: str, wanted: object) -> None:
    found = value(text)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize("text", ["017", "08", "-01", "00"])
def test_a_number_with_a_leading_zero_is_a_mistake_with_a_hint(text: str) -> None:
    assert f"x.yaml:1:4: {text} begins with 0" in said(f"v: {text}")


@pytest.mark.parametrize("text", [".nan", ".inf", "-.inf", "1e999"])
def test_numbers_that_cannot_be_compared_are_mistakes(text: str) -> None:
    assert said(f"v: {text}").startswith("x.yaml:1:4: ")


def test_a_number_of_five_thousand_digits_is_a_mistake() -> None:
    assert "too many digits" in said("v: " + "9" * 5000)


def test_keys_stay_as_they_are_written() -> None:
    assert plain(parse_yaml("on: 1\n1: 2\nnull: 3\n", "x.yaml")) == {"on": 1, "1": 2, "null": 3}


def test_a_list_as_a_key_is_a_mistake() -> None:
    assert "cannot be a key" in said("? [a]\n: 1")


@pytest.mark.parametrize(("character", "shown"), [("\\x1b[2J", "\\x1b[2J"), ("\\u202e", "\\u202e"), ("\\u200b", "\\u200b")])
def test_control_and_bidirectional_characters_are_told_and_shown_escaped(character: str, shown: str) -> None:
    message = said(f'v: "pay{character}ments"')
    assert f'"pay{shown}ments"' in message
    assert "\x1b" not in message
    assert "\u202e" not in message


def test_a_raw_control_character_is_told_with_its_place() -> None:
    assert said("a: 1\nb: \x1b") == "x.yaml:2:4: the character U+001B is not allowed in YAML"


def read(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    try:
        return str(plain(read_yaml(path)))
    except InvalidInput as error:
        return str(error).replace(str(path), "x.yaml")


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa: 1\n") == "{'a': 1}"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_told_as_such(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, "a: 1\n".encode(encoding)) == "x.yaml:1:1: is UTF-16 or UTF-32; save it as UTF-8"


def test_a_byte_that_is_not_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    assert read(tmp_path, b"a: 1\nb: caf\xe9\n") == "x.yaml:2:7: byte 0xe9 is not UTF-8; save the file as UTF-8"


def test_a_nul_byte_is_told_with_its_place(tmp_path: Path) -> None:
    assert read(tmp_path, b"a: 1\nb: x\0y\n") == "x.yaml:2:5: holds a NUL byte; it is not a text file"


def test_ten_megabytes_are_refused_before_anything_is_parsed(tmp_path: Path) -> None:
    assert read(tmp_path, b"[" * 10_000_000) == "x.yaml: is 10000 kB; a file may have 256 kB"


def test_a_file_that_is_not_there_and_a_folder_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(InvalidInput, match="is not a file"):
        read_yaml(tmp_path)


def test_lines_count_on_from_where_the_text_begins_in_its_file() -> None:
    with pytest.raises(InvalidInput, match=r"x\.yaml:12:1: the key 'a'"):
        parse_yaml("a: 1\nb: 1\na: 2\n", "x.yaml", first_line=10)


def test_the_tree_remembers_where_values_stand_and_passes_over_what_it_does_not_hold() -> None:
    tree = parse_yaml("a:\n  - {b: 1,\n     c: 2}\n", "x.yaml")
    assert isinstance(tree, Branch)
    node, way, mark = find(tree, ("a", "SomeTag", 0, "c"))
    assert (plain(node), way, (mark.line, mark.column)) == (2, ("a", 0, "c"), (3, 9))
