#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot storage` with thin and plain volumes of LVM, in a virtual machine with Debian's kernel: made,
# cloned, many at once and by one command, killed at each step, refused when the pool runs full, active after a reboot.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/storage_guest.sh
. "$TOP/tests/fixtures/storage_guest.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_initrd "$WORK/base.img" --with overlay
guest_root "$WORK/server"
guest_program "$WORK/server" << 'END'
cat > /run/cluster.yaml << 'EOF'
cluster: { name: demo, iqn: iqn.2026-11.example.demo }
networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.199 } }
servers: { s1: { address: 10.0.0.1, roles: [boot, nfs, iscsi] } }
storage:
  thin: { group: vg0, pool: pool0 }
  plain: { type: lvm, group: vg0 }
images: { box: { path: /srv/image, kernel: newest } }
profiles:
  disk: { root: iscsi, image: box, volume-size: 128M }
  thin: { profiles: disk, storage: thin }
  plain: { profiles: disk, storage: plain }
nodes:
  t[01-40]: { profiles: thin, mac: "52:54:00:00:00:[01-40]" }
  large: { profiles: thin, volume-size: 192M, mac: 52:54:00:00:01:01 }
  xfs: { profiles: thin, file-system: xfs, volume-size: 400M, mac: 52:54:00:00:01:02 }
  p[1-3]: { profiles: plain, mac: "52:54:00:00:02:[01-03]" }
EOF

notes=/var/lib/wireroot/begun/vg0

storage()
{
	local verb=$1
	shift
	wireroot storage "$verb" --cluster /run/cluster.yaml --services none "$@"
}

attribute()
{
	lvs --noheadings -o lv_attr "vg0/wr-$1" 2> /dev/null | tr -d ' '
}

unfinished()
{
	storage list --json | jq -e 'any(.[]; .state == "unfinished")'
}

# A whole file system with the image's files, the node's own name, and a UUID that is not the golden volume's.
holds_image()
{
	local device=/dev/vg0/wr-$1 kind
	kind=$(blkid -p -o value -s TYPE "$device") || return 1
	! lvs --noheadings -o lv_tags vg0/wr-image-box | grep -F "$(blkid -p -o value -s UUID "$device")" || return 1
	case $kind in ext4) e2fsck -fn "$device" || return 1 ;; xfs) xfs_repair -n "$device" || return 1 ;; esac
	mkdir -p /run/volume && mount -t "$kind" -o ro "$device" /run/volume || return 1
	cmp /srv/image/bin/busybox /run/volume/bin/busybox && [ "$(cat /run/volume/etc/hostname)" = "$1" ]
	local status=$?
	umount /run/volume
	return "$status"
}

set_up()
{
	pvcreate -q /dev/vda && vgcreate -q vg0 /dev/vda &&
		lvcreate -q --type thin-pool -L 600M --poolmetadatasize 4M -n pool0 vg0 && lvs -a vg0
}

golden()
{
	storage create --image box --storage thin --file-system ext4 --size 128M && [[ $(attribute image-box) == Vri* ]] &&
		lvs --noheadings -o lv_tags vg0/wr-image-box | grep -q wireroot.ready && [ ! -e /dev/vg0/wr-image-box ]
}

clones()
{
	storage create t01 && holds_image t01 && [[ $(attribute t01) == Vwi-a*- ]] &&
		[ "$(lvs --noheadings -o origin vg0/wr-t01 | tr -d ' ')" = wr-image-box ] &&
		storage create t01 | grep 'is there already'
}

larger()
{
	storage create large && holds_image large && [ "$(blockdev --getsize64 /dev/vg0/wr-large)" -eq 201326592 ] &&
		dumpe2fs -h /dev/vg0/wr-large 2> /dev/null | grep -E '^Block count: *(49152|196608)$'
}

other_file_system()
{
	storage create xfs && holds_image xfs
}

