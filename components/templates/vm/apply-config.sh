#!/bin/bash
# Waits until this machine's user-data changes, then reboots: cloud-init applies the new document at boot, and a
# reboot stops every service the way its unit says. So a configuration is in force moments after it is deployed.
set -euo pipefail

url={{ metadata_url | sh }}/instance/attributes/user-data
ask=(curl --silent --show-error --fail --max-time 400 --header 'Metadata-Flavor: Google')

applied="$("${ask[@]}" "$url")"
while true; do
  latest="$("${ask[@]}" "$url?wait_for_change=true&timeout_sec={{ wait_seconds }}")" || {
    sleep 10
    continue
  }
  [[ $latest == "$applied" ]] || break
done
echo "the configuration has changed: rebooting to apply it"
systemctl reboot
