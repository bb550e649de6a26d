#!/usr/bin/env bash
# The aggregator's two halves; when one ends, so does the container.
set -euo pipefail
JOURNAL=/var/log/journal/remote

/lib/systemd/systemd-journal-remote --listen-http=0.0.0.0:19532 --output="$JOURNAL/sandbox.journal" --split-mode=none --compress=no &
/lib/systemd/systemd-journal-gatewayd --directory="$JOURNAL" &
# What is old goes, once the journal was rotated often enough.
while sleep 60; do journalctl --quiet --directory="$JOURNAL" --vacuum-size=256M || true; done &
wait -n