in_parallel()
{
	local pids=() i failed=0
	for i in 02 03 04 05 06 07 08 09; do
		storage clone "t$i" > "/run/parallel.$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || failed=1
	done
	cat /run/parallel.*
	[ "$failed" -eq 0 ] && for i in 02 05 09; do holds_image "t$i" || return 1; done
}

# Each is begun while the one before it is adapted. A volume that cannot be made ends it, and what was
# begun behind it is taken back.
by_one_command()
{
	local i
	storage create "t[10-15]" && for i in 10 12 15; do holds_image "t$i" || return 1; done
	! unfinished && [ -z "$(ls "$notes")" ] && storage create "t[10-15]" | grep -c 'is there already' | grep -x 6 &&
		storage remove "t[11-15]" -y && lvcreate -q -y --type thin -V 64M --thinpool pool0 -n wr-t13 vg0 || return 1
	storage create "t[10-15]" > /run/foreign.log 2>&1 && return 1
	cat /run/foreign.log
	grep -q '3 of 6 volumes are there' /run/foreign.log && holds_image t12 && [ -z "$(attribute t14)" ] && ! unfinished &&
		[ -z "$(ls "$notes")" ] && lvremove -q -y vg0/wr-t13 || return 1
	storage remove "t[10-12]" -y
}

# Programs that die with whoever runs them, before or after they have done their work: at the step
# whose number is in /run/kill, once.
make_killers()
{
	local program
	mkdir -p /run/killers
	for program in lvs vgs lvcreate lvchange lvextend lvremove mkfs.ext4 mke2fs tune2fs e2fsck resize2fs; do
		[ -n "$(command -v $program)" ] || continue
		cat > "/run/killers/$program" << EOF
#!/bin/bash
step=\$((\$(cat /run/step) + 1))
echo \$step > /run/step
[ "\$step:before" = "\$(cat /run/kill)" ] && kill -9 \${LVM_CALLER:-\$PPID} && exit 1
$(command -v $program) "\$@"
status=\$?
[ "\$step:after" = "\$(cat /run/kill)" ] && kill -9 \${LVM_CALLER:-\$PPID}
exit \$status
EOF
		chmod 755 "/run/killers/$program"
	done
}

# What is left is never taken for whole, and the next command goes on from there.
killed()
{
	local volume=$1 steps=0 step when
	shift
	make_killers
	for step in $(seq 1 20); do
		for when in before after; do
			# Behind one step is before the next.
			[ "$when:$step" != before:1 ] && [ "$when" = before ] && continue
			storage remove $volume -y > /dev/null 2>&1
			echo 0 > /run/step
			echo "$step:$when" > /run/kill
			PATH=/run/killers:$PATH LD_LIBRARY_PATH=/usr/local/lib/lvm-by-path storage create "$@" > /run/killed.log 2>&1 && break 2
			steps=$((steps + 1))
			if storage list --json | jq -e ".[] | select(.volume == \"$volume\" and .state == \"ready\")"; then
				holds_image "$volume" || return 1
			fi
			storage create "$@" || return 1
			holds_image "$volume" || return 1
			! unfinished || return 1
		done
	done
	echo "$steps times killed"
	[ "$steps" -ge 3 ]
}

# killed_at_any_time NODES PARTS VOLUME...: a command for NODES, which are VOLUME..., killed after so many
# hundredths of its time. Between the steps, too. What a command that is killed has called works on, and is
# waited for.
killed_at_any_time()
{
	local nodes=$1 parts=$2 part took from=${EPOCHREALTIME/[^0-9]/} left=0 tries volume
	shift 2
	storage create "$nodes" || return 1
	took=$((${EPOCHREALTIME/[^0-9]/} - from))
	for part in $parts; do
		storage remove "$nodes" -y || return 1
		timeout -s KILL "$((took * part / 100))e-6" wireroot storage create --cluster /run/cluster.yaml \
			--services none "$nodes"
		unfinished && left=$((left + 1))
		for tries in {1..100}; do
			storage create "$nodes" && break
			sleep 0.2
		done
		for volume; do
			[ "$tries" -lt 100 ] && holds_image "$volume" && ! unfinished && continue
			lvs -o lv_name,lv_attr,lv_tags vg0
			dmsetup info "vg0-wr--$volume"
			ls -l "/dev/vg0/wr-$volume" "$notes"
			return 1
		done
	done
	echo "$left times something was left"
}

