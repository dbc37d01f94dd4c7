#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Words and node files with mistakes are told of and left out; only a wrong root stops a boot. A boot
# server that is not there stops nothing.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

# A node segment that `wireroot initrd node` would refuse to make.
make_segment()
{
	mkdir -p "$WORK/segment/etc/wireroot"
	cat > "$WORK/segment/etc/wireroot/node.conf"
	(cd "$WORK/segment" && find . | cpio --quiet -o -H newc) > "$1"
}

boot_node()
{
	node_boot "$1" --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
		--initrd "$WORK/$2" --append "quiet test.do=poweroff $3"
}

use_kernel 6.1
make_root "$WORK/root"
make_initrd "$WORK/base.img"
make_segment "$WORK/corrupt.img" << 'END'
# A quote that nobody closes.
root=nfs:10.87.0.1:/srv/root
wireroot.hostname="corrupt
END
printf 'root=nfs:10.87.0.99:/srv/root\nwireroot.hostname=cut\0\377\n' | make_segment "$WORK/binary.img"
lab_up --root "$WORK/root" --without wirerootd

boot_node words corrupt.img "root=nfs:10.87.0.1:/srv/root ip=eth0:dhcp6 ip=10.0.0.300::::::none \
wireroot.speed=fast wireroot.overlay=disk vlan=eth0 ip=eth0:dhcp wireroot.report=10.87.0.1"
boot_node binary binary.img "root=nfs:10.87.0.1:/srv/root wireroot.report=10.87.0.98"

expect_console words 'params: .*/etc/wireroot/node\.conf.*line 3' 40 \
	"a node file with a mistake is told of, with the line"
expect_console words '^SECOND-STAGE ready' 40 "the node boots by the words of the command line"
check "the whole node file is left out" console_has words 'lease: .* host name words$'
check "a method that is not supported is told of" \
	console_has words "params: read parameter ip=eth0:dhcp6: .*dhcp6.*IPv6"
check "an address that is none is told of" console_has words 'params: .*ip=10\.0\.0\.300.*invalid'
check "a word of our own that nobody knows is told of" \
	console_has words 'params: nobody knows the word wireroot\.speed'
check "a value that is wrong is told of" console_has words 'params: .*wireroot\.overlay=disk'
check "a VLAN without a parent is told of" console_has words 'params: .*vlan=eth0'
check "words of other programs are left alone" not console_has words 'params: .*test\.do'
expect_console binary 'params: .*/etc/wireroot/node\.conf.*line 2' 40 \
	"a node file with binary rubbish is told of, with the line"
expect_console binary '^SECOND-STAGE ready' 40 "a boot server that is not there stops nothing"
check "and is no reason for a complaint" not console_has binary '^wireroot.*10\.87\.0\.98'
expect_off words 20
expect_off binary 20

{
	echo root=nfs:10.87.0.1:/srv/root
	printf 'nfs_acl.name=%5000s\n' '' | tr ' ' a
} | make_segment "$WORK/long.img"
boot_node long long.img "wireroot.1 wireroot.2 wireroot.3 wireroot.4 wireroot.5 wireroot.6 wireroot.7 \
wireroot.8 wireroot.9 wireroot.10 vlan=0"
expect_console long 'modules: load the driver: nfs_acl: .*too long' 40 \
	"a module's options that are too long are told of"
expect_console long '^SECOND-STAGE ready' 40 "the node boots without it"
check "of many unknown words the number is told" \
	console_has long 'params: and 0 more malformed and 2 more unknown words in the kernel command'
expect_off long 20

boot_node disk corrupt.img "root=/dev/sda1"
boot_node garbled corrupt.img "root=nfs:10.87.0.1:srv/root"
expect_console disk 'params: find out what the root is: .*/dev/sda1: .*root=nfs:SERVER:/PATH' 40 \
	"a root on a disk is refused"
expect_console disk 'cannot go on; the node waits here' 10 "and the node waits for somebody"
expect_console garbled 'params: .*root=nfs:10\.87\.0\.1:srv/root: .*(path|/)' 40 \
	"a root that is garbled is refused"
expect_console garbled 'cannot go on; the node waits here' 10 "rather than another one booted"
finish
