#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node of a definition boots from a disk of a server with LIO: what is generated of the two, with their
# secrets, fits together, and bringing it into force again takes nobody's disk away, be it with other
# portals.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
WIREROOT_TARGET=lio
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

NODE_MAC=52:54:00:87:11:01
# The first is dead: the server gets that address later.
PORTALS="10.87.0.10, $TARGET"

# define [KEY: VALUE]: the node with one more key.
define()
{
	cat > "$WORK/cluster.yaml" << END
cluster: { name: test, iqn: $IQN }
networks: { boot: { subnet: 10.87.0.0/24 } }
servers:
  server: { address: 10.87.0.1, roles: boot }
  target: { address: $TARGET, roles: iscsi, iscsi: lio, iscsi-portals: [$PORTALS] }
$(cluster_images)
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

# shellcheck disable=SC2317 # by check
portals()
{
	lio "ls /sys/kernel/config/target/iscsi/$IQN:n01/tpgt_1/np" > "$WORK/said.log"
	cat "$WORK/said.log"
	[ "$(paste -sd' ' "$WORK/said.log")" = "$*" ]
}

# restore_saying REGEX
# shellcheck disable=SC2317 # by check
restore_saying()
{
	restore > "$WORK/said.log"
	local status=$?
	cat "$WORK/said.log"
	grep -q "$1" "$WORK/said.log" && return "$status"
	return 99
}

# shellcheck disable=SC2317 # by check
refused_saying()
{
	restore_saying "$1"
	[ $? -eq 1 ]
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
check "… at both portals" portals "10.87.0.10:3260 $TARGET:3260"
# As somebody else may call his.
lio "mkdir /sys/kernel/config/target/core/iblock_0/backup-0123abcd" || give_up "LIO has a disk of somebody else"
node_direct n01 test.do=write --nic "virtio,mac=$NODE_MAC"
expect_second_stage n01 "the node boots from its disk by the living portal, each side with its secret"
check "its session is known" sessions 1
check "bringing the same into force again succeeds" restore
check "… and the session is as it was" sessions 1
lio "ip address add 10.87.0.10/24 dev eth0" || give_up "the server gets its other address"
check "the dead portal lives with its address" retry 20 lab exec -- nc -z 10.87.0.10 3260
PORTALS="10.87.0.10, $TARGET, \"$TARGET:3261\""
define ""
generate
check "a target in use gets a portal more" restore
check "… which is there" portals "10.87.0.10:3260 $TARGET:3260 $TARGET:3261"
check "… and the session is as it was" sessions 1
PORTALS=10.87.0.10
define ""
generate
check "a portal is not taken from a node that runs" \
	restore_saying "portal $TARGET_REGEX:3260 of .*:n01 stays open while a node is logged in"
check "… and all are there" portals "10.87.0.10:3260 $TARGET:3260 $TARGET:3261"
define ", disk: /dev/vdb"
generate
check_not "another disk for a node that runs is refused" restore
check "… and it keeps its own" sessions 1
sed -i 's/^  n01:.*/  n02: { profiles: disk, address: 10.87.0.52 }/' "$WORK/cluster.yaml"
generate
check_not "a node that runs and is defined no more keeps its disk" restore
check "… which is said" says_busy
lab power n01 off
# LIO finds out by itself that the node is gone.
check "the session ends some time after the node" retry 120 sessions 0
define ""
generate
check "then the portals go" restore
check "… and the other one stays" portals 10.87.0.10:3260
# At 2323, the guest takes our commands.
PORTALS="10.87.0.10, \"$TARGET:2323\""
define ""
generate
check "a portal that somebody else has is told of" \
	refused_saying "open portal: $TARGET_REGEX:2323 of .*does another program listen there"
check "… and is no hindrance for the other one" portals 10.87.0.10:3260
PORTALS=10.87.0.10
define ""
sed -i 's/^  n01:.*/  n02: { profiles: disk, address: 10.87.0.52 }/' "$WORK/cluster.yaml"
generate
check "a node that is defined no more has no target when it is off" restore
check_not "… and none is left" portals 10.87.0.10:3260
check "… nor a disk of ours but the new node's" lio \
	"ls /sys/kernel/config/target/core/iblock_0 | grep -c ^wireroot- | grep -qx 1"
check "the disk of somebody else is left alone" lio "ls -d /sys/kernel/config/target/core/iblock_0/backup-0123abcd"
finish
