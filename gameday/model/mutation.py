"""Does a shell command change something? Judged by the program and what it is told, not by words that occur in the line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

Words = Sequence[str]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PUNCTUATION = ";&|()<>\n"
_KEYWORDS = frozenset({"do", "then", "else", "elif", "if", "while", "until", "!", "{", "}", "time", "done", "fi"})
_SETTING = re.compile(r"[A-Za-z_]\w*=")
_INSIDE = re.compile(r"\$\(([^()]*)\)|`([^`]*)`")
_LIKELY = re.compile(r"\b(restart|start|stop|kill|pause|unpause|rm|up|down|scale|apply|delete|patch|PUT|POST|DELETE|PATCH)\b")
"""Words by which a line that cannot be taken apart is taken to change something."""

_DOCKER = _set(
    "restart start stop kill pause unpause rm rmi up down update run scale create rename connect disconnect prune rollback deploy"
)
_DOCKER_GROUPS = _set("container image network volume system service stack node swarm config secret compose plugin context")
_DOCKER_VALUES = _set(
    "-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey -f --file -p --project-name --profile"
    " --project-directory --env-file --ansi"
)
_EXEC_VALUES = _set("-e --env -u --user -w --workdir --env-file --detach-keys --index -c --container -n --namespace")
_KUBE = _set("apply delete scale patch edit drain cordon uncordon create replace set label annotate taint expose run autoscale cp evict")
_KUBE_VALUES = _set("-n --namespace --context --kubeconfig --cluster --user -s --server -l --selector -o --output -f --filename")
_UNITS = _set(
    "start stop restart try-restart reload reload-or-restart kill enable disable mask unmask isolate daemon-reload daemon-reexec reboot"
    " poweroff halt rescue edit set-property reset-failed revert"
)
_SQL = re.compile(
    r"\b(insert|update|delete|drop|alter|create|truncate|grant|revoke|vacuum|reindex|cluster|call|merge|copy|kill|flush)\b"
    r"|\bpg_(terminate|cancel)_backend\b|\bpg_(promote|reload_conf|rotate_logfile|switch_wal|wal_replay_\w+)\b",
    re.IGNORECASE,
)
_REDIS = _set(
    "append bgrewriteaof bgsave blpop brpop copy debug decr decrby del eval evalsha expire expireat failover flushall flushdb getdel getset"
    " hdel hincrby hmset hset incr incrby linsert lpop lpush lrem lset ltrim migrate move mset persist pexpire psetex publish rename replicaof"
    " restore rpop rpoplpush rpush sadd save script sdiffstore set setex setnx setrange shutdown slaveof smove spop srem swapdb unlink xack xadd"
    " xdel xgroup xtrim zadd zincrby zrem"
)
_REDIS_VALUES = _set("-h -p -a -n -u --user --pass -s -r -i -d --cacert --cert --key")
_CURL_DATA = ("-d", "--data", "-F", "--form", "-T", "--upload-file", "--json")
_WRITES = frozenset({"PUT", "POST", "DELETE", "PATCH"})


def mutates(line: str) -> bool:
    """Whether one of the commands of a line changes something outside of the shell, as far as their words tell.

    What nobody can know (a script, a program that is not known here) counts as looking: what it does to containers,
    flags and releases is seen where it happens.
    """
    try:
        return any(_changes(command) for command in simple_commands(line))
    except ValueError:  # a quote without its end
        return bool(_LIKELY.search(line))


def simple_commands(line: str) -> Iterator[list[str]]:
    """The commands of a line, each as its words: of lists, pipes, loops, and what is put in by `$(…)`.

    Raises ValueError where a quote has no end.
    """
    lexer = shlex.shlex(line.replace("\\\n", " "), posix=True, punctuation_chars=_PUNCTUATION)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    words: list[str] = []
    redirected = commented = False
    for word in lexer:
        if word and all(c in _PUNCTUATION for c in word):
            redirected = word[-1] in "<>&" and word[0] in "<>"
            commented = commented and "\n" not in word
            if not redirected and not commented:
                yield from _whole(words)
                words = []
        elif commented or word.startswith("#"):
            commented = True
        elif redirected:
            redirected = False
        else:
            words.append(word)
    yield from _whole(words)


def _whole(words: list[str]) -> Iterator[list[str]]:
    if words:
        yield words
    for word in words:
        for inside in _INSIDE.finditer(word):
            yield from simple_commands(inside[1] or inside[2] or "")


def _changes(words: Words) -> bool:
    rest = list(words)
    while rest and (rest[0] in _KEYWORDS or _SETTING.match(rest[0])):
        del rest[0]
    if not rest:
        return False
    program, told = rest[0].rpartition("/")[2], rest[1:]
    if program in _CARRIERS:
        inner = _CARRIERS[program](told)
        return bool(inner) and _changes(inner)
    if program in ("sh", "bash", "zsh", "dash", "ash", "su", "ssh", "eval"):
        return _of_text(program, told)
    judge = _PROGRAMS.get(program)
    return judge is not None and judge(told)


# --- programs that run others ---------------------------------------------------------------------------------------


def _behind(values: frozenset[str], skip: int = 0, settings: bool = False) -> Callable[[Words], list[str]]:
    """The command behind options, of which these take a value, and `skip` words."""

    def inner(told: Words) -> list[str]:
        rest = _without_options(told, values)
        while settings and rest and _SETTING.match(rest[0]):
            del rest[0]
        return rest[skip:]

    return inner


def _without_options(told: Words, values: frozenset[str]) -> list[str]:
    rest = list(told)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        option = rest.pop(0)
        if option in values and rest:
            del rest[0]
    return rest[1:] if rest[:1] == ["--"] else rest


_CARRIERS: Mapping[str, Callable[[Words], list[str]]] = {
    "sudo": _behind(_set("-u --user -g --group -h --host -p --prompt -C -T -U"), settings=True),
    "doas": _behind(frozenset({"-u", "-C"})),
    "env": _behind(frozenset({"-u", "--unset", "-C", "-S"}), settings=True),
    "command": _behind(frozenset()),
    "exec": _behind(frozenset({"-a"})),
    "nohup": _behind(frozenset()),
    "nice": _behind(frozenset({"-n"})),
    "ionice": _behind(_set("-c -n -p")),
    "timeout": _behind(_set("-k -s --signal --kill-after"), skip=1),
    "watch": _behind(frozenset({"-n", "--interval"})),
    "xargs": _behind(_set("-n -I -L -P -a -d -E -s")),
    "nsenter": _behind(_set("-t --target -S -G")),
}


def _of_text(program: str, told: Words) -> bool:
    """A command that is given as text: `sh -c '…'`, `ssh host '…'`."""
    if program == "ssh":
        rest = _without_options(told, _set("-i -p -l -o -F -J -L -R -D -E -c -b"))
        return len(rest) > 1 and mutates(" ".join(rest[1:]))
    if program == "eval":
        return mutates(" ".join(told))
    text = next((told[at + 1] for at, word in enumerate(told[:-1]) if re.fullmatch(r"-\w*c", word)), "")
    return mutates(text)


# --- programs by name -----------------------------------------------------------------------------------------------


def _docker(told: Words) -> bool:
    rest = _without_options(told, _DOCKER_VALUES)
    while rest and rest[0] in _DOCKER_GROUPS:
        rest = _without_options(rest[1:], _DOCKER_VALUES)
    if rest[:1] == ["exec"]:
        return _changes(_without_options(rest[1:], _EXEC_VALUES)[1:])
    if rest[:1] == ["cp"]:  # into a container, not out of one
        return ":" in rest[-1]
    return bool(rest) and rest[0] in _DOCKER


def _kubectl(told: Words) -> bool:
    rest = _without_options(told, _KUBE_VALUES)
    if rest[:1] == ["exec"]:
        return "--" in rest and _changes(rest[rest.index("--") + 1 :])
    if rest[:1] == ["rollout"]:
        return bool({"restart", "undo", "pause", "resume"} & set(_without_options(rest[1:], _KUBE_VALUES)[:1]))
    return bool(rest) and rest[0] in _KUBE and "--dry-run" not in " ".join(rest)


def _first(verbs: str, values: str = "") -> Callable[[Words], bool]:
    """Whether the first word behind the options is one of these."""
    wanted, valued = frozenset(verbs.split()), frozenset(values.split())
    return lambda told: bool(wanted & set(_without_options(told, valued)[:1]))


def _service(told: Words) -> bool:
    return any(word in _UNITS for word in told[1:2])


def _curl(told: Words) -> bool:
    asks = any(w in ("-G", "--get", "-I", "--head") or re.fullmatch(r"-[A-Za-z]*[GI][A-Za-z]*", w) for w in told)
    for at, word in enumerate(told):
        method = re.fullmatch(r"(?:-[A-Za-z]*X|--request[= ]?)=?(\w*)", word)
        if method:
            return (method[1] or "".join(told[at + 1 : at + 2])).upper() in _WRITES
    sends = any(w.startswith(_CURL_DATA) or re.fullmatch(r"-[A-Za-z]*[dFT]", w) for w in told)
    return sends and not asks


def _wget(told: Words) -> bool:
    return any(w.startswith(("--post-data", "--post-file", "--body")) or w.upper() in {f"--METHOD={m}" for m in _WRITES} for w in told)


def _httpie(told: Words) -> bool:
    return any(w in _WRITES for w in told[:3])


def _sql(told: Words) -> bool:
    return any(w in ("-f", "--file") or w.startswith("--file=") or _SQL.search(w) for w in told)


def _redis(told: Words) -> bool:
    rest = [w.lower() for w in _without_options(told, _REDIS_VALUES)]
    if rest[:1] in (["config"], ["client"], ["acl"], ["cluster"]):
        return bool({"set", "kill", "pause", "unpause", "setuser", "deluser", "failover", "reset", "resetstat", "rewrite"} & set(rest[1:2]))
    return bool(rest) and rest[0] in _REDIS


def _kill(told: Words) -> bool:
    return bool(told) and not {"-0", "-l", "-L"} & set(told) and list(told[:2]) != ["-s", "0"]


def _rules(told: Words) -> bool:
    return any(re.fullmatch(r"-[ADIRFXPZN]|--(append|delete|insert|replace|flush|new-chain|delete-chain|policy)", w) for w in told)


def _objects(told: Words) -> bool:
    """`ip route add …`, `tc qdisc del …`, `nft delete …`."""
    return any(
        w in ("add", "del", "delete", "change", "replace", "set", "flush", "insert", "append", "create", "destroy") for w in told[:4]
    )


def _gameday(told: Words) -> bool:
    return list(told[:1]) == ["sandbox"] and any(w in ("up", "down", "scale") for w in told[1:2])


def _always(told: Words) -> bool:
    return "--help" not in told and "--version" not in told


_PROGRAMS: Mapping[str, Callable[[Words], bool]] = {
    "docker": _docker, "podman": _docker, "docker-compose": _docker, "podman-compose": _docker, "compose": _docker, "nerdctl": _docker,
    "kubectl": _kubectl, "oc": _kubectl, "k": _kubectl,
    "helm": _first("install upgrade rollback uninstall delete", "-n --namespace --kube-context"),
    "systemctl": _first(" ".join(_UNITS), "-t --type -H --host -M --machine"), "service": _service, "rc-service": _service,
    "supervisorctl": _first("start stop restart reload signal update shutdown", "-c -s"),
    "pm2": _first("start stop restart reload delete scale"), "nomad": _first("run stop"), "terraform": _first("apply destroy import taint"),
    "git": _first("push revert", "-C -c --git-dir --work-tree"),
    "curl": _curl, "wget": _wget, "http": _httpie, "https": _httpie, "xh": _httpie,
    "psql": _sql, "mysql": _sql, "mariadb": _sql, "pg_ctl": _first("start stop restart reload promote kill", "-D -m -t -l"),
    "pg_ctlcluster": lambda told: any(w in ("start", "stop", "restart", "reload", "promote") for w in told[2:3]),
    "patronictl": _first("failover switchover restart reload reinit pause resume edit-config", "-c --config-file"),
    "redis-cli": _redis, "valkey-cli": _redis,
    "kill": _kill, "pkill": _kill, "killall": _kill, "reboot": _always, "shutdown": _always, "poweroff": _always, "halt": _always,
    "iptables": _rules, "ip6tables": _rules, "ip": _objects, "tc": _objects, "nft": _objects, "ansible-playbook": _always,
    "nginx": lambda told: "-s" in told, "rabbitmqctl": _first("stop_app start_app reset purge_queue delete_queue set_policy", "-n -p"),
    "replicas": _first("drain ready maint"), "gameday": _gameday,
}  # fmt: skip
"""Whether a program changes something by what it is told. `replicas` is the sandbox's own, in its gateway."""
