#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a lease says besides the address takes effect and is handed to the second stage.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
: > "$WORK/root/etc/resolv.conf"
: > "$WORK/root/etc/hostname"
make_initrd "$WORK/base.img"
cat > "$WORK/dnsmasq.conf" << 'END'
dhcp-option=option:mtu,1400
dhcp-option=option:classless-static-route,0.0.0.0/0,10.87.0.1,10.99.0.0/16,10.87.0.2,10.98.0.0/24,0.0.0.0
dhcp-option=option:router,10.87.0.9
dhcp-option=option:domain-search,nowhere.lab,example.lab
dhcp-option=option:ntp-server,10.87.0.7,10.87.0.8
host-record=files.example.lab,10.87.0.1
END
lab_up --root "$WORK/root" --dnsmasq "$WORK/dnsmasq.conf"

# What the second stage found in FILE.
check_file()
{
	check_fact lease "file $1 $2$" "$3"
}

node_direct lease "root=nfs:files:/srv/root test.do=poweroff"
node_direct name "root=nfs:nfs.lab:/srv/root wireroot.hostname=ours test.do=poweroff"
expect_second_stage lease "the NFS server is a name in the second domain of the search list"
check_fact lease 'mount / nfs4 files:/srv/root .*addr=10\.87\.0\.1 *' "the root comes from there"
check_fact lease 'link eth0 mtu 1400 (up|unknown)' "the MTU is the lease's"
check_fact lease 'route default via 10\.87\.0\.1 dev eth0' \
	"the default route is that of option 121, not option 3"
check_fact lease 'route 10\.99\.0\.0/16 via 10\.87\.0\.2 dev eth0' "a classless route is there"
check_fact lease 'route 10\.98\.0\.0/24 dev eth0' "and one without a router"
check_fact lease 'hostname lease$' "the host name is the lease's"
check_file /run/wireroot/lease "INTERFACE='eth0'" "the lease names the link"
check_file /run/wireroot/lease "DHCP_SERVER='10\.87\.0\.1'" "its server"
check_file /run/wireroot/lease "LEASE_SECONDS='3600'" "its length"
check_file /run/wireroot/lease "MTU='1400'" "the MTU"
check_file /run/wireroot/lease "NTP1='10\.87\.0\.8'" "NTP servers"
check_file /run/wireroot/lease "ROUTES='.*10\.99\.0\.0/16 via 10\.87\.0\.2.*'" "routes"
check_file /run/wireroot/lease "HOST_NAME='lease'" "the host name"
check_file /run/net-eth0.conf "IPV4GATEWAY='10\.87\.0\.1'" "net-eth0.conf names the gateway"
check_file /run/net-eth0.conf "IPV4DNS0='10\.87\.0\.1'" "the DNS server"
check_file /run/net-eth0.conf "DNSDOMAIN='lab'" "the domain"
check_file /run/net-eth0.conf "DOMAINSEARCH='nowhere\.lab example\.lab'" "the search list"
check_file /run/net-eth0.conf "HOSTNAME='lease'" "and the host name"
check_file /etc/resolv.conf 'search nowhere\.lab example\.lab' "an empty resolv.conf is covered"
check_file /etc/resolv.conf 'nameserver 10\.87\.0\.1' "by ours"
check_file /run/systemd/network/05-wireroot-eth0.network 'KeepConfiguration=yes' \
	"systemd-networkd is to keep the link as it is"
check_file /run/systemd/network/05-wireroot-eth0.network 'ClientIdentifier=mac' \
	"and to renew the lease as the same client"
expect_off lease 20
check "the root itself was not written to" [ ! -s "$WORK/root/etc/resolv.conf" ]
expect_second_stage name "the NFS server is a full name"
check_fact name 'hostname ours$' "wireroot.hostname= outranks the lease"
expect_off name 20
finish
