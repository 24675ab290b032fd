#!/bin/bash
# Installs Google's agent for logs and metrics from Google's own package source. (Container-Optimized OS has its
# own agents, switched on by metadata.)
set -euo pipefail

if dpkg --status google-cloud-ops-agent >/dev/null 2>&1; then
  exit 0
fi
installer="$(mktemp)"
trap 'rm -f "$installer"' EXIT
curl --silent --show-error --fail --location --retry 5 --output "$installer" {{ installer_url | sh }}
bash "$installer" --also-install
