#!/bin/bash
# Deploys what the machine's metadata asks for, now and at each change. What cannot be deployed is tried again, and
# what served before goes on serving.
set -euo pipefail

state={{ state | sh }}
url={{ metadata_url | sh }}/instance/attributes/deployment
ask=(curl --silent --show-error --fail --max-time 400 --header 'Metadata-Flavor: Google')

if [[ -s $state/active ]]; then
  port="$(<"$state/active")"
  systemctl start --no-block "{{ service }}@$port.service"
fi
systemctl start --no-block nginx.service
while true; do
  if wanted="$("${ask[@]}" "$url")"; then
    port="$(cat "$state/active" 2>/dev/null)" || port=none
    serving="$(cat "$state/slots/$port.deployment" 2>/dev/null)" || serving=""
    if [[ $wanted != "$serving" ]]; then
      printf '%s\n' "$wanted" >"$state/wanted"
      /bin/bash {{ deploy | sh }} "$state/wanted" || {
        sleep {{ retry_seconds }}
        continue
      }
    fi
    "${ask[@]}" "$url?wait_for_change=true&timeout_sec={{ wait_seconds }}" >/dev/null || sleep 10
  else
    sleep 10
  fi
done
