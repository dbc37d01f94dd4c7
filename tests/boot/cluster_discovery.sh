#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two machines that nobody knows become nodes: what they show before, during and after discovery.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
CLUSTER_NETWORK="    subnet: 10.87.0.0/24
    range: 10.87.0.100-10.87.0.110"
cluster_file << 'END'
profiles:
  compute:
    image: busybox
    drivers: detected
    append: [quiet, console=ttyS0, no_timer_check, test.do=poweroff]
nodes:
  n01: { profiles: compute, mac: 52:54:00:77:00:01, address: 10.87.0.2 }
END
cluster_up

# Its own end closes the window.
discover()
{
	"$WIREROOT" discover --window 10m --profile compute --name 'compute-0-[0-]' \
		--cluster "$CLUSTER" --state "$LAB/state" --services "lab:$LAB" \
		--control "$LAB/run/wirerootd.sock" > "$WORK/discover.log" 2>&1 &
	discover=$!
}

node_boot x1 --memory 512 --cpus 1
expect_console x1 'Wireroot: no boot script for this machine' 40 \
	"an unknown machine is told that it is unknown"
expect_console x1 'MAC address +52:54:00:87:' 10 "and shown by what it can be made known"
check "it has been given nothing" not grep -q 'discover\.ipxe\|to be discovered' "$LAB/wirerootd.log"
discover
expect_console x1 'discover\.img\.\.\. ok' 60 "once a window is open, it loads the discovery image"
expect_console x1 '^Wireroot: this machine is not a node yet' 60 "which shows the machine"
expect_console x1 '^    machine +QEMU' 10 "and what it is"
expect_console x1 'was adopted as compute-0-0; restarting' 60 "it is adopted"
expect_second_stage x1 "it restarts as a node"
check_fact x1 'hostname compute-0-0$' "it has the first name of the pattern"
check_fact x1 'address eth0 10\.87\.0\.3/24' "and the first free address"
expect_off x1 20

node_boot x2 --memory 512 --cpus 1 --nic e1000e
expect_console x2 'was adopted as compute-0-1; restarting' 120 "a second machine is adopted"
expect_second_stage x2 "it restarts as a node, too"
check_fact x2 'hostname compute-0-1$' "it has the next name"
check_fact x2 'address eth0 10\.87\.0\.4/24' "and the next address"
expect_off x2 20

check "each has the driver for its own network card" \
	grep -q '^ *detected: virtio_net$' "$WORK/nodes.d/compute-0-0.yaml"
check "and no other" grep -q '^ *detected: e1000e$' "$WORK/nodes.d/compute-0-1.yaml"
check "the definition with them is sound" cluster check
await "the server knows what they booted from" 20 \
	lab exec -- sh -c "curl -fs http://10.87.0.1:8017/v1/nodes | jq -e '
		[.[] | select(.state == \"running\") | .name + \" \" + .generation] | sort ==
			[\"compute-0-0 2\", \"compute-0-1 3\"]'"
kill -TERM "$discover"
check "the window closes with its command" wait "$discover"
check "which has counted them" grep -q '2 arrived, 2 adopted, 0 failed' "$WORK/discover.log"
finish
