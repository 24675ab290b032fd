#!/bin/bash
# Mounts the data disk. Formats it only if it is blank, which a new disk is: anything else on it, even something
# unreadable, stops the machine's service instead, because only a person can tell whether it may be lost.
set -euo pipefail

device={{ device | sh }}
mount_point={{ mount_point | sh }}
owner={{ owner | sh }}
patience={{ device_wait_seconds }}

refuse() {
  echo "data disk $device: $1" >&2
  exit 1
}

wait_for_device() {
  local waited=0
  until [[ -e $device ]]; do
    ((waited < patience)) || refuse "not attached after $patience seconds"
    sleep 1
    waited=$((waited + 1))
  done
}

format_if_blank() {
  local found=0 type written
  type="$(blkid -p -s TYPE -o value "$device")" || found=$?
  if ((found == 0)) && [[ $type == ext4 ]]; then
    return
  fi
  ((found == 2)) || refuse "holds ${type:-something ambiguous}, not ext4; it is left as it is"
  # The first MiB holds the superblock, the partition table or the label of whatever uses a disk. One that cannot
  # be read ends the script here: to the probe it looks like a blank one.
  written="$(head -c 1048576 "$device" | tr -d '\0' | wc -c)"
  ((written == 0)) || refuse "holds something that is no file system; restore a snapshot, or clear it by hand"
  echo "data disk $device: blank, formatting"
  mkfs.ext4 -q -m 0 -E lazy_itable_init=0,lazy_journal_init=0,discard "$device"
}

check_and_grow() {
  local status=0
  e2fsck -f -p "$device" || status=$?
  # 1 is "errors were corrected"; 4 and above need a person.
  ((status <= 1)) || refuse "file system check ended with $status"
  # A disk that was made larger gets its new space; on an unchanged one this does nothing.
  resize2fs "$device"
}

if ! grep -q " $mount_point " /proc/self/mounts; then
  wait_for_device
  format_if_blank
  check_and_grow
  mkdir -p "$mount_point"
  mount -t ext4 -o discard,nodev,nosuid,noexec "$device" "$mount_point"
fi
install -d -o "$owner" -g "$owner" -m 0700 "$mount_point/data"
