#!/bin/bash
# Succeeds if the share is mounted, exported, and served to the protocol version that clients use.
set -euo pipefail

grep -q " {{ mount_point }} " /proc/self/mounts
exported="$(exportfs -s)"
grep -q "^{{ path }} " <<<"$exported"
rpcinfo -t 127.0.0.1 nfs 3 >/dev/null
rpcinfo -t 127.0.0.1 mountd 3 >/dev/null
