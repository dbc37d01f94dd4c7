#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An NFS server that is down, not there, stuck, or cut off is told of, here and at the boot server,
# and waited for.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel 6.1
make_root "$WORK/root"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root" --without ganesha
# The server is to answer at an address that it gets later, too.
sed -i 's/Bind_addr = .*/Bind_addr = 0.0.0.0;/' "$LAB/ganesha.conf"

boot_node()
{
	node_boot "$1" --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
		--append "quiet root=nfs:$2:/srv/root wireroot.report=10.87.0.1 test.do=poweroff"
}

pid_of()
{
	cat "$LAB/run/$1.pid"
}

boot_node down 10.87.0.1
boot_node absent 10.87.0.99
expect_console down \
	'root: reach the NFS server: 10\.87\.0\.1 port 2049: connection refused .*service is not running' \
	40 "an NFS service that does not run is told of"
expect_console absent \
	'root: reach the NFS server: 10\.87\.0\.99 port 2049: (host unreachable|timed out) .*address' \
	40 "a server that is not there is told of"

console_mark down
lab link down down
expect_console down 'link: eth0 lost carrier' 10 "a cable that is pulled between two tries is told of"
lab link down up
expect_console down 'lease: eth0 has 10\.87\.0\.' 30 "the node gets its address again"
expect_console down 'root: reach the NFS server: 10\.87\.0\.1' 40 "and goes on trying"
# The report goes by a datagram of its own, and the reason may have become another one since.
await "the boot server has the failure, too" 30 \
	grep -qE "^fault root .*10\.87\.0\.99.*(unreachable|timed out)" -r "$LAB/timelines"

lab exec ip address add 10.87.0.99/24 dev lab
lab server ganesha start
expect_console down '^SECOND-STAGE ready' 100 "the node goes on when the service runs"
expect_console absent '^SECOND-STAGE ready' 100 "the node goes on when the server is there"
expect_off down 20
expect_off absent 20

# A server that accepts connections and says nothing: stopped in its tracks.
lab exec kill -STOP "$(pid_of ganesha)"
boot_node stuck 10.87.0.1
expect_console stuck 'root: mount the root: 10\.87\.0\.1:/srv/root: .*(does not answer|no answer)' 60 \
	"a server that stops answering in the middle of the mount is told of"
console_mark stuck
lab link stuck down
expect_console stuck 'link: eth0 lost carrier' 10 "so is a cable that is pulled meanwhile"
lab link stuck up
expect_console stuck 'lease: eth0 has 10\.87\.0\.' 30
lab exec kill -KILL "$(pid_of ganesha)"
expect_console stuck 'root: .*10\.87\.0\.1.*(refused|timed out)' 60 "the next try begins anew"
lab server ganesha start
expect_console stuck '^SECOND-STAGE ready' 100 "the node goes on when the server is there again"
expect_off stuck 20
finish
