#!/bin/bash
# Reads the secrets that the deployment of a port names, each into a file in memory that this user alone can read:
# fetch-environment.sh PORT. Leaves none behind if one of them cannot be had.
set -euo pipefail
umask 077

port="$1"
secrets={{ runtime | sh }}/"$port"/secrets

rm -rf "$secrets"
mkdir "$secrets"
trap 'rm -rf "$secrets"' ERR
while read -r kind variable secret version; do
  [[ $kind == secret ]] || continue
  /bin/bash {{ fetch_secret | sh }} "$secret" "$version" >"$secrets/$variable"
  chmod 0400 "$secrets/$variable"
done <{{ state | sh }}/slots/"$port".deployment
