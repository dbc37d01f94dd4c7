#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Each version of NFS by name, and the fall-back to what a server offers.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img"

# Boot NODE with OPTIONS of the root.
begin()
{
	node_direct "$1" "root=nfs:10.87.0.1:/srv/root$2 rw test.do=write,poweroff"
}

# NODE's root is of TYPE with OPTIONS.
verify()
{
	local node=$1 type=$2 options=$3
	expect_second_stage "$node" "$4"
	check_fact "$node" "mount / $type 10\.87\.0\.1:/srv/root rw,([^ ]*,)?$options,[^ ]*addr=" \
		"its root is by ${options//\\/}"
	expect_console "$node" '^SECOND-STAGE wrote yes' 10 "it is writable"
	expect_off "$node" 20
}

lab_up --root "$WORK/root"
begin explicit3 ,vers=3
begin explicit40 :nfsvers=4.0
verify explicit3 nfs 'vers=3' "a node asks for version 3"
verify explicit40 nfs4 'vers=4\.0' "a node asks for version 4.0"
begin explicit41 ,v4.1
begin explicit42 ,vers=4,minorversion=2
verify explicit41 nfs4 'vers=4\.1' "a node asks for version 4.1"
verify explicit42 nfs4 'vers=4\.2' "a node asks for version 4.2"
lab server rpcbind stop
begin ports3 ,vers=3,port=2049,mountport=20048,tcp
verify ports3 nfs 'vers=3' "a node with the ports of version 3 needs no rpcbind"
check_fact ports3 'mount / nfs .*,mountport=20048,' "the port is the one that was given"

lab down
lab_up --root "$WORK/root" --nfs 3
begin only3 ""
begin wants4 ,vers=4
verify only3 nfs 'vers=3' "a node falls back to a server with version 3 alone"
check "what did not work first is not told of" eval '! console_has only3 "root: mount"'
expect_console wants4 \
	'root: mount the root by NFS 4(\.[0-2])?: 10\.87\.0\.1:/srv/root: .*does not offer' 20 \
	"a version that was asked for has no fall-back, and that is told"
lab power wants4 off

lab down
lab_up --root "$WORK/root" --nfs 4.0
begin only40 ""
begin wants3 ,vers=3
verify only40 nfs4 'vers=4\.0' "a node falls back to a server with version 4.0 alone"
expect_console wants3 'root: .*NFS 3.*10\.87\.0\.1' 20 "version 3 in vain is told of"
lab power wants3 off
finish
