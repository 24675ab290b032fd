#!/bin/bash
# Makes a release of a revision, as a user who may do nothing else: build-release.sh REVISION.
set -euo pipefail
umask 022

revision="$1"
root={{ state | sh }}/releases/"$revision"
{% if subdirectory %}
release="$root"/{{ subdirectory | sh }}
{% else %}
release="$root"
{% endif %}

rm -rf "$root"
mkdir "$root"
{% if repository %}
git -c init.defaultBranch=main init --quiet "$root"
{% if token %}
# By a variable: an argument could be seen by every process.
token="$(/bin/bash {{ fetch_secret | sh }} {{ token[0] | sh }} {{ token[1] | sh }})"
basic="$(printf 'x-access-token:%s' "$token" | base64 -w0)"
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader GIT_CONFIG_VALUE_0="Authorization: Basic $basic"
{% endif %}
GIT_TERMINAL_PROMPT=0 git -C "$root" fetch --quiet --depth 1 {{ repository | sh }} "$revision"
git -C "$root" checkout --quiet --detach FETCH_HEAD
fetched="$(git -C "$root" rev-parse HEAD)"
[[ $fetched == "$revision" ]]
rm -rf "$root/.git"
{% if token %}
unset token basic GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
{% endif %}
{% else %}
get() {
  curl --silent --show-error --fail --max-time 300 --retry {{ retries }} --retry-connrefused --header @- "$@"
}
token="$(get {{ metadata_url | sh }}/instance/service-accounts/default/token <<<'Metadata-Flavor: Google' |
  tr -d '\n' | sed -n 's/.*"access_token"[[:space:]]*:[[:space:]]*"\([^"\\]*\)".*/\1/p')"
[[ -n $token ]]
get --output "$root.tar.gz" {{ storage_url | sh }}/b/{{ bucket | sh }}/o/"$revision.tar.gz?alt=media" \
  <<<"Authorization: Bearer $token"
# The revision is the archive's own hash: what is not that archive is not unpacked.
sha256sum --check --status <<<"$revision  $root.tar.gz"
tar --extract --gzip --no-same-owner --directory "$root" --file "$root.tar.gz"
rm "$root.tar.gz"
{% endif %}

cd "$release"
{{ uv | sh }} sync --quiet --frozen --no-dev
# Gunicorn is what the command line asks for, and not everywhere among the dependencies.
.venv/bin/python -c 'import gunicorn' 2>/dev/null ||
  {{ uv | sh }} pip install --quiet --python .venv/bin/python --require-hashes --requirement {{ runner | sh }}
rm -rf logs
ln -s {{ logs | sh }} logs
touch "$root/.complete"
