/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a node knows about its network on one interface, from DHCP or from static parameters.
 * IPv4 addresses and masks are in host byte order; 0 stands for 'not given'.
 */
#ifndef WIREROOT_LEASE_H
#define WIREROOT_LEASE_H

#include <stdint.h>

#define LEASE_SERVERS_MAX 4
#define LEASE_ROUTES_MAX  32

struct lease_route {
	uint32_t destination;
	uint8_t prefix_bits; /* 0 to 32 */
	uint32_t gateway; /* 0: on the link itself (RFC 3442) */
};

struct lease {
	uint32_t address;
	uint32_t netmask; /* option 1; params_override_lease() derives one when it is 0 */
	uint32_t broadcast; /* option 28 */
	uint32_t server_id; /* option 54, or the static server field of ip= */
	uint32_t next_server; /* siaddr */
	uint32_t dns[LEASE_SERVERS_MAX]; /* option 6, filled from the front */
	uint32_t ntp[LEASE_SERVERS_MAX]; /* option 42 */
	/* Option 121, else one default route for option 3's first router. */
	struct lease_route routes[LEASE_ROUTES_MAX];
	unsigned int route_count;
	uint16_t mtu; /* option 26; 0 or at least 68 */
	uint32_t lease_s; /* option 51; UINT32_MAX: for ever; 0: not given (static) */
	uint32_t t1_s, t2_s; /* options 58, 59, else RFC 2131's 0.5 and 0.875 of lease_s */
	char host_name[65]; /* option 12 */
	char domain[256]; /* option 15 */
	char search[256]; /* option 119, decompressed, names parted by spaces */
	char root_path[512]; /* option 17 */
	char boot_file[129]; /* file field or option 67 */
};

#endif
