"""Command lines of a page: cleaned of prompts, comments and output, and as a pattern that a responder's own matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gameday.model.mutation import mutates

_LOOKS = re.compile(
    r"(?:sudo\s+)?(?:"
    r"(?:kubectl|oc)\s+(?:-\S+\s+(?:\S+\s+)?){0,4}?(?:get|describe|logs?|top|explain|version|cluster-info|events|rollout\s+(?:history|status))\b"
    r"|(?:docker|podman)\s+(?:(?:compose|container|image|service)\s+)?(?:ps|ls|logs|inspect|stats|top|images|info|version|events|diff)\b"
    r"|systemctl\s+(?:status|show|list-\S+|is-\S+|cat)\b|git\s+(?:log|diff|show|status|blame)\b|helm\s+(?:list|ls|status|history|get)\b"
    r"|(?:cat|date|df|dig|dmesg|du|free|grep|host|iostat|journalctl|less|ls|lsof|netstat|nslookup|ping|ps|ss|tail|top|traceroute|uptime|vmstat)\s"
    r")"
)
TOOLS = frozenset(
    [
        "ansible",
        "aws",
        "az",
        "cat",
        "cd",
        "chmod",
        "chown",
        "compose",
        "cp",
        "crictl",
        "curl",
        "date",
        "dd",
        "df",
        "dig",
        "dmesg",
        "docker",
        "docker-compose",
        "du",
        "etcdctl",
        "export",
        "find",
        "free",
        "gcloud",
        "git",
        "grep",
        "helm",
        "host",
        "http",
        "iostat",
        "ip",
        "iptables",
        "jq",
        "journalctl",
        "k3s",
        "kill",
        "kubeadm",
        "kubectl",
        "kubectx",
        "lsof",
        "ls",
        "make",
        "mount",
        "mv",
        "mysql",
        "nc",
        "netstat",
        "nslookup",
        "oc",
        "openssl",
        "pg_ctl",
        "pg_dump",
        "ping",
        "podman",
        "promtool",
        "amtool",
        "ps",
        "psql",
        "python",
        "python3",
        "redis-cli",
        "rm",
        "sed",
        "service",
        "sh",
        "bash",
        "ssh",
        "ss",
        "sudo",
        "sysctl",
        "systemctl",
        "tail",
        "telnet",
        "terraform",
        "top",
        "touch",
        "traceroute",
        "umount",
        "uptime",
        "vmstat",
        "wget",
        "gameday",
    ]
)
"""First words by which a line is known as a command where nothing else says so."""
_TRIVIAL = re.compile(
    r"(?:cd|export|set|echo|exit|source|\.|alias|unset|true|clear|pwd|sleep)(?:\s|$)|[A-Za-z_]\w*=(?:\S*|<[^>]*>|'[^']*'|\"[^\"]*\")$"
)
_PROMPT = re.compile(r"\s*(?:\([^)]*\)\s*)?(?:[\w.@:~/-]+)?[$%]\s+(?=\S)")
_PLACEHOLDER = re.compile(r"<[^<>|&;\s][^<>|&;]*>|\$\{\w+\}|\$[A-Za-z_]\w*|\{\{[^{}]*\}\}")
_SUBSTITUTION = re.compile(r"\$\([^()]*\)|`[^`]*`")
_SETTING = re.compile(r"(?:- )?[\w.-]+:(?:\s|$)")
"""`metricsBindAddress: 0.0.0.0:10249` is what to write somewhere, not what to run."""
_TABLE = re.compile(r"^\.{3}|^-{3,}|\S\s{3,}\S.*\S\s{2,}\S")
_WHERE = re.compile(r"\s(?:-n|--namespace|--context)(?:\s+|=)\0(?=\s|$)")
_BETWEEN = r"(?:\s+--?[A-Za-z][\w-]*(?:[ =][^\s;&|]+)?){0,4}?\s+"
_QUOTES = "'\""


def only_looks(command: str) -> bool:
    """Whether a command is known to change nothing. Not the opposite of `mutates`: of many tools neither is known."""
    parts = re.split(r"&&|\|\||;", _SUBSTITUTION.sub("", command))
    return all(_LOOKS.match(_first_of_pipe(part).strip() + " ") for part in parts) and not mutates(command)


def looks_like_command(text: str) -> bool:
    """Whether one line of text, without more around it, is a command: a known tool and something to do."""
    words = _without_prompt(text).split()
    return len(words) > 1 and words[0] in TOOLS


def command_lines(text: str) -> tuple[str, ...]:
    """The commands in a fence. Where lines have prompts, the lines without one are output."""
    joined = list(_joined(text.splitlines()))
    prompted = [line for line in joined if _PROMPT.match(line)]
    meant = prompted or [line for line in joined if line.split(" ")[0] in TOOLS or not _TABLE.search(line)]
    lines = (_without_comment(_without_prompt(line)).strip() for line in meant)
    return tuple(line for line in lines if line and not _SETTING.match(line))


def telling(commands: Iterable[str]) -> tuple[str, ...]:
    """The commands whose running says that a step was done: those that change something, else all that do something."""
    all_of = [c for c in commands if not _TRIVIAL.match(c)]
    return tuple([c for c in all_of if mutates(c)] or all_of)


def pattern_of(command: str) -> str:
    """A regular expression that finds this command however it is spaced and quoted; placeholders match any word.

    Options of one's own may stand between its words, and where it acts (`-n $NAMESPACE`) may be said elsewhere or not.
    What is piped into filters, or redirected, is left out: people filter in their own way.
    """
    marked = _PLACEHOLDER.sub("\0", _first_of_pipe(_SUBSTITUTION.sub("\1", command)))
    words = [_word_pattern(w) for w in _WHERE.sub(" ", marked).split()]
    return r"(?:^|[\s;&|(])" + _BETWEEN.join(words) + r"(?=$|[\s;&|)])" if words else ""


def _word_pattern(word: str) -> str:
    bare = "".join(c for c in word if c not in _QUOTES)
    pattern = re.escape(bare).replace(r"\-", "-").replace("\0", r"\S+").replace("\1", ".+")
    return rf"['\"]?{pattern}['\"]?" if any(q in word for q in _QUOTES) else pattern


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines that end with a backslash are one with the next."""
    held = ""
    for line in lines:
        held += line.strip() if held else line.rstrip()
        if held.endswith("\\"):
            held = held[:-1].rstrip() + " "
        else:
            yield held
            held = ""
    if held:
        yield held


def _without_prompt(line: str) -> str:
    return _PROMPT.sub("", line, count=1).strip()


def _outside_quotes(text: str) -> Iterator[tuple[int, str]]:
    quote = ""
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        else:
            yield index, character


def _without_comment(line: str) -> str:
    for index, character in _outside_quotes(line):
        if character == "#" and (index == 0 or line[index - 1].isspace()):
            return line[:index]
    return line


def _first_of_pipe(command: str) -> str:
    for index, character in _outside_quotes(command):
        around = command[index - 1 : index + 2]
        if character == "|" and "||" not in around:
            return command[:index]
        if (
            character == ">"
            and (index == 0 or command[index - 1] in " 12&")
            and not _PLACEHOLDER.search(command, max(0, command.rfind("<", 0, index)), index + 1)
        ):
            return command[:index].rstrip("12& ")
    return command