one_command_killed()
{
	killed_at_any_time "t[10-13]" "30 40 50 60 70 80 90" t10 t11 t12 t13 && storage remove "t[10-13]" -y
}

# LVM itself, as by a power failure: what it has written down then may be a name only, or half active.
lvm_killed_at_any_time()
{
	local volume=$1 part took from=${EPOCHREALTIME/[^0-9]/} left=0 pid lvm
	storage remove "$volume" -y && storage create "$volume" || return 1
	took=$((${EPOCHREALTIME/[^0-9]/} - from))
	for part in $(seq 16 3 76); do
		storage remove "$volume" -y || return 1
		wireroot storage create --cluster /run/cluster.yaml --services none "$volume" &
		pid=$!
		sleep "$((took * part / 100))e-6"
		lvm=$(pgrep -P "$pid")
		[ -z "$lvm" ] || kill -9 "$lvm" "$pid"
		wait "$pid"
		unfinished && left=$((left + 1))
		storage create "$volume" && holds_image "$volume" && ! unfinished && continue
		lvs -o lv_name,lv_attr,lv_tags "vg0/wr-$volume"
		dmsetup info "vg0-wr--$volume"
		return 1
	done
	echo "$left times something was left"
}

# What is removed has to be noted as begun: that it looks half made is not enough.
killed_before_active()
{
	local tags
	tags=$(lvs --noheadings -o lv_tags vg0/wr-image-box | tr , '\n' | sed -n 's/.*wireroot\.uuid\./wireroot.unfinished-with./p')
	[ -n "$tags" ] && storage remove t20 -y && touch "$notes/t20" &&
		lvcreate -q -y --snapshot --name wr-t20 --addtag "$tags" --setactivationskip n --permission rw -an vg0/wr-image-box &&
		[[ $(attribute t20) != ????a* ]] && unfinished && storage create t20 && holds_image t20 && ! unfinished &&
		[ ! -e "$notes/t20" ]
}

uuid_of_golden()
{
	lvs --noheadings -o lv_tags vg0/wr-image-box | tr , '\n' | sed -n 's/.*wireroot\.uuid\.//p' | tr -d ' '
}

# Whoever owns a node can give its file system any UUID.
golden_uuid_set_by_a_node()
{
	mount /dev/vg0/wr-t03 /run/volume && echo precious > /run/volume/data && umount /run/volume &&
		tune2fs -U "$(uuid_of_golden)" /dev/vg0/wr-t03 || return 1
	storage create t03 > /run/unclear.log 2>&1 && return 1
	cat /run/unclear.log
	grep -q 'UUID of the golden volume' /run/unclear.log && storage create t04 &&
		storage list t03 | grep -q ' unclear$' && ! unfinished &&
		mount -o ro /dev/vg0/wr-t03 /run/volume && grep precious /run/volume/data && umount /run/volume || return 1
	tune2fs -U random /dev/vg0/wr-t03 && storage create t03 | grep 'is there already' || return 1
	tune2fs -U "$(uuid_of_golden)" /dev/vg0/wr-t03 && storage remove t03 -y && storage create t03 && holds_image t03
}

# As it is when a command is killed between the UUID and taking the note away.
note_outlives_its_clone()
{
	touch "$notes/t03" && storage create t03 | grep 'is there already' && [ -z "$(ls "$notes")" ]
}

after_a_reboot()
{
	vgchange -an vg0 && vgchange -ay vg0 && udevadm settle && [ -e /dev/vg0/wr-t01 ] && [ ! -e /dev/vg0/wr-image-box ]
}

