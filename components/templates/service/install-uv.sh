#!/bin/bash
# Installs uv {{ version }}: this version and no other, and only if it is what it was when its hash was written down.
set -euo pipefail

target={{ target | sh }}
installed="$("$target/bin/uv" --version 2>/dev/null)" || true
if [[ $installed == "uv {{ version }}"* ]]; then
  exit 0
fi
rm -rf "$target"
python3 -m venv "$target"
"$target/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps \
  --requirement {{ requirements | sh }}
