#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A storage server with several portals: nodes boot when one of them is dead, at those that their definition
# names, and at one that the server gets while it runs.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

# define PORTALS PORTALS-OF-N2
define()
{
	cat > "$CLUSTER" << END
cluster: { name: test, iqn: iqn.2026-11.example.test }
networks: { boot: { subnet: 10.87.0.0/24 } }
servers: { server: { address: 10.87.0.1, roles: [boot, iscsi], iscsi-portals: [$1] } }
storage: { disks: { type: file, directory: $WORK/disks } }
$(cluster_images)
profiles:
  disk:
    root: iscsi
    storage: disks
    volume-size: 64M
    image: busybox
    drivers: virtio_net
    append: [console=ttyS0, quiet, "test.do=write,poweroff"]
    lab: { memory: 256, cpus: 1 }
nodes:
  n1: { profiles: disk, address: 10.87.0.11, mac: 52:54:00:87:00:01 }
  n2: { profiles: disk, address: 10.87.0.12, mac: 52:54:00:87:00:02, iscsi-portals: [$2] }
END
}

# Each portal of the node with its file's word for it.
segment_has()
{
	grep -a '^netroot=' "$LAB/state/current/http/node/$1.img" | tr -d '\0' > "$WORK/words"
	cat "$WORK/words"
	[ "$(sed 's/^netroot=iscsi:\(.*\):1:iqn.*/\1/' "$WORK/words" | paste -sd' ')" = "$2" ]
}

# What is in force now is what tgtd does.
listens_there_now()
{
	cluster apply > "$WORK/applied" 2>&1 || { cat "$WORK/applied"; return 1; }
	lab exec -- tgtadm --lld iscsi --op show --mode portal > "$WORK/portals"
	cat "$WORK/portals"
	grep -q '^Portal: 10\.87\.0\.9:3262,' "$WORK/portals"
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
mkdir "$WORK/disks"
define '10.87.0.9, "10.87.0.1:3261"' 10.87.0.9
check "disks are made" "$WIREROOT" storage create n1 n2 --cluster "$CLUSTER" --state "$LAB/state" --services none
cluster_up
check "a node is told of all portals" segment_has 52:54:00:87:00:01 '10.87.0.9:: 10.87.0.1::3261'
check "one that has some of its own is told of these" segment_has 52:54:00:87:00:02 '10.87.0.9::'

lab exec -- ip address delete 10.87.0.9/32 dev lab
node_power n1
expect_second_stage n1 "a node boots while the first portal is dead"
check "it came by the other one" console_has n1 'by iSCSI from 10\.87\.0\.1:3261'
expect_off n1 30

lab exec -- ip address add 10.87.0.9/32 dev lab
define '10.87.0.9, "10.87.0.1:3261", "10.87.0.9:3262"' '"10.87.0.9:3262"'
check "tgtd listens at a portal that is added while it runs" listens_there_now
check "the node is told of that" segment_has 52:54:00:87:00:02 '10.87.0.9::3262'
node_power n2
expect_second_stage n2 "it boots there"
check "from that portal" console_has n2 'by iSCSI from 10\.87\.0\.9:3262'
expect_off n2 30
finish
