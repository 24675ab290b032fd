#!/bin/bash
# Asks a service whether it works, and restarts it after several failures in a row. One that is not running is
# started: its unit does not come back by itself when it was a dependency that had failed.
set -euo pipefail

unit={{ unit | sh }}
check={{ check | sh }}
failures_allowed={{ failures_allowed }}
count_file={{ state_directory | sh }}/"$unit".failures

state="$(systemctl is-active "$unit")" || true
case "$state" in
  active) ;;
  activating | deactivating | reloading)
    rm -f "$count_file"
    exit 0
    ;;
  *)
    echo "$unit is $state: starting it"
    systemctl start --no-block "$unit"
    exit 0
    ;;
esac

if timeout {{ check_timeout_seconds }} /bin/bash "$check"; then
  rm -f "$count_file"
  exit 0
fi

failures=1
[[ ! -s $count_file ]] || failures=$(($(<"$count_file") + 1))
echo "$unit failed its check, $failures in a row" >&2
if ((failures < failures_allowed)); then
  echo "$failures" >"$count_file"
  exit 0
fi
rm -f "$count_file"
echo "$unit is restarted" >&2
systemctl restart --no-block "$unit"
