#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The part of the benchmark of `wireroot storage` that wants device-mapper: thin volumes, in a virtual
# machine. Run by storage.sh; prints samples.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../boot/lib.sh"
# shellcheck source=tests/fixtures/storage_guest.sh
. "$TOP/tests/fixtures/storage_guest.sh"
# shellcheck source=tests/bench/storage_lib.sh
. "$TOP/tests/bench/storage_lib.sh"
# What lib.sh prints is no sample.
exec 3>&1 1>&2

use_kernel 6.1
make_initrd "$WORK/base.img" --with overlay
guest_root "$WORK/server"
for size in $SIZES; do
	define "$WORK/server/srv/$size.yaml" "group: vg0, pool: pool0" /srv/image "$size"
done
{
	echo "ROUNDS=$ROUNDS MANY=$MANY PROCESSES=$PROCESSES LAST=$LAST WIREROOT=/usr/local/bin/wireroot LOG=/run/log SIZES='$SIZES'"
	cat "$TOP/tests/bench/storage_lib.sh"
	cat <<- 'END'
	trouble()
	{
		echo "GUEST failed: $(tail -n 1 /run/log)"
	}

	# Active, as a clone is.
	bare()
	{
		lvcreate --yes --snapshot --setactivationskip n --name bare vg0/wr-image-image > "$LOG" 2>&1
	}

	unbare()
	{
		lvremove --yes vg0/bare > "$LOG" 2>&1
	}

	# How many of LVM's commands a clone takes; not timed, since counting takes time.
	count_commands()
	{
		local program
		mkdir -p /run/counted
		for program in lvs vgs lvcreate lvchange lvextend lvremove lvm; do
			printf '#!/bin/sh\necho %s >> /run/commands\nexec /sbin/%s "$@"\n' "$program" "$program" \
				> "/run/counted/$program"
			chmod 755 "/run/counted/$program"
		done
		PATH=/run/counted:$PATH LD_LIBRARY_PATH=/usr/local/lib/lvm-by-path storage clone "$1" n001 && storage remove "$1" n001 -y &&
			echo "{\"back_end\":\"lvm-thin\",\"what\":\"commands\",\"value\":$(wc -l < /run/commands)}"
	}
	set -o pipefail
	pvcreate -q /dev/vda && vgcreate -q vg0 /dev/vda &&
		lvcreate -q --type thin-pool -L 3G --poolmetadatasize 64M -n pool0 vg0
	for size in $SIZES; do
		measure_size "/srv/$size.yaml" lvm-thin "$size" | sed 's/^/GUEST > /' || trouble
		if [ "$size" = 2G ]; then
			count_commands "/srv/$size.yaml" | sed 's/^/GUEST > /' || trouble
			measure_many "/srv/$size.yaml" lvm-thin "$size" | sed 's/^/GUEST > /' || trouble
		fi
		storage remove "/srv/$size.yaml" --image image -y
	done
	END
} | guest_program "$WORK/server"
lab_up --export "/srv/root=$WORK/server,ro"
guest_boot "$WORK/server" 4G
lab wait guest '^GUEST (ends|failed)' $((1200 * PATIENCE))
tr -d '\r' < "$LAB/guest.console" | sed -n 's/^GUEST > //p' | grep -a '^{' >&3
grep -a '^GUEST failed' "$LAB/guest.console" >&2 || exit 0
exit 1
