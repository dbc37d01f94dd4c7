#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Nodes of a cluster boot from volumes of their own: one that was cloned before the lab came up, and one
# that is made while it runs. What a node uses is not removed.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
mkdir "$WORK/disks"
cat > "$CLUSTER" << END
cluster: { name: test, iqn: iqn.2026-11.example.test }
networks: { boot: { subnet: 10.87.0.0/24 } }
servers: { server: { address: 10.87.0.1, roles: [boot, iscsi] } }
storage: { disks: { type: file, directory: $WORK/disks } }
$(cluster_images)
profiles:
  disk:
    root: iscsi
    storage: disks
    volume-size: 64M
    image: busybox
    drivers: virtio_net
    append: [console=ttyS0, quiet]
    lab: { memory: 256, cpus: 1 }
nodes:
  n1: { profiles: disk, address: 10.87.0.11, mac: 52:54:00:87:00:01 }
  n2: { profiles: disk, address: 10.87.0.12, mac: 52:54:00:87:00:02, append: "test.do=write,poweroff" }
END

storage()
{
	local verb=$1
	shift
	"$WIREROOT" storage "$verb" --cluster "$CLUSTER" --state "$LAB/state" "$@"
}

# What it says goes to the test's output when it fails.
refused()
{
	! storage remove n1 -y --services "lab:$LAB" > "$WORK/refused" 2>&1 || return 1
	cat "$WORK/refused"
	grep -q 'n1' "$WORK/refused" && [ -e "$WORK/disks/n1.img" ]
}

# Its session is still there: nothing has told the target that the plug was pulled.
removed()
{
	storage remove n1 -y --switched-off --services "lab:$LAB" && [ ! -e "$WORK/disks/n1.img" ]
}

check "a golden volume is made" storage create --image busybox --services none
check "a volume is cloned from it" storage create n1 --services none
cluster_up
node_power n1
expect_second_stage n1 "a node boots from its volume"
check_fact n1 'mount / ext4 /dev/sda rw' "it can write there"
check "the node has proved itself by its secret" grep -q '^in .' "$LAB/state/secrets/n1.chap"
check "what a running node uses is not removed" refused
check "a volume is made while the servers run" storage create n2 --services "lab:$LAB"
node_power n2
expect_second_stage n2 "another node boots from it"
expect_off n2 30
lab power n1 off
check "nor is that of a node that may only be cut off" refused
check "what no node uses any more is removed" removed
finish
