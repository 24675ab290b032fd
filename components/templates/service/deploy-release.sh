#!/bin/bash
# Serves what a deployment file says: deploy-release.sh FILE. Beside the release that serves, on the other port; only
# when the new one is healthy do requests go there, and the old one stops when it has answered its last.
set -euo pipefail

service={{ service | sh }}
state={{ state | sh }}
deployment="$1"

refuse() {
  echo "$service: $1" >&2
  exit 1
}

give_up() {
  systemctl stop "$service@$next.service"
  refuse "$1"
}

wait_until_healthy() {
  local waited=0
  until curl --silent --fail --max-time 5 --output /dev/null "http://127.0.0.1:$next"{{ health_path | sh }}; do
    ((waited < {{ start_seconds }})) || give_up "revision $revision is not healthy"
    sleep 1
    waited=$((waited + 1))
  done
}

wait_until_drained() {
  local waited=0
  while ((waited < {{ answer_seconds + 15 }})) && pgrep --full 'nginx: worker process is shutting down' >/dev/null; do
    sleep 1
    waited=$((waited + 1))
  done
}

revision="$(sed -n 's/^revision //p' "$deployment")"
[[ $revision =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]] || refuse "the deployment names no exact revision"

serving="$(cat "$state/active" 2>/dev/null)" || serving=""
next={{ ports[0] }}
[[ $serving != "$next" ]] || next={{ ports[1] }}

if [[ ! -e $state/releases/$revision/.complete ]]; then
  runuser --user {{ service | sh }}-build -- /bin/bash {{ build | sh }} "$revision" || refuse "revision $revision could not be built"
fi
cp "$deployment" "$state/slots/$next.deployment"
ln -sfn "$state/releases/$revision{% if subdirectory %}/{{ subdirectory }}{% endif %}" "$state/slots/$next"
systemctl restart "$service@$next.service" || give_up "revision $revision does not start"
wait_until_healthy

printf 'server 127.0.0.1:%s max_fails=0;\n' "$next" >"$state/upstream.conf.new"
mv "$state/upstream.conf.new" "$state/upstream.conf"
printf '%s\n' "$next" >"$state/active.new"
mv "$state/active.new" "$state/active"
systemctl reload-or-restart nginx.service
echo "$service: revision $revision serves on port $next"

if [[ -n $serving ]]; then
  # A reload is a signal: give the workers of before the moment to hear it.
  sleep 2
  wait_until_drained
  systemctl stop "$service@$serving.service"
fi
# The one that serves and the one before it stay, for the way back.
kept="$(readlink {% for port in ports %}"$state/slots/{{ port }}"{{ " " if not loop.last }}{% endfor %})" || true
for release in "$state"/releases/*/; do
  release="${release%/}"
  grep --quiet --fixed-strings "$release" <<<"$kept" || rm -rf "$release"
done
