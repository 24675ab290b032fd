#!/bin/bash
# Prints one version of a secret: fetch-secret.sh SECRET VERSION. Prints nothing and fails if it cannot be had whole.
# Neither the access token nor the value is ever an argument of a process: curl reads its header from a pipe.
set -euo pipefail

metadata_url={{ metadata_url | sh }}
secret_manager_url={{ secret_manager_url | sh }}
project={{ project | sh }}
secret="$1"
version="$2"

trap 'echo "secret $secret version $version could not be read" >&2' ERR

get() {
  curl --silent --show-error --fail --max-time 10 --retry {{ retries }} --retry-connrefused --header @- "$1"
}

# Container-Optimized OS has no JSON tool; both answers are flat enough for a pattern that takes the whole value.
field() {
  tr -d '\n' | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"\\]*\)".*/\1/p'
}

token="$(get "$metadata_url/instance/service-accounts/default/token" <<<'Metadata-Flavor: Google' | field access_token)"
[[ -n $token ]]

encoded="$(get "$secret_manager_url/projects/$project/secrets/$secret/versions/$version:access" \
  <<<"Authorization: Bearer $token" | field data)"
[[ -n $encoded ]]
value="$(base64 -d <<<"$encoded")"
[[ -n $value ]]
printf '%s\n' "$value"
