#!/usr/bin/env bash
# The server's image: `deploy/image.sh [NAME]`. Packages are fetched by this host's pip, as locked, and installed in the build
# without a network; only apt needs one there. Needs a Docker server and the virtual environment of `make setup`.
set -euo pipefail
cd "$(dirname "$0")/.."

IMAGE=${1:-gameday:local}
CONTEXT=build/image
say() { echo "image: $*" >&2; }

base=${GAMEDAY_BASE:-}
if [ -z "$base" ]; then
  base=debian:bookworm-slim
  docker image inspect gameday-base:bookworm >/dev/null 2>&1 && base=gameday-base:bookworm
fi

mkdir -p "$CONTEXT/wheels"
rm -f "$CONTEXT"/wheels/gameday_drills-*.whl
say "fetching packages"
.venv/bin/python -m pip download --disable-pip-version-check --no-input -q --python-version 3.11 --only-binary :all: --require-hashes \
  -r deploy/requirements.lock -d "$CONTEXT/wheels" </dev/null
.venv/bin/python -m pip wheel --disable-pip-version-check --no-input -q --no-deps --no-build-isolation . -w "$CONTEXT/wheels" </dev/null
cp deploy/Dockerfile deploy/requirements.lock "$CONTEXT/"

arguments=()
proxy=${http_proxy:-$(apt-config dump --format '%v%n' Acquire::http::Proxy 2>/dev/null | grep '^http' || true)}
[ -z "$proxy" ] || arguments+=(--build-arg "http_proxy=$proxy")
[ -z "${https_proxy:-}" ] || arguments+=(--build-arg "https_proxy=$https_proxy")
say "building $IMAGE on $base"
DOCKER_BUILDKIT=0 docker build -q --network host --build-arg "BASE=$base" "${arguments[@]}" --force-rm -t "$IMAGE" "$CONTEXT" </dev/null >&2
