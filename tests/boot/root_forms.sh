#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The ways to say where the root is: words of the kernel command line and DHCP's root-path.
#
# One boot for each way that the init goes differently; the other spellings, whose parts are
# unit-tested, are booted by full/root_forms.sh (ROOT_FORMS=others).
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

# Node | words | root-path, or - | the root's line in /proc/mounts, a pattern
# shellcheck disable=SC2034 # used by name
forms_essential=(
	'nfsroot|root=/dev/nfs nfsroot=10.87.0.1:/srv/root,vers=3,rsize=32768|-|nfs 10.87.0.1:/srv/root ro,.*vers=3,rsize=32768,'
	'next|root=/dev/nfs nfsroot=/srv/root|-|nfs4 10.87.0.1:/srv/root ro,'
	'nowords||/srv/root,vers=4.1|nfs4 10.87.0.1:/srv/root ro,.*vers=4.1,'
	'colons|root=dhcp|nfs:10.87.0.1:/srv/root:vers=4.0,noatime|nfs4 10.87.0.1:/srv/root ro,noatime,.*vers=4.0,'
	'pattern|root=nfs4: rw|nfs.lab:/srv/nodes/%s|nfs4 nfs.lab:/srv/nodes/pattern rw,'
	'netroot|root=dhcp netroot=nfs:10.87.0.1:/srv/root:rsize=65536|nfs:192.0.2.1:/elsewhere|nfs4 10.87.0.1:/srv/root ro,.*rsize=65536,'
)
# shellcheck disable=SC2034
forms_others=(
	'server|root=10.87.0.1:/srv/root,rsize=65536|-|nfs4 10.87.0.1:/srv/root ro,.*rsize=65536,'
	'name|root=nfs.lab:/srv/root|-|nfs4 nfs.lab:/srv/root ro,'
	'nfs|root=nfs:/srv/root:vers=3|-|nfs 10.87.0.1:/srv/root ro,.*vers=3,'
	'nfs4|root=nfs4:/srv/root|-|nfs4 10.87.0.1:/srv/root ro,'
	'alone|root=nfs:|10.87.0.1:/srv/root|nfs4 10.87.0.1:/srv/root ro,'
	'devnfs|root=/dev/nfs|10.87.0.1:/srv/root,rsize=65536|nfs4 10.87.0.1:/srv/root ro,.*rsize=65536,'
	'auto|nfsroot=auto|/srv/root|nfs4 10.87.0.1:/srv/root ro,'
	'schemed|root=dhcp|nfs:10.87.0.1:/srv/root|nfs4 10.87.0.1:/srv/root ro,'
	'schemed4|root=dhcp|nfs4:10.87.0.1:/srv/nodes/%s|nfs4 10.87.0.1:/srv/nodes/schemed4 ro,'
	'field|ip=:10.87.0.1::::eth0:dhcp root=nfs:/srv/root|-|nfs4 10.87.0.1:/srv/root ro,'
	'netdhcp|netroot=dhcp|/srv/root|nfs4 10.87.0.1:/srv/root ro,'
	'type|rootfstype=nfs4 root=10.87.0.1:/srv/root|-|nfs4 10.87.0.1:/srv/root ro,'
	'address|ip=10.87.0.77:10.87.0.1::24::eth0:none root=/dev/nfs nfsroot=/srv/nodes/%s|-|nfs4 10.87.0.1:/srv/nodes/10.87.0.77 ro,'
)
declare -n forms="forms_${ROOT_FORMS:-essential}"

mac_of()
{
	printf '52:54:00:87:fe:%02x' "$1"
}

begin()
{
	local node words root_path
	IFS='|' read -r node words root_path _ <<< "${forms[$1]}"
	node_direct "$node" "$words test.do=poweroff" --nic "virtio,mac=$(mac_of "$1")"
}

verify()
{
	local node words root_path mount
	IFS='|' read -r node words root_path mount <<< "${forms[$1]}"
	expect_second_stage "$node" "a root is found by '$words'$(
		[ "$root_path" = - ] || echo " and the root-path '$root_path'")"
	mount=${mount//./\\.}
	check_fact "$node" "mount / ${mount//\\.\*/.*}" "it is mounted as said"
	expect_off "$node" 20
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
mkdir "$WORK/nodes"
for node in pattern schemed4 10.87.0.77; do
	cp -al "$WORK/root" "$WORK/nodes/$node"
done
make_initrd "$WORK/base.img"
for i in "${!forms[@]}"; do
	IFS='|' read -r node words root_path _ <<< "${forms[$i]}"
	echo "dhcp-mac=set:form$i,$(mac_of "$i")"
	[ "$root_path" = - ] || echo "dhcp-option=tag:form$i,option:root-path,\"$root_path\""
done > "$WORK/dnsmasq.conf"
lab_up --root "$WORK/root" --export "/srv/nodes=$WORK/nodes" --dnsmasq "$WORK/dnsmasq.conf"

# Two at a time.
for ((first = 0; first < ${#forms[@]}; first += 2)); do
	begin "$first"
	[ $((first + 1)) -eq ${#forms[@]} ] || begin $((first + 1))
	verify "$first"
	[ $((first + 1)) -eq ${#forms[@]} ] || verify $((first + 1))
done
finish
