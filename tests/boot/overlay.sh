#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# wireroot.overlay= makes a read-only root writable in memory and leaves the server's as it is.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img" --with overlay
lab_up --export "/srv/root=$WORK/root,ro"

memory=/run/wireroot/overlay/memory
node_direct plain "root=nfs:10.87.0.1:/srv/root wireroot.overlay=tmpfs test.do=write,poweroff"
node_direct sized "root=nfs:10.87.0.1:/srv/root rw wireroot.overlay=tmpfs:64m test.do=write,poweroff"
for node in plain sized; do
	expect_second_stage "$node"
	check_fact "$node" 'mount / overlay wireroot rw,' "the root is an overlay"
	check_fact "$node" 'mount /run/wireroot/overlay/lower nfs4 10\.87\.0\.1:/srv/root ro,' \
		"the NFS mount below is read-only"
	expect_console "$node" '^SECOND-STAGE wrote yes' 10 "the root is writable"
	expect_off "$node" 20
done
check_fact sized "mount $memory tmpfs [^ ]+ rw,([^ ]*,)?size=65536k," "the size is the one given"
check "without a size there is the kernel's own" \
	eval '! console_has plain "^SECOND-STAGE mount $memory tmpfs [^ ]+ [^ ]*size="'
check_not "nothing came to the server's directory" compgen -G "$WORK/root/written-by-*"
finish
