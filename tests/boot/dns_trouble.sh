#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A root server whose name cannot be found is told of, and found when the name server is mended.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

boot_node()
{
	node_boot "$1" --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
		--append "quiet root=nfs:$2:/srv/root test.do=poweroff ${3:-}"
}

use_kernel 6.1
make_root "$WORK/root"
make_initrd "$WORK/base.img"
lab_up --root "$WORK/root"
# Not on the bridge, where dnsmasq would take it.
lab exec ip address add 10.87.0.8/32 dev lo
neighbour resolver 10.87.0.8

boot_node absent nfs.lab nameserver=10.87.0.9
boot_node unknown later
boot_node rubbish nfs.lab nameserver=10.87.0.8
expect_console absent \
	"root: look up the server's name: nfs\.lab at 10\.87\.0\.9: (host unreachable|timed out) .*name server" \
	60 "a name server that is not there is told of"
expect_console unknown \
	'root: look up later\.lab: DNS server 10\.87\.0\.1: no such file or name .*says that there is no such name' \
	60 "a name that does not exist is told of"
expect_console rubbish 'root: look up nfs\.lab: DNS server 10\.87\.0\.8: malformed message' 60 \
	"an answer that is rubbish is told of"
check "and every form of it was survived" not console_has rubbish 'Kernel panic'

# Now there are name servers at all three addresses, and the name that was missing.
end_neighbour resolver
lab server dnsmasq stop
lab exec ip address delete 10.87.0.8/32 dev lo
lab exec ip address add 10.87.0.8/24 dev lab
lab exec ip address add 10.87.0.9/24 dev lab
echo "host-record=later.lab,10.87.0.1" >> "$LAB/dnsmasq.conf"
lab server dnsmasq start
for node in absent unknown rubbish; do
	expect_console "$node" '^SECOND-STAGE ready' 80 "the node \"$node\" goes on when that is mended"
done
for node in absent unknown rubbish; do
	expect_off "$node" 20
done
finish
