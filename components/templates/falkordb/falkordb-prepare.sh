#!/bin/bash
# What the database needs before it starts: its image, and its password in files that exist only in memory.
set -euo pipefail
umask 077

image={{ image | sh }}
runtime_directory={{ runtime_directory | sh }}
user={{ user }}

# An image that is already here needs no registry: a restart works while the registry does not.
docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >&2

password="$(/bin/bash {{ fetch_secret | sh }} {{ secret | sh }} {{ version | sh }})"
# The value becomes one word of a configuration file.
[[ $password =~ ^[A-Za-z0-9]{16,}$ ]] || {
  echo "the password must be 16 or more letters and digits" >&2
  exit 1
}
printf 'requirepass %s\n' "$password" >"$runtime_directory/redis.conf"
printf 'REDISCLI_AUTH=%s\n' "$password" >"$runtime_directory/client.env"
chmod 0400 "$runtime_directory/redis.conf"
chown "$user:$user" "$runtime_directory/redis.conf"
