#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node of a definition boots from a disk of a server with LIO: what is generated of the two, with their
# secrets, fits together, and bringing it into force again takes nobody's disk away.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
WIREROOT_TARGET=lio
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

NODE_MAC=52:54:00:87:11:01

# define [KEY: VALUE]: the node with one more key.
define()
{
	cat > "$WORK/cluster.yaml" << END
cluster: { name: test, iqn: $IQN }
networks: { boot: { subnet: 10.87.0.0/24 } }
servers:
  server: { address: 10.87.0.1, roles: boot }
  target: { address: $TARGET, roles: iscsi, iscsi: lio }
images:
  busybox:
    path: $WORK/root
    kernel: $KERNEL_VERSION
    modules: $KERNEL_TREE/lib/modules
    vmlinuz: $KERNEL
profiles:
  disk: { image: busybox, drivers: virtio_net, root: iscsi, disk: /dev/vda, access: rw }
nodes:
  n01: { profiles: disk, mac: $NODE_MAC, address: 10.87.0.51 $1 }
END
}

generate()
{
	rm -rf "$WORK/out"
	"$WIREROOT" generate --cluster "$WORK/cluster.yaml" --state "$WORK/state" -o "$WORK/out" \
		> "$WORK/generate.log" 2>&1 && return
	sed 's/^/# /' "$WORK/generate.log"
	give_up "the definition's files are made"
}

# shellcheck disable=SC2317 # by check
restore()
{
	lio "target-offer lio restore $WORK/out/servers/target/lio.json"
}

# shellcheck disable=SC2317 # by check
says_busy()
{
	restore > "$WORK/said.log"
	grep 'n01: busy.*logged in' "$WORK/said.log"
}

# shellcheck disable=SC2317 # by check
sessions()
{
	lio "target-offer lio list" | grep -q "^$IQN:n01 open rw /dev/vda $1\$"
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_disk "$WORK/disk.img" wireroot
define ""
generate
cat "$WORK"/out/http/base/*.img "$WORK/out/http/node/$NODE_MAC.img" > "$WORK/base.img"
lab_up --root "$WORK/root"
truncate -s 1M "$WORK/other.img"
lio_server -drive "file=$WORK/disk.img,format=raw,if=virtio" \
	-drive "file=$WORK/other.img,format=raw,if=virtio"
check "the generated targets come into force" restore
check "one is there, and nobody has it" sessions 0
node_direct n01 test.do=write --nic "virtio,mac=$NODE_MAC"
expect_second_stage n01 "the node boots from its disk, each side with its secret"
check "its session is known" sessions 1
check "bringing the same into force again succeeds" restore
check "… and the session is as it was" sessions 1
define ", disk: /dev/vdb"
generate
check_not "another disk for a node that runs is refused" restore
check "… and it keeps its own" sessions 1
sed -i 's/^  n01:.*/  n02: { profiles: disk, address: 10.87.0.52 }/' "$WORK/cluster.yaml"
generate
check_not "a node that runs and is defined no more keeps its disk" restore
check "… which is said" says_busy
lab power n01 off
finish
