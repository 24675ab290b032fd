#!/bin/bash
# Installs what the machine's image does not have. Done once; at later boots it only looks.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

packages=({% for package in packages %}{{ package | sh }}{{ " " if not loop.last }}{% endfor %})
if dpkg --status "${packages[@]}" >/dev/null 2>&1; then
  exit 0
fi
apt-get update
apt-get install --yes --no-install-recommends "${packages[@]}"
