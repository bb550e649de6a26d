#!/usr/bin/env bash
# The sandbox's images, built on this host. Quick where they are up to date; needs a Docker server.
#
# Each image carries a label with the hash of what it was built from (its folder and the base image), so that an
# edit rebuilds exactly the images it concerns.
set -euo pipefail
cd "$(dirname "$0")/.."

BASE=gameday-base:bookworm
PARTS=(services gateway db queue exporters monitoring logs network)
LABEL=gameday.context

say() { echo "images: $*" >&2; }
give_up() { say "$*"; exit 6; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() {
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

base_image() {
  docker image inspect "$BASE" >/dev/null 2>&1 && return
  pulled_base || built_base
}

# A registry that cannot be reached may hang for minutes: what has not begun after 15 s is given up.
pulled_base() {
  local log pid waited=0 official=debian:bookworm-slim had=""
  docker image inspect "$official" >/dev/null 2>&1 && had=yes
  log=$(mktemp)
  timeout 300 docker pull "$official" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$waited" -ge 15 ] && ! grep -q "Pulling from" "$log"; then kill "$pid" 2>/dev/null || true; fi
    sleep 1
    waited=$((waited + 1))
  done
  rm -f "$log"
  if wait "$pid" || [ -n "$had" ]; then
    docker tag "$official" "$BASE"
    [ -n "$had" ] || docker rmi "$official" >/dev/null
    say "base image pulled"
  else
    return 1
  fi
}

built_base() {
  say "no image registry can be reached; building the base image from Debian packages (about half a minute)"
  can_be_root || give_up "debootstrap needs root or passwordless sudo; or make an image registry reachable"
  if ! command -v debootstrap >/dev/null && [ ! -x /usr/sbin/debootstrap ]; then
    command -v apt-get >/dev/null || give_up "no image registry can be reached and there is no debootstrap; run: docker pull debian:bookworm-slim"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap </dev/null >/dev/null
  fi
  local work log
  work=$(mktemp -d) log=$(mktemp)
  # shellcheck disable=SC2064
  trap "as_root rm -rf --one-file-system '$work' '$log'" EXIT
  # Without a mirror of the host's own, debootstrap has its own default.
  # shellcheck disable=SC2046
  as_root env PATH="$PATH:/usr/sbin:/sbin" debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" $(debian_mirror) \
    </dev/null >"$log" 2>&1 || { tail -n 5 "$log" >&2; give_up "debootstrap failed"; }
  as_root rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
  as_root tar -C "$work/root" -c . | docker import - "$BASE" >/dev/null
  say "base image built"
}

# Where this host's own apt gets Debian from; nothing on a host that is not Debian.
debian_mirror() {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    while IFS='|' read -r origin label uri; do
      [ "$origin $label" = "Debian Debian" ] || continue
      case $uri in
        mirror+file:*) uri=$(grep -m 1 -oE 'https?://[^[:space:]]+' "${uri#mirror+file:}" || true) ;;
      esac
      case $uri in http://* | https://*) echo "$uri" && break ;; esac
    done
}

# What else an apt inside a build needs to get out, as this host's own apt does. Nothing of it stays in an image.
proxy_arguments() {
  local proxy
  proxy=${http_proxy:-$(apt-config dump --format '%v%n' Acquire::http::Proxy 2>/dev/null | grep '^http' || true)}
  [ -z "$proxy" ] || printf '%s\n' --build-arg "http_proxy=$proxy"
  [ -z "${https_proxy:-}" ] || printf '%s\n' --build-arg "https_proxy=$https_proxy"
}

context_hash() {
  { docker image inspect --format '{{.Id}}' "$BASE"; find "sandbox/$1" -type f ! -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; } |
    sha256sum | cut -d ' ' -f 1
}

# The network engine serves every environment, not only the sandbox.
image_of() {
  case $1 in
    network) echo "gameday-network:${GAMEDAY_IMAGES:-local}" ;;
    *) echo "gameday-sandbox-$1:${GAMEDAY_IMAGES:-local}" ;;
  esac
}

build() {
  local part=$1 image wanted log arguments
  image=$(image_of "$part")
  wanted=$(context_hash "$part")
  [ "$(docker image inspect --format "{{index .Config.Labels \"$LABEL\"}}" "$image" 2>/dev/null || true)" = "$wanted" ] && return
  say "building $part"
  log=$(mktemp)
  mapfile -t arguments < <(proxy_arguments)
  # The host's network: there apt reaches its mirror as the host's apt does. Old builder: no plug-in needed.
  if ! DOCKER_BUILDKIT=0 docker build --network host --build-arg "BASE=$BASE" "${arguments[@]}" --label "$LABEL=$wanted" \
    --force-rm -t "$image" "sandbox/$part" </dev/null >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    say "building $part failed"
    return 6
  fi
  rm -f "$log"
}

timeout 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1 || give_up "no Docker server answers; run: make setup"
# Read by services that do not run as root.
chmod -R a+rX sandbox runbooks 2>/dev/null || true
base_image

builds=()
for part in "${PARTS[@]}"; do
  build "$part" &
  builds+=($!)
done
failed=0
for pid in "${builds[@]}"; do wait "$pid" || failed=6; done
# What these replaced and nothing uses any more.
docker image prune -f --filter "label=$LABEL" >/dev/null 2>&1 || true
exit "$failed"
