#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A BIOS node and a UEFI node from one definition, in a network that is not the lab's usual one.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
CLUSTER_NETWORK="    subnet: 192.168.77.64/26
    interface: eno1
    range: 192.168.77.100-192.168.77.120
    gateway: 192.168.77.126
    dns: [192.168.77.65, 192.168.77.66]
    domain: rack.example
    lease: 2h"
CLUSTER_ADDRESS=192.168.77.65
cluster_file << 'END'
profiles:
  diskless:
    image: busybox
    drivers: [virtio_net, e1000e]
    append: [quiet, console=ttyS0, no_timer_check, test.do=poweroff]
    lab: { memory: 256, cpus: 1 }
nodes:
  n01:
    profiles: diskless
    mac: 52:54:00:77:00:01
    address: 192.168.77.81
    lab: { nic: e1000e }
  u01:
    profiles: diskless
    mac: 52:54:00:77:00:02
    address: 192.168.77.82
    overlay: tmpfs:64m
    # OVMF with less has no room for iPXE and an initrd.
    lab: { firmware: uefi, memory: 512 }
END
cluster_up

node_power n01
expect_console n01 'boot\.ipxe\.\.\. ok' 40 "the BIOS node's ROM loads the first script"
expect_second_stage n01
check_fact n01 'hostname n01$' "it has its name"
check_fact n01 'address eth0 192\.168\.77\.81/26' "and its address"
check_fact n01 "mount / nfs4? 192\\.168\\.77\\.65:$WORK/root ro," "its root is the image, read-only"
check_fact n01 'link eth0 .* mac 52:54:00:77:00:01' "its MAC address is the definition's"
check_fact n01 'route default via 192\.168\.77\.126' "the gateway is the network's"
check_fact n01 'file /run/wireroot/resolv\.conf nameserver 192\.168\.77\.66' "so are the name servers"
expect_off n01 20

node_power u01
expect_console u01 'NBP file downloaded successfully' 60 "OVMF loads the boot loader by TFTP"
expect_second_stage u01
check_fact u01 'hostname u01$' "it has its name"
check_fact u01 'address eth0 192\.168\.77\.82/26' "and its address"
check_fact u01 'mount / overlay' "its root is an overlay"
expect_off u01 20

await "both nodes' boots are known to the server" 20 \
	lab exec -- sh -c "curl -fs http://192.168.77.65:8017/v1/nodes | jq -e '
		[.[] | .node] | sort == [\"n01\", \"u01\"]'"
check_not "TFTP carries boot loaders and nothing else" \
	grep -Ev '/(snponly\.efi|undionly\.kpxe) to' <(grep 'sent .*/tftp/' "$LAB/dnsmasq.log")
check "the nodes' segments are for nobody else" \
	lab exec -- sh -c "curl -s -o /dev/null -w '%{http_code}' \
		http://192.168.77.65:8017/node/52:54:00:77:00:01.img | grep -qx 403"
finish