open_volume()
{
	mkdir -p /run/volume && mount /dev/vg0/wr-t01 /run/volume || return 1
	storage remove t01 -y > /run/open.log 2>&1 && return 1
	cat /run/open.log
	umount /run/volume && grep -q 'has it open' /run/open.log && holds_image t01
}

nearly_full()
{
	mount /dev/vg0/wr-large /run/volume && head -c 150M /dev/urandom > /run/volume/ballast && umount /run/volume || return 1
	for node in t01 t02 t03 t04; do
		mount "/dev/vg0/wr-$node" /run/volume && head -c 85M /dev/urandom > /run/volume/ballast && umount /run/volume || return 1
	done
	lvs vg0
	storage create t40 > /run/full.log 2>&1 && return 1
	cat /run/full.log
	grep -q 'no space left.*last 15 % are for what nodes write.*lvextend' /run/full.log &&
		storage usage --json | jq -e '.[] | select(.storage == "thin").refused' &&
		[ -z "$(attribute t40)" ] && storage remove large t01 t02 -y && storage create t40 && holds_image t40
}

not_ours()
{
	lvcreate -q -y --type thin -V 64M --thinpool pool0 -n wr-t30 vg0 && ! storage create t30 && ! storage remove t30 -y &&
		[ -n "$(attribute t30)" ]
}

plain()
{
	storage create --image box --storage plain --size 128M --file-system ext4 && storage create p1 &&
		storage list && holds_image p1 && [[ $(attribute p1) == -wi-a* ]]
}

guest_check "a group with a thin pool is made" set_up
guest_check "a golden volume is read-only and not active" golden
guest_check "a clone of it is a snapshot, active and whole" clones
guest_check "a larger clone's file system has all of it" larger
guest_check "for another file system the image is written" other_file_system
guest_check "many at once do not disturb each other" in_parallel
guest_check "nor do those of one command" by_one_command
guest_check "a volume whose node took the golden UUID is kept" golden_uuid_set_by_a_node
guest_check "a note that outlived its clone's making is removed" note_outlives_its_clone
guest_check "a clone that is killed at any step leaves no half volume" killed t20 t20
guest_check "nor does one that is killed at any time" killed_at_any_time t21 "40 50 60 65 70 75 80 85 90 95 100" t21
guest_check "nor does a command for several" one_command_killed
guest_check "nor when LVM is killed at any time" lvm_killed_at_any_time t21
guest_check "nor one whose snapshot is cut off before it is active" killed_before_active
guest_check "volumes are active after a reboot, golden ones are not" after_a_reboot
guest_check "a volume that is open is not removed" open_volume
guest_check "a pool that is nearly full is refused more" nearly_full
guest_check "volumes that are not ours are left alone" not_ours
guest_check "plain volumes are copies" plain
guest_check "a copy that is killed at any step leaves no half volume" killed p2 p2
END
lab_up --export "/srv/root=$WORK/server,ro"
guest_boot "$WORK/server" 2G
# Each check has its time, and not all of them together: an emulated machine with others beside it takes long
# for the killed ones.
answer='^GUEST (ok |not ok |ends)' from=0 line=
until [[ $line == *'GUEST ends'* ]]; do
	if ! lab wait guest "$answer" $((400 * PATIENCE)) "$from" 2> /dev/null; then
		tap_not_ok "the guest comes to its end"
		break
	fi
	line=$(grep -abE "$answer" "$LAB/guest.console" | awk -F : -v from="$from" '$1 >= from { print; exit }')
	from=$((${line%%:*} + 1))
done
while read -r line; do
	case $line in
	'GUEST ok '*) tap_ok "${line#GUEST ok }" ;;
	'GUEST not ok '*) tap_not_ok "${line#GUEST not ok }" ;;
	'GUEST > '*) tap_note "${line#GUEST > }" ;;
	esac
done < <(grep -a '^GUEST' "$LAB/guest.console" | tr -d '\r')
[ "$tap_count" -ge 17 ] || show_console guest
check "all of it was tried" [ "$tap_count" -ge 17 ]
finish
