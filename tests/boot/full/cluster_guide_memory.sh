#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The user guide's fourth chapter, behind the first: a node of the definition borrows memory of a host's from
# its init on, and gives it back when the host is to lend no more. The host is the boot server itself, by
# another address.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/guide.sh
. "$TOP/tests/fixtures/guide.sh"
# shellcheck source=tests/fixtures/memory.sh
. "$TOP/tests/fixtures/memory.sh"
# shellcheck source=tests/fixtures/memory_debian.sh
. "$TOP/tests/fixtures/memory_debian.sh"

# shellcheck disable=SC2034 # guide.sh's
CHAPTERS=(1 4)

# What the machines here have, and a node that borrows.
SMALLER=(-e 's/remote:4G/remote:96M/' -e 's/reserve: 8G/reserve: 256M/' -e 's/^  n03: { /&profiles: borrower, /')

# shellcheck disable=SC2317 # by guide.sh
guide_image()
{
	"$TOP/tests/fixtures/debian_root.sh" "$1" > "$WORK/root.log" 2>&1 || give_up "the image is made"
	memory_debian "$1"
	guide_kernel "$1"
}

# shellcheck disable=SC2317 # by guide.sh
guide_typed()
{
	sed -i "${SMALLER[@]}" -e 's/^  n03: { /&overlay: "tmpfs:8g", /' "$1"
}

# shellcheck disable=SC2317 # by guide.sh
guide_differently()
{
	echo "smaller=(${SMALLER[*]@Q})"
	cat << 'END'
await_grants()
{
	local second
	for second in {1..900}; do
		wireroot memory status --json | tr -d ' \n' | grep -q "$1" && return 255
		sleep 1
	done
	echo "GUIDE > the grants are not as is waited for"
	wireroot memory status --json | sed 's/^/GUIDE > /'
	return 1
}

# Nobody waits for discovery. What follows from a command is waited for before the next one.
differently()
{
	case $2 in
	*'wireroot discover'*) return 0 ;;
	*'wireroot apply')
		if grep -q '^memory:' "$EDITED"; then
			sed -i "${smaller[@]}" "$EDITED"
			ip address add 10.0.0.5/24 dev eno2
		fi
		;;
	*'memory offer'*) await_grants '"state":"attached"' || return ;;
	*'memory status'*) await_grants '"grants":\[\]' || return ;;
	esac
	return 255
}
END
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
guide_server_root tgt
install -m 755 /dev/stdin "$WORK/server/usr/local/bin/ssh" << 'END'
#!/bin/sh
shift
exec sh -c "$*"
END
guide_server_up
expect_console server '^GUIDE ([0-9]+ . sudo wireroot memory offer|[0-9]+ failed)' 400 \
	"the guide's commands come as far as a host that lends"
node_boot n03 --no-reboot --memory 768 --nic virtio,bridge=inner,mac=52:54:00:a0:00:03
expect_console n03 '^wireroot .* swap: 96 MiB of vm1 on /dev/dm-0, encrypted' 150 "a node borrows in its init"
expect_console n03 '^wireroot-console: multi-user reached by n03' 150 "… and boots"
expect_console server '^GUIDE ([0-9]+ . sudo wireroot memory history|[0-9]+ failed)' 300 \
	"the host takes its memory back"
guide_ends
finish
