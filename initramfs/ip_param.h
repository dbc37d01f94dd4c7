/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parameters that configure network interfaces: ip=, vlan= and BOOTIF=.
 *
 * Sources of the spellings: the kernel's Documentation/admin-guide/nfs/nfsroot.rst,
 * dracut.cmdline(7), and what pxelinux and iPXE put on the command line. Every function takes the
 * value behind "=" and returns 0, or -EINVAL with @fault filled in.
 */
#ifndef WIREROOT_IP_PARAM_H
#define WIREROOT_IP_PARAM_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "lease.h"

#define INTERFACE_NAME_BYTES 16 /* IFNAMSIZ */

enum ip_method {
	IP_DHCP, /* dhcp, on, any, or empty without an address */
	IP_STATIC, /* address given, method none, off, static or empty */
	IP_OFF, /* no address and method none or off: leave the interface alone */
};

/* One ip= word. */
struct ip_param {
	enum ip_method method;
	char interface[INTERFACE_NAME_BYTES]; /* empty: every NIC, or BOOTIF's */
	uint8_t mac[6]; /* of DEVICE or the trailing :MAC, which name an interface, too; or zero */
	/*
	 * What was given: address, netmask (derived from the class or prefix when empty), the
	 * gateway as routes[0], the server field as server_id and next_server, host_name, dns,
	 * ntp, mtu. With IP_DHCP these outrank the lease; there is no address then.
	 */
	struct lease fixed;
};

/* vlan=NAME:PARENT, or one implied by an interface named PARENT.ID in ip=. */
struct vlan_param {
	char name[INTERFACE_NAME_BYTES];
	char parent[INTERFACE_NAME_BYTES]; /* empty: the one with ->parent_mac */
	uint8_t parent_mac[6];
	uint16_t id; /* 1 to 4094, from the name: vlan5, vlan0005, eth0.5, eth0.0005 */
	bool implied; /* by ip= */
};

/*
 * Forms of ip=: `dhcp|on|any|off|none`, `DEVICE:METHOD[:[MTU][:MAC]]`,
 * `CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:METHOD` with dracut's `[:[MTU][:MAC]]` or the
 * kernel's `[:DNS0[:DNS1[:NTP0]]]` behind it; trailing fields may be left out. An eighth field that
 * is a plain number is the MTU. NETMASK may be a prefix length, DEVICE a MAC with '-' between its
 * bytes. IPv6, BOOTP and RARP are refused.
 */
int ip_param_parse(const char *value, struct ip_param *ip, struct fault *fault);

/* The netmask of @address's class, A, B or C (RFC 791 section 3.2), as the kernel falls back to. */
uint32_t ip_netmask_of_class(uint32_t address);

/* vlan=NAME:PARENT, where PARENT may be a MAC with '-' between its bytes. */
int vlan_param_parse(const char *value, struct vlan_param *vlan, struct fault *fault);

/*
 * The VLAN that an interface called @interface implies: PARENT.ID. Returns -ENOENT when the name is
 * not of that form, -ERANGE when ID is no VLAN's.
 */
int vlan_from_interface(const char *interface, struct vlan_param *vlan);

/* BOOTIF=01-52-54-… (pxelinux: hardware type first), or the MAC alone, with '-' or ':'. */
int bootif_parse(const char *value, uint8_t mac[static 6], struct fault *fault);

#endif
