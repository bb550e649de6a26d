#!/usr/bin/env bash
# Removes what set-up and drills made: this checkout's sandboxes, the images, `.venv`, reports (not the example), caches.
# Docker itself and installed packages stay.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "clean: $*" >&2; }

# Helpers beside targets, and locks on them: whatever carries the mark of the process that made it.
our_own() {
  docker ps -aq --filter label=gameday.owner
}

# Sandboxes started from this checkout, or from a folder that is gone (a test's).
our_containers() {
  docker ps -a --filter label=com.docker.compose.project.working_dir --no-trunc \
    --format '{{.ID}}|{{.Image}}|{{.Label "com.docker.compose.project"}}|{{.Label "com.docker.compose.project.working_dir"}}' |
    while IFS='|' read -r id image project folder; do
      case $image in gameday-sandbox-*:*) ;; *) continue ;; esac
      if [ "$folder" = "$PWD" ] || [ ! -d "$folder" ]; then echo "$id $project"; fi
    done
}

clean_docker() {
  local found projects project network volume image own
  # Locks hold what must be put back: first that, then they may go.
  if [ -x .venv/bin/gameday ]; then timeout 120 .venv/bin/gameday recover >&2 || say "something may still be broken, see above"; fi
  own=$(our_own)
  # shellcheck disable=SC2086
  [ -z "$own" ] || docker rm -fv $own >/dev/null
  found=$(our_containers)
  projects=$(awk '{print $2}' <<<"$found" | sort -u)
  [ -z "$found" ] || awk '{print $1}' <<<"$found" | xargs docker rm -fv >/dev/null
  for project in $projects; do
    for network in $(docker network ls -q --filter "label=com.docker.compose.project=$project"); do docker network rm "$network" >/dev/null || true; done
    for volume in $(docker volume ls -q --filter "label=com.docker.compose.project=$project"); do docker volume rm "$volume" >/dev/null || true; done
    say "sandbox $project removed"
  done
  docker image prune -f --filter label=gameday.context >/dev/null
  # The base goes last, and only with all that is built on it.
  for image in $(docker images --format '{{.Repository}}:{{.Tag}}' | grep -E '^(gameday-(sandbox-[a-z]+|network):[a-z0-9_.-]+|gameday-base:bookworm)$' | sort -r); do
    docker rmi "$image" >/dev/null 2>&1 || { say "images stay: containers of another checkout use $image"; return 0; }
  done
}

if timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; then clean_docker; else say "no Docker server answers; left its side alone"; fi
if [ -d reports ]; then find reports -mindepth 1 -maxdepth 1 ! -name example -exec rm -rf {} +; fi
rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
say "done"
