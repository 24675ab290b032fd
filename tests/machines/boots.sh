#!/bin/bash
# Boots a machine once for each user-data document: boots.sh PYTHON SERVER OUT DOCUMENT...
#
# The machine is this one's file system under a layer that is thrown away, in namespaces of its own: no network, no
# devices but harmless ones. Cloud-init is real and believes to be on Google's hardware; systemctl and sysctl note
# what they are asked. After each boot, what was asked and our files are copied to OUT/NUMBER.
set -euo pipefail

python="$1" server="$2" out="$3"
shift 3

mount --make-rprivate /
ip link set lo up
mkdir "$out/layer"
mount -t tmpfs none "$out/layer"
mkdir "$out/layer"/{upper,work,root}
root="$out/layer/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$out/layer/upper,workdir=$out/layer/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs none "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
mount -t tmpfs none "$root/tmp"
rm -rf "$root/var/lib/cloud"

note() {
  printf '#!/bin/bash\necho %s "$@" >>/asked\n' "$1" >"$root/usr/bin/$1"
  chmod 0755 "$root/usr/bin/$1"
}
note systemctl
note sysctl
ln -sf /bin/false "$root/usr/bin/systemd-detect-virt"
mkdir -p "$root/sys/class/dmi/id"
echo "Google Compute Engine" >"$root/sys/class/dmi/id/product_name"
cat >"$root/etc/cloud/cloud.cfg.d/99-test.cfg" <<'CONFIG'
datasource_list: [GCE]
datasource: {GCE: {metadata_url: "http://127.0.0.1:8099/"}}
CONFIG

touch "$out/user-data"
"$python" "$server" 8099 "$out/user-data" &
sleep 1

number=0
for document in "$@"; do
  cp "$document" "$out/user-data"
  mount -t tmpfs none "$root/run"
  rm -f "$root/asked"
  for stage in "init --local" init "modules --mode=config" "modules --mode=final"; do
    # Modules that look for hardware complain; what counts is what is there afterwards.
    # shellcheck disable=SC2086
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin cloud-init $stage >>"$out/log" 2>&1 || true
  done
  umount "$root/run"
  number=$((number + 1))
  mkdir "$out/$number"
  cp "$root/asked" "$out/$number/asked"
  mkdir -p "$root/etc/exports.d"
  cp -r "$root/etc/ai-platform" "$root/etc/exports.d" "$root/etc/systemd/system" "$out/$number/"
  cp "$root/etc/passwd" "$out/$number/"
  chroot "$root" find /var/lib/palma-ai -printf '%p %m %u\n' >"$out/$number/state" 2>/dev/null || true
done
kill %1
