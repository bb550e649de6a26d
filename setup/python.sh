#!/usr/bin/env bash
# The virtual environment `.venv` with the locked dependencies and this project. Does nothing where it is up to date.
set -euo pipefail
cd "$(dirname "$0")/.."

STAMP=.venv/.gameday-setup

say() { echo "python: $*" >&2; }
give_up() { say "$*"; exit 6; }

find_python() {
  local candidate
  for candidate in python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null </dev/null; then
      command -v "$candidate"
      return
    fi
  done
  give_up "needs Python 3.11 or later as python3; here is $(python3 --version 2>/dev/null || echo none)"
}

can_install() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }

install() {
  local ahead=()
  [ "$(id -u)" = 0 ] || ahead=(sudo -n)
  say "installing $1 with apt"
  "${ahead[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >/dev/null 2>&1 || true
  "${ahead[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$1" \
    </dev/null >/dev/null 2>&1 || give_up "apt could not install $1"
}

# Debian keeps pip's seed in a package of its own.
ensure_venv_module() {
  "$1" -c 'import ensurepip, venv' 2>/dev/null && return
  local package
  package=$("$1" -c 'import sys; print(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")')
  can_install || give_up "$1 cannot make virtual environments; install its venv module ($package on Debian and Ubuntu)"
  install "$package"
}

# Drills do without it; tests make certificates with it.
ensure_openssl() {
  command -v openssl >/dev/null && return
  if can_install; then install openssl; else say "openssl is missing, and some tests need it; install it before you run them"; fi
}

works() { .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# What the environment depends on: the lock, the project file, the interpreter, and where it lies (paths are baked in).
wanted_stamp() {
  .venv/bin/python - <<'PY'
import hashlib, os, sys
from pathlib import Path
seen = hashlib.sha256(f"{sys.version} {os.getcwd()}".encode())
for name in ("requirements.lock", "pyproject.toml"):
    seen.update(Path(name).read_bytes())
print(seen.hexdigest())
PY
}

install_into_venv() { .venv/bin/python -m pip --disable-pip-version-check --no-input -qq install "$@" </dev/null; }

python=$(find_python)
if ! works; then
  ensure_venv_module "$python"
  say "making .venv with $("$python" --version)"
  "$python" -m venv --clear .venv
fi
# Compiled once here, every command starts in half the time, also where nobody may write byte code.
.venv/bin/python -m compileall -q gameday </dev/null >/dev/null || true
wanted=$(wanted_stamp)
[ "$(cat "$STAMP" 2>/dev/null || true)" = "$wanted" ] && exit 0
say "installing the locked dependencies"
install_into_venv --require-hashes -r requirements.lock
say "installing gameday (editable)"
install_into_venv --no-deps --no-build-isolation -e .
ensure_openssl
echo "$wanted" >"$STAMP"
