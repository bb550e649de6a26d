#!/usr/bin/env bash
# One of two PostgreSQL nodes, each the other's standby. `NODE` is its own name, `PEER` the other's.
#
# A folder that both mount names the leader. It is written by a promotion, before the promoted node takes its first write
# (recovery_end_command), and by `node hand-over` on the leader. Who is not named there never takes writes for longer than a glance: a
# primary that comes back, from a stop or from a freeze, finds another name and joins as a standby. So there is never a
# second primary, whoever starts first, and a failover is one command on the replica: psql -c 'select pg_promote()'
#
# The leader's commits wait for the standby while there is one (a lost primary loses no accepted order), and go on alone
# where the standby is lost, within two seconds.
set -uo pipefail

NODES=/var/lib/postgresql
LEADER=$NODES/leader/name
COMMITS=$NODES/commits.conf
LOOK_EVERY=0.3
export PGPASSWORD=replicator PGCONNECT_TIMEOUT=1

say() { printf '%s node %s: %s\n' "$(date -u +%FT%T.%3NZ)" "$NODE" "$*" >&2; }
leader() { cat "$LEADER" 2>/dev/null || printf '%s\n' "$FIRST_LEADER"; }
name_leader() { printf '%s\n' "$1" >"$LEADER.new" && mv "$LEADER.new" "$LEADER"; }
leads() { [ "$(leader)" = "$NODE" ]; }
is_standby() { [ -e "$PGDATA/standby.signal" ]; }
# A peer whose network is gone never says so: who waits for its next word must ask whether it is there.
peer_dsn() {
  echo "host=$PEER user=replicator dbname=postgres application_name=$NODE" \
    "keepalives_idle=2 keepalives_interval=1 keepalives_count=3 tcp_user_timeout=3000"
}

# primary, standby, stopped, or silent: a frozen node is none of the first three, and nothing may be built on it.
peer_is() {
  local said
  said=$(timeout 2 psql -XAtq "$(peer_dsn)" -c 'select pg_is_in_recovery()' 2>&1)
  case $said in
    f) echo primary ;;
    t) echo standby ;;
    *refused* | *"could not translate host name"*) echo stopped ;;
    *) echo silent ;;
  esac
}

configure() {
  cat >"$NODES/node.conf" <<CONF
cluster_name = '$NODE'
primary_conninfo = '$(peer_dsn) password=replicator connect_timeout=1'
recovery_end_command = 'node claim'
CONF
  : >"$COMMITS"
}

# What the leader wrote since we led is worth more than what only we have: nobody was told of that.
# Until that is done nothing runs here: begun without it, this node would be a second primary.
join() { until follow; do leads && return; sleep "$LOOK_EVERY"; done; }

follow() {
  [ "$(peer_is)" = primary ] || return
  say "joins $PEER as a standby"
  # pg_rewind reads the leader's timeline from its last checkpoint, which a promotion alone does not write.
  { timeout 10 psql -XAtq "$(peer_dsn)" -c checkpoint && rewind || copy; } && touch "$PGDATA/standby.signal"
}

rewind() { timeout 20 pg_rewind --no-sync -D "$PGDATA" --source-server="$(peer_dsn)" >"$NODES/rewind.log" 2>&1; }

copy() {
  say "takes a copy of $PEER: $(tail -n 1 "$NODES/rewind.log" 2>/dev/null)"
  rm -rf "$NODES/copy"
  timeout 60 pg_basebackup -D "$NODES/copy" -d "$(peer_dsn)" -c fast -N \
    && rm -rf "$PGDATA" && mv "$NODES/copy" "$PGDATA" && touch "$PGDATA/standby.signal"
}

begin() {
  : >"$COMMITS"
  postgres &
  postgres=$! served="" began=$SECONDS
}

stop() {
  pg_ctl -s -D "$PGDATA" -m fast -w -t "${1:-10}" stop || kill -QUIT "$postgres" 2>/dev/null
  wait "$postgres" 2>/dev/null
}

# Commits wait for a standby that streams, and for nobody else. That it is gone is believed at the second look: a standby
# that is being promoted leaves a moment before it names itself the leader.
keep_in_step() {
  local streams
  streams=$(standbys_streaming) || return 0
  if [ "$streams" = 0 ]; then
    [ -s "$COMMITS" ] || return 0
    sleep "$LOOK_EVERY"
    leads && [ "$(standbys_streaming)" = 0 ] && commits "" && say "$PEER is lost: commits go on alone"
  else
    [ -s "$COMMITS" ] || { commits "synchronous_standby_names = '\"$PEER\"'" && say "commits wait for $PEER"; }
  fi
}

standbys_streaming() {
  timeout 2 psql -XAtq -d postgres -c "select count(*) from pg_stat_replication where state = 'streaming' and application_name = '$PEER'"
}

commits() { printf '%s' "$1" >"$COMMITS" && pg_ctl -s -D "$PGDATA" reload; }

# A promotion takes the standby's mark away before it names itself the leader, and is in recovery until it has. So that
# is asked first: the name of who is out of recovery has been written.
was_deposed() {
  ! leads && [ "$(timeout 2 psql -XAtq -d postgres -c 'select pg_is_in_recovery()' 2>/dev/null)" != t ] && ! leads
}

# Such a standby waits for ever for what its leader no longer has, and lets nobody in.
cannot_catch_up() { [ -z "$served" ] && [ $((SECONDS - began)) -gt 15 ] && [ "$(peer_is)" = primary ]; }

# Until PostgreSQL ends, or this node is to be something else.
watch() {
  local looks=0
  while kill -0 "$postgres" 2>/dev/null; do
    if is_standby; then
      if leads && [ "$(peer_is)" = stopped ]; then
        say "$PEER handed over"
        psql -XAtq -d postgres -c 'select pg_promote()' >/dev/null
      elif cannot_catch_up; then
        say "cannot follow $PEER with these data"
        stop
        copy
        return
      fi
    elif was_deposed; then
      say "$(leader) leads now"
      stop
      return
    elif [ $((looks++ % 3)) = 0 ]; then
      keep_in_step
    fi
    [ -n "$served" ] || { pg_isready -q && served=yes; }
    sleep "$LOOK_EVERY" &
    wait $!
  done
  say "PostgreSQL ended"
  # A standby that cannot even begin has data that do not fit the leader's; anything else is a crash, and stays one.
  [ -z "$served" ] && is_standby && [ "$(peer_is)" = primary ] && copy || exit 1
}

run() {
  trap 'stop 2; exit 0' TERM INT
  configure
  # Of a run that was killed; here nothing runs yet.
  rm -f "$PGDATA/postmaster.pid"
  # A fresh replica holds the bytes that the leader began with.
  if [ ! -e "$LEADER" ] && ! leads; then touch "$PGDATA/standby.signal"; fi
  while true; do
    is_standby || leads || join
    begin
    watch
  done
}

# "primary in-step", "primary alone" or "standby"; nothing where PostgreSQL does not answer.
status() {
  psql -XAtq -d postgres -c "select case when pg_is_in_recovery() then 'standby'
    when exists (select from pg_stat_replication where sync_state = 'sync') then 'primary in-step' else 'primary alone' end" 2>/dev/null
}

# Without losing a commit: the leader stops, having sent all it has, before the other begins.
hand_over() {
  [ "$(status)" = "primary in-step" ] || { say "cannot hand over: $(status)"; exit 1; }
  name_leader "$PEER"
}

case ${1:-run} in
  run) run ;;
  claim) name_leader "$NODE" ;;
  status) status ;;
  hand-over) hand_over ;;
  *) say "run, status or hand-over"; exit 2 ;;
esac
