#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The user guide's first chapter, command by command, on a Debian server in a virtual machine; then a node
# boots from that server, and one that nobody knew.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/guide.sh
. "$TOP/tests/fixtures/guide.sh"

# shellcheck disable=SC2034 # guide.sh's
CHAPTERS=(1)

# shellcheck disable=SC2317 # by guide.sh
guide_image()
{
	"$TOP/tests/fixtures/debian_root.sh" "$1" > "$WORK/root.log" 2>&1 || give_up "the image is made"
	guide_kernel "$1"
}

# shellcheck disable=SC2317 # by guide.sh
guide_differently()
{
	cat << 'END'
# Until the machine that is switched on meanwhile has become a node.
differently()
{
	local line
	[[ $2 == *'wireroot discover'* ]] || return 255
	exec 3< <(bash -c "$2" 2>&1)
	while read -r line <&3; do
		echo "GUIDE > $line"
		[[ $line == *' n09'* ]] && return
	done
	return 1
}
END
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
guide_server_root
guide_server_up
expect_console server '^GUIDE ([0-9]+ . sudo wireroot discover|[0-9]+ failed)' 180 \
	"the guide's commands come as far as discovery"
node_boot n03 --no-reboot --memory 768 --nic virtio,bridge=inner,mac=52:54:00:a0:00:03
expect_console n03 '^wireroot-console: multi-user reached by n03' 150 "a node boots from the server"
expect_console n03 'root: .* by NFS 4\.2' 10 "… its root by NFS 4.2"
lab power n03 off
node_boot ninth --memory 768 --nic virtio,bridge=inner,mac=52:54:00:a0:00:0a
expect_console ninth '^wireroot-console: multi-user reached by n09' 240 "an unknown machine becomes n09"
lab power ninth off
guide_ends
finish
