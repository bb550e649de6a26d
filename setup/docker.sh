#!/usr/bin/env bash
# A Docker server and Compose on this host: does nothing where both answer. Exit 6 with one sentence where it cannot help.
set -euo pipefail

LOG=/var/log/gameday-dockerd.log
STARTS_WITHIN=60

say() { echo "docker: $*" >&2; }
give_up() { say "$*"; exit 6; }

main() {
  local asked
  if answers; then
    composes || install_or_give_up docker-compose
    return
  fi
  [ -z "${DOCKER_HOST:-}" ] || give_up "the Docker server at DOCKER_HOST=$DOCKER_HOST does not answer; start it, or unset DOCKER_HOST"
  asked=$(timeout 20 docker version 2>&1 </dev/null || true)
  case $asked in
    *"permission denied"*) may_use; return ;;
  esac
  command -v apt-get >/dev/null && [ -r /etc/debian_version ] ||
    give_up "no Docker server answers; install and start Docker (with Compose), then run this again"
  can_be_root || give_up "no Docker server answers and this user may not install one; start Docker, or run as root or with passwordless sudo"
  if ! has dockerd || ! has containerd; then
    # debootstrap: for hosts that reach no image registry.
    local packages=(docker.io debootstrap)
    composes || packages+=(docker-compose)
    install "${packages[@]}"
  elif ! composes; then
    install docker-compose
  fi
  start
  may_use
  say "server $(timeout 20 docker version --format '{{.Server.Version}}') answers"
}

answers() { timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1 </dev/null; }

composes() {
  timeout 20 docker compose version >/dev/null 2>&1 </dev/null || timeout 20 docker-compose version >/dev/null 2>&1 </dev/null
}

has() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || [ -x "/usr/local/sbin/$1" ]; }

can_be_root() { [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; }

# Never asks, and hands nothing of ours on: a daemon that inherits a pipe keeps whoever reads it waiting for ever.
as_root() {
  local ahead=()
  [ "$(id -u)" = 0 ] || ahead=(sudo -n)
  "${ahead[@]}" bash -c '
    for fd in /proc/self/fd/*; do
      fd=${fd##*/}
      [ "$fd" -le 2 ] || eval "exec $fd>&-"
    done
    PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin exec "$@"' as_root "$@" </dev/null
}

install_or_give_up() {
  command -v apt-get >/dev/null && can_be_root || give_up "Docker answers, but neither \`docker compose\` nor \`docker-compose\` does; install Docker Compose"
  install "$@"
}

install() {
  local log
  say "installing $* with apt"
  log=$(mktemp)
  # One broken third-party source must not stop this: what matters is whether the packages come.
  as_root env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get update -q >"$log" 2>&1 || true
  if ! as_root env DEBIAN_FRONTEND=noninteractive timeout 900 \
    apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >>"$log" 2>&1; then
    tail -n 8 "$log" >&2
    rm -f "$log"
    give_up "apt could not install $*"
  fi
  rm -f "$log"
  hash -r
}

start() {
  if [ -d /run/systemd/system ]; then
    say "starting the server with systemd"
    as_root timeout 120 systemctl enable --now docker >/dev/null 2>&1 || true
    comes_up "$STARTS_WITHIN" || give_up "Docker did not start; look at: journalctl -u docker"
    return
  fi
  # A package's own start script may have started it just now.
  if runs docker.pid dockerd && comes_up "$STARTS_WITHIN"; then return; fi
  say "starting dockerd; its log is $LOG"
  start_dockerd && return
  # Some hosts let nobody touch their packet filter. The sandbox needs only published ports, which the proxy serves too.
  if as_root grep -qi iptables "$LOG"; then
    say "dockerd did not start with iptables; trying without"
    start_dockerd --iptables=false --ip6tables=false && return
  fi
  as_root tail -n 5 "$LOG" >&2 || true
  give_up "dockerd did not start; see $LOG"
}

start_dockerd() {
  forget_dead docker.pid dockerd
  # A dead machine's number may belong to somebody else by now; dockerd would take that one for its containerd.
  forget_dead docker/containerd/containerd.pid containerd
  as_root sh -c 'log=$1; shift; : >"$log"; exec setsid -f dockerd "$@" >>"$log" 2>&1' start "$LOG" "$@"
  comes_up "$STARTS_WITHIN"
}

# Whether the process that a pid file names is the program it should be.
runs() {
  local pid
  pid=$(as_root cat "/var/run/$1" 2>/dev/null) || return 1
  [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ]
}

forget_dead() { runs "$1" "$2" || as_root rm -f "/var/run/$1"; }

comes_up() {
  local waited
  for ((waited = 0; waited < $1 * 2; waited++)); do
    as_root timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1 && return
    sleep 0.5
    # Gone again: no use waiting. It needs a moment to write its number first.
    [ "$waited" -lt 10 ] || runs docker.pid dockerd || [ -d /run/systemd/system ] || return 1
  done
  return 1
}

# The socket belongs to root and the group `docker`; a user who may become root anyway is let in.
may_use() {
  answers && return
  can_be_root && [ -S /var/run/docker.sock ] ||
    give_up "Docker runs, but this user may not use it; add the user to the group docker and log in again"
  say "letting $(id -un) use Docker: group docker from the next login on, and its socket now"
  as_root usermod -aG docker "$(id -un)" 2>/dev/null || true
  as_root setfacl -m "u:$(id -un):rw" /var/run/docker.sock 2>/dev/null || as_root chgrp "$(id -gn)" /var/run/docker.sock
  answers || give_up "Docker runs, but this user cannot reach it; log in again and retry"
  composes || install_or_give_up docker-compose
}

main
