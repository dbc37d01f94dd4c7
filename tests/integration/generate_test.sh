#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot generate`: what it writes is taken by the programs that it is for, dnsmasq answers every kind
# of firmware with what it can boot, the same definition gives the same bytes, and nothing is built twice.
# Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wireroot=$PWD/build/wireroot
ask=$PWD/tests/integration/dhcp_ask.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

# apart COMMAND...: in namespaces of its own, where all processes end with the command.
apart() {
	timeout -k 5 "$(limit 60)" unshare --mount --net --pid --mount-proc --fork --kill-child "$@"
}

# --- the cluster with everything at least once, with a kernel that is there ------------------------

line=$(tests/fixtures/kernels.sh 6.1) || exit 1
version=${line%% *} tree=${line#* }
for image in debian12 scratch nobody; do
	mkdir -p "$work/images/$image"
	ln -s "$tree/lib" "$work/images/$image/"
	cp -a "$tree/boot" "$work/images/$image/" # a kernel that leads out of its image is none
done

# define [NAME]: cluster.yaml from the one of that name among the golden files, with one driver.
define() {
	sed -e "s#/srv/images#$work/images#" -e "s#kernel: .*#kernel: $version#" \
		-e 's#^    append: \[console=ttyS0, quiet\]#&\n    drivers: virtio_net#' \
		"tests/golden/many/${1:-cluster}.yaml" >"$work/cluster.yaml"
}

generate() {
	"$wireroot" generate --cluster "$work/cluster.yaml" --state "$work/state" \
		--cache "$work/cache" "$@"
}

builds_nothing() {
	generate -o "$1" >"$work/said" 2>&1 && ! grep building "$work/said"
}

same() {
	diff -r "$work/one" "$1"
}

define
check "a cluster is generated" generate -o "$work/one"
check "again, nothing is built" builds_nothing "$work/again"
check "… and the bytes are the same" same "$work/again"
define permuted
check "another order of the definition is generated" generate -o "$work/permuted"
check "… with the same bytes" same "$work/permuted"
define
check "a directory with something in it is left alone" says 1 'new or an empty directory' \
	generate -o "$work/one"
check "without -o it is a usage error" says 2 'see wireroot generate --help' generate

# Other files with the same contents: looked at anew, and found to be the same.
renew_inputs() {
	rm "$work/images/debian12/lib"
	mkdir -p "$work/images/debian12/lib/modules"
	cp -r "$tree/lib/modules/$version" "$work/images/debian12/lib/modules/"
	generate -o "$work/renewed"
}
check "copied modules are looked at anew" says 0 building renew_inputs
check "… and lead to the same bytes" same "$work/renewed"

# lose_base: the cache without its base images, as after a full disk was cleared.
lose_base() {
	rm -r "$work/cache/base"
	generate -o "$work/lost"
}
check "a base image that is gone from the cache is built again" says 0 building lose_base
check "… with the same bytes" same "$work/lost"

only_segments_are_private() {
	[ -z "$(find "$work/one" -type f -perm 600 ! -path '*/http/node/*.img' \
		! -name tgt.conf ! -name lio.json)" ] &&
		[ -z "$(find "$work/one" \( -path '*/http/node/*.img' -o -name tgt.conf -o \
			-name lio.json \) ! -perm 600)" ]
}
check "segments and targets are for their owner alone, all else for everybody" only_segments_are_private

# --- the programs that it is for -------------------------------------------------------------------

segments_unpack() {
	local segment
	for segment in "$work"/one/http/node/*.img "$work/one/http/discover.img"; do
		cpio --quiet -t <"$segment" | grep -qx etc/wireroot/node.conf || return 1
	done
}
check "cpio finds the node file in every segment" segments_unpack

base_images_unpack() {
	local base
	for base in "$work"/one/http/base/*.img; do
		"$wireroot" initrd show --files "$base" | grep -q ' init$' || return 1
	done
}
check "every base image has an init" base_images_unpack

for server in boot1 boot2; do
	check "dnsmasq takes the configuration of $server" \
		dnsmasq --test --conf-file="$work/one/servers/$server/dnsmasq.conf"
done

check "genders takes its database" says 0 '^nodeattr: 0 parse errors|^0 parse errors' \
	nodeattr -f "$work/one/genders" -k
check "… and finds the nodes of a group" says 0 '^n\[01-04\]$' nodeattr -f "$work/one/genders" -q rack1
check "… and those of an image" says 0 '^o\[1-3\]$' \
	nodeattr -f "$work/one/genders" -q image=scratch

grub_takes_its_files() {
	local file
	for file in "$work"/one/tftp/grub/grub.cfg "$work"/one/tftp/grub/node/*; do
		grub-script-check "$file" || return 1
	done
}
if command -v grub-script-check >/dev/null; then
	check "GRUB takes its files" grub_takes_its_files
else
	skip "GRUB takes its files" "no grub-script-check"
fi

loaders_are_there() {
	local name
	for name in undionly.kpxe snponly.efi pxelinux.0 ldlinux.c32 grubnetx64.efi; do
		[ -s "$work/one/tftp/$name" ] || return 1
	done
	cmp "$work/one/tftp/snponly.efi" "$work/one/http/ipxe/snponly.efi"
}
check "all boot loaders that nodes use are there" loaders_are_there

# What pxelinux and GRUB name, they find below the root of TFTP.
fallbacks_find_their_files() {
	local file
	sed -n 's/^\t\(KERNEL\|INITRD\) //p' "$work"/one/tftp/pxelinux.cfg/01-* >"$work/named"
	sed -n 's#^\(linux\|initrd\) /\([^ ]*\).*#\2#p' "$work"/one/tftp/grub/node/* >>"$work/named"
	[ "$(wc -l <"$work/named")" -eq 8 ] || return 1
	while read -r file; do
		[ -s "$work/one/tftp/$file" ] || return 1
	done <"$work/named"
}
check "pxelinux and GRUB find the files that they name" fallbacks_find_their_files

# URLs of all scripts, but of segments, whose names iPXE makes up.
scripts_find_their_files() {
	local url
	sed -n 's#^set loading http://[^/]*/##p' "$work"/one/http/node/*.ipxe \
		"$work/one/http/discover.ipxe" | grep -v '[$]{' | sort -u >"$work/named"
	[ -s "$work/named" ] || return 1
	while read -r url; do
		[ -s "$work/one/http/$url" ] || return 1
	done <"$work/named"
}
check "iPXE's scripts find the files that they name" scripts_find_their_files

# exportfs has no dry run: for real, but where nothing comes of it.
cat >"$work/exports.sh" <<'END'
set -e
mount --make-rprivate /
mount -t tmpfs none /var/lib/nfs
touch /var/lib/nfs/etab
mount --bind "$1" /etc/exports
exportfs -ra
cat /var/lib/nfs/etab
END
check "exportfs takes the exports" says 0 'images/debian12.10\.87\.0\.0/16\(ro,.*no_root_squash' \
	apart bash "$work/exports.sh" "$work/one/servers/boot1/exports"

cat >"$work/ganesha.sh" <<'END'
mount --make-rprivate /
mount -t tmpfs none /var/lib/nfs
mount -t tmpfs none /run
mkdir -p /run/ganesha /run/rpcbind /var/lib/nfs/ganesha
ip link set lo up
ip address add 192.168.1.1/24 dev lo
rpcbind -w
ganesha.nfsd -F -L /run/log -f "$1" &
touch /run/log
. tests/patience.sh
await_line 30 /run/log 'NFS SERVER INITIALIZED' && ! grep -A 3 'Config File (' /run/log
END
check "NFS-Ganesha starts with its configuration and finds nothing wrong" \
	apart bash "$work/ganesha.sh" "$work/one/servers/boot2/ganesha.conf"

cat >"$work/tgt.sh" <<'END'
mount --make-rprivate /
ip link set lo up
ip address add 10.87.0.1/16 dev lo
mkdir -p /dev/vg0 2>/dev/null
mount -t tmpfs none /run
mkdir -p /run/disks
truncate -s 1M /run/disks/d1 /run/disks/d2.img
sed -e 's#/dev/vg0#/run/disks#' -e 's#/srv/disks#/run/disks#' "$1" >/run/tgt.conf
tgtd -f --iscsi portal=10.87.0.1:3260 -C 77 >/dev/null 2>&1 &
. tests/patience.sh
answers() {
	tgtadm -C 77 --lld iscsi --op show --mode sys >/dev/null 2>&1
}
retry 30 answers
tgt-admin -C 77 -c /run/tgt.conf -e && tgtadm -C 77 --lld iscsi --op show --mode target
END
check "tgt takes its targets" says 0 '^ +10\.87\.1\.22$' \
	apart bash "$work/tgt.sh" "$work/one/servers/boot1/tgt.conf"
tgt_has() {
	grep -c "$2" "$work/said" | grep -qx "$1"
}
check "… each with its disk as LUN 1" tgt_has 2 'LUN: 1$'
check "… and one of them not to be written" tgt_has 1 'Readonly: Yes'
check "… two that nodes prove themselves to" tgt_has 2 '^ *iqn.2026-11.example.many:initiator:d[12]$'
check "… and one that proves itself, too" tgt_has 1 'example.many:d1 (outgoing)$'

# Every disk that a target shows is there, and every target lets one initiator in.
cat >"$work/lio.jq" <<'END'
([.storage_objects[] | "/backstores/\(.plugin)/\(.name)"]) as $objects |
(.targets | length) == 3 and
all(.targets[].tpgs[]; all(.luns[]; .storage_object as $name | any($objects[]; . == $name)) and
	(.node_acls | length) == 1 and .attributes.generate_node_acls == 0)
END
check "LIO's targets show disks that are there, each to one node" \
	jq -e -f "$work/lio.jq" "$work/one/servers/boot2/lio.json"

units_are_good() {
	local unit
	mkdir -p "$work/units"
	for unit in "$work"/one/servers/*/units/*; do
		# What may not be installed here.
		sed 's#=/[^ ]*/\(wireroot\|wirerootd\|ganesha.nfsd\|targetctl\|modprobe\) #=/bin/true #' "$unit" \
			>"$work/units/${unit##*/}"
		systemd-analyze verify --man=no "$work/units/${unit##*/}" || return 1
	done
}
if command -v systemd-analyze >/dev/null; then
	check "systemd takes the units" units_are_good
else
	skip "systemd takes the units" "no systemd-analyze"
fi

# tgt's own unit, as Debian has it, with what is added to it. A reload must tell when a portal fails.
tgt_unit_listens() {
	mkdir -p "$work/units/tgt.service.d"
	cp /lib/systemd/system/tgt.service "$work/units" &&
		sed 's#/[^ ]*/wireroot #/bin/true #' "$work/one/servers/boot1/tgt-service.conf" \
			>"$work/units/tgt.service.d/wireroot.conf" &&
		SYSTEMD_UNIT_PATH=$work/units: systemd-analyze verify --man=no "$work/units/tgt.service" &&
		grep -q '^ExecReload=[^-].*/current/servers/boot1/tgt-portals$' "$work/one/servers/boot1/tgt-service.conf"
}
if command -v systemd-analyze >/dev/null && [ -e /lib/systemd/system/tgt.service ]; then
	check "systemd takes what is added to tgt's unit" tgt_unit_listens
else
	skip "systemd takes what is added to tgt's unit" "no systemd-analyze or no tgt"
fi

node_shows() {
	"$wireroot" node show --json --cluster "$work/cluster.yaml" "$1" |
		jq -e --arg portals "$2" --arg origin "$3" '.values[] | select(.key == "iscsi-portals") |
			.value == $portals and .origin == $origin'
}
check "a node shows its server's portals" \
	node_shows d1 10.87.0.1:3260,10.87.0.1:3261,192.168.6.1:3260 'server boot1'
check "… or those that it has of its own" node_shows d5 192.168.1.2:3261 'node d5'

# One portal less: the file of portals, and the segments of the nodes that are told of it.
portals_change_their_own_files() {
	sed -i 's/, 192.168.6.1\]/]/' "$work/cluster.yaml"
	generate -o "$work/fewer" || return
	define
	diff -rq "$work/one" "$work/fewer" | sed -n "s#^Files $work/one/\(.*\) and .*#\1#p" >"$work/changed"
	diff - "$work/changed" <<-END
		http/node/52:54:00:00:04:01.img
		http/node/52:54:00:00:04:02.img
		servers/boot1/tgt-portals
	END
}
check "a portal less changes what tells of it, and nothing else" portals_change_their_own_files

# --- what dnsmasq tells whom -----------------------------------------------------------------------

# dhcp.sh CONFIG ADDRESS SCRIPT: dnsmasq as the server on a wire, and the script at the other end.
cat >"$work/dhcp.sh" <<'END'
set -e
mount --make-rprivate /
mount -t tmpfs none /var/lib/misc
ip link set lo up
ip link add eth1 type veth peer name client
ip address add "$2" dev eth1
ip link set eth1 up
exec 3< <(exec unshare --net sh -c 'echo $$; exec sleep infinity')
read -r other <&3
ip link set client netns $other
nsenter --net=/proc/$other/ns/net ip link set client up
nsenter --net=/proc/$other/ns/net ip route add 255.255.255.255 dev client
# The administrator's own part: DNS is elsewhere.
dnsmasq --port=0 --user=root --no-ping --pid-file --log-facility=/dev/null --conf-file="$1"
nsenter --net=/proc/$other/ns/net bash "$3"
END

# answers CONFIG ADDRESS: every line of standard input, "MAC KIND ANSWER", is what comes of it. That
# nothing comes shows when something came in answer to a later question, a known one.
answers() {
	local known
	cat >"$work/expected"
	known=$(awk '$3 != "silence" { print $1, $2; exit }' "$work/expected")
	while read -r mac kind _; do
		echo "printf '%s %s ' $mac $kind; $ask client $mac $kind $known"
	done <"$work/expected" >"$work/questions.sh"
	apart bash "$work/dhcp.sh" "$1" "$2" "$work/questions.sh" >"$work/answers" || return 1
	diff "$work/expected" "$work/answers"
}

# The generation where the files say that it is.
mkdir -p "$work/state" # with secrets in it
ln -s ../one "$work/state/current"

known_nodes() {
	answers "$work/one/servers/boot1/dnsmasq.conf" 10.87.0.1/16 <<-END
		52:54:00:00:00:01 none 10.87.1.1 undionly.kpxe
		52:54:00:00:00:01 bios 10.87.1.1 undionly.kpxe
		52:54:00:00:00:01 efi 10.87.1.1 snponly.efi
		52:54:00:00:00:01 arm64 10.87.1.1 -
		52:54:00:00:00:01 http 10.87.1.1 http://10.87.0.1:8017/ipxe/snponly.efi
		52:54:00:00:00:01 ipxe 10.87.1.1 http://10.87.0.1:8017/boot/boot1.ipxe
		52:54:00:00:00:01 ipxe-efi 10.87.1.1 http://10.87.0.1:8017/boot/boot1.ipxe
		52:54:00:00:00:02 bios 10.87.1.2 pxelinux.0
		52:54:00:00:00:02 ipxe 10.87.1.2 pxelinux.0
		52:54:00:00:00:02 efi 10.87.1.2 snponly.efi
		52:54:00:00:00:02 ipxe-efi 10.87.1.2 http://10.87.0.1:8017/boot/boot1.ipxe
		52:54:00:00:00:03 efi 10.87.1.3 grubnetx64.efi
		52:54:00:00:00:03 ipxe-efi 10.87.1.3 grubnetx64.efi
		52:54:00:00:00:03 bios 10.87.1.3 undionly.kpxe
		52:54:00:00:00:03 ipxe 10.87.1.3 http://10.87.0.1:8017/boot/boot1.ipxe
	END
}
check "every firmware and iPXE is told what to load" known_nodes

others_nodes() {
	answers "$work/one/servers/boot1/dnsmasq.conf" 10.87.0.1/16 <<-END
		52:54:00:00:00:01 bios 10.87.1.1 undionly.kpxe
		52:54:00:00:00:05 bios silence
		52:54:00:00:00:05 ipxe silence
	END
}
check "another boot server's node is left to that one" others_nodes

unknown_machine() {
	answers "$work/one/servers/boot1/dnsmasq.conf" 10.87.0.1/16 <<-END >"$work/unknown" 2>&1
		52:54:00:00:00:99 bios 10.87.200.X undionly.kpxe
		52:54:00:00:00:99 ipxe 10.87.200.X http://10.87.0.1:8017/boot/boot1.ipxe
	END
	sed -i 's/10\.87\.200\.[0-9]*/10.87.200.X/' "$work/answers"
	diff "$work/expected" "$work/answers"
}
check "an unknown machine gets an address of the range" unknown_machine

second_server() {
	answers "$work/one/servers/boot2/dnsmasq.conf" 10.87.0.2/16 <<-END
		52:54:00:00:00:05 ipxe 10.87.1.5 http://192.168.1.1:80/boot/boot2.ipxe
		52:54:00:00:00:01 ipxe silence
		52:54:00:00:00:99 ipxe silence
	END
}
check "a second boot server answers its own nodes, and unknown machines not at all" second_server

proxy() {
	answers "$work/one/servers/boot2/dnsmasq.conf" 192.168.1.1/24 <<-END
		52:54:00:00:01:01 none silence
		52:54:00:00:01:01 bios - undionly.kpxe
		52:54:00:00:01:01 ipxe - http://192.168.1.1:80/boot/boot2.ipxe
		52:54:00:00:01:01 ipxe-efi - http://192.168.1.1:80/boot/boot2.ipxe
		52:54:00:00:01:02 bios - pxelinux.0
		52:54:00:00:00:99 bios silence
		52:54:00:00:00:99 ipxe silence
	END
}
check "beside another DHCP server, nodes are told what to load and get no address" proxy

open_proxy() {
	answers "$work/one/servers/boot2/dnsmasq.conf" 192.168.5.1/24 <<-END
		52:54:00:00:01:03 ipxe - http://192.168.1.1:80/boot/boot2.ipxe
		52:54:00:00:00:99 ipxe - http://192.168.1.1:80/boot/boot2.ipxe
	END
}
check "… and unknown machines as well, where a range says so" open_proxy

# UEFI is only told of the server at first, and asks that one on another port.
pxe_port() {
	cat >"$work/pxe.sh" <<-END
		ip address add 192.168.1.77/24 dev client
		$ask --pxe 192.168.1.77 192.168.1.1 52:54:00:00:01:01 efi 52:54:00:00:01:01 efi
		$ask --pxe 192.168.1.77 192.168.1.1 52:54:00:00:00:99 efi 52:54:00:00:01:01 efi
	END
	printf '%s\n' '- snponly.efi' silence >"$work/expected"
	apart bash "$work/dhcp.sh" "$work/one/servers/boot2/dnsmasq.conf" 192.168.1.1/24 \
		"$work/pxe.sh" >"$work/answers"
	diff "$work/expected" "$work/answers"
}
check "UEFI learns from the proxy's second port what to load" pxe_port

# One server, no range.
closed() {
	mkdir -p "$work/closed/images"
	sed -e "s#/srv/wireroot/images/debian12#$work/images/scratch#" -e "s#kernel: .*#kernel: $version#" \
		-e 's#^    image: debian12#&\n    drivers: virtio_net#' \
		tests/golden/plain/cluster.yaml >"$work/cluster.yaml"
	"$wireroot" generate --cluster "$work/cluster.yaml" --state "$work/closed/state" \
		--cache "$work/cache" -o "$work/closed/one" || return 1
	mkdir "$work/closed/state"
	ln -s ../one "$work/closed/state/current"
	answers "$work/closed/one/servers/boot1/dnsmasq.conf" 10.87.0.1/24 <<-END
		52:54:00:00:00:02 bios 10.87.0.12 undionly.kpxe
		52:54:00:00:00:02 ipxe 10.87.0.12 http://10.87.0.1:8017/boot.ipxe
		52:54:00:00:00:99 bios silence
	END
}
check "without a range, unknown machines get no address" closed
no_discovery() {
	[ ! -e "$work/closed/one/http/discover.ipxe" ] && [ -e "$work/one/http/discover.ipxe" ]
}
check "… and there is nothing to discover them with" no_discovery

finish
