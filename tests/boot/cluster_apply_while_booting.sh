#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A new generation comes into force between the moment when a node has read its script and the moment
# when it loads what the script names: it boots all the same, from the old one or the new one.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

define()
{
	cluster_file << END
$3
profiles:
  diskless:
    image: busybox
    drivers: [$1]
    append: [quiet, console=ttyS0, no_timer_check, test.do=poweroff, edition=$2]
    lab: { memory: 256, cpus: 1 }
nodes:
  n01: { profiles: diskless, address: 10.87.0.11, mac: 52:54:00:77:00:01 }
END
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
# The first script waits between the kernel and the base image for a file that is not there yet.
cat > "$WORK/hold" << 'END'
echo holding
:hold
imgfetch http://10.87.0.1:8099/gate && goto held ||
sleep 1
goto hold
:held
imgfree gate
END
sed "/^@INITRDS@/e cat '$WORK/hold'" "$TOP/ipxe/node.ipxe.in" > "$WORK/held.ipxe"
mkdir "$WORK/gate"
define virtio_net one "templates: { node: held.ipxe }"
cluster_up
lab exec busybox httpd -p 10.87.0.1:8099 -h "$WORK/gate"

node_power n01
expect_console n01 '^holding' 60 "the node has read its script and its kernel"
define virtio_net,e1000e two ""
check "a generation with another base image is applied" cluster apply
check_not "which has the old base image no more" \
	test -e "$LAB/state/current/$(cd "$LAB/state/generations/1" && echo http/base/*)"
echo open > "$WORK/gate/gate"
expect_console n01 '^Wireroot: could not start' 60 "the node misses what its script names"
expect_console n01 '^SECOND-STAGE ready' 60 "it reads its script anew, and reaches the second stage"
check_fact n01 'command-line .*edition=two' "with the new generation"
expect_off n01 20
finish
