#!/bin/bash
# Succeeds if the database answers and its graph module with it. One that is still reading its data back is well:
# restarting it would only make it begin again.
set -euo pipefail

# The password goes in by a file; an argument could be seen by every process.
ask=(docker exec --env-file={{ runtime_directory | sh }}/client.env falkordb redis-cli -e)

answer="$("${ask[@]}" PING 2>&1)" || true
case "$answer" in
  PONG) ;;
  *LOADING*) exit 0 ;;
  *)
    echo "PING: $answer" >&2
    exit 1
    ;;
esac
answer="$("${ask[@]}" GRAPH.LIST 2>&1)" || {
  echo "GRAPH.LIST: $answer" >&2
  exit 1
}
