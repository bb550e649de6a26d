#!/usr/bin/env bash
# Which replicas of the shop are in rotation, and taking one out: HAProxy's own runtime API, from inside the container.
#   replicas                    one line each: name, address, state
#   replicas drain ADDRESS      no new requests for it (an address, as Prometheus' `instance` has it, or a name)
#   replicas ready ADDRESS|all  back into rotation
set -euo pipefail

ask() {
  exec 3<>/dev/tcp/127.0.0.1/9999
  printf '%s\n' "$1" >&3
  cat <&3
  exec 3>&-
}

# Columns of HAProxy's state: 4 name, 5 address, 6 operational state (2: up), 7 administrative state (8: drained).
rows() { ask "show servers state shop" | awk '$2 == "shop" && $5 != "-" { print $4, $5, ($7 % 16 >= 8 ? "drained" : $6 == 2 ? "up" : "down") }'; }

names() {
  if [ "$1" = all ]; then
    ask "show servers state shop" | awk '$2 == "shop" { print $4 }'
  else
    rows | awk -v wanted="${1%%:*}" '$1 == wanted || $2 == wanted { print $1 }'
  fi
}

set_state() {
  local found name
  found=$(names "$2")
  [ -n "$found" ] || { echo "replicas: no replica $2; there is:" >&2; rows >&2; exit 1; }
  for name in $found; do ask "set server shop/$name state $1" >/dev/null; done
  [ "$2" = all ] || rows
}

case ${1:-list} in
  list) rows ;;
  drain | ready) set_state "$1" "${2:?an address or a name, see: replicas}" ;;
  *) sed -n '2,5s/^# *//p' "$0" >&2; exit 2 ;;
esac
