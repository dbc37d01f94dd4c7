/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/dhcp_packet.c initramfs/dns_packet.c initramfs/fault.c initramfs/value.c */
/*
 * Whole frames from the wire, and DHCP replies of a hostile server that knows transaction and
 * client. The first byte says which: odd ones begin a frame, even ones a reply.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/dhcp_packet.h"
#include "initramfs/dns_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct dhcp_client_message sent = {
	.type = DHCP_REQUEST,
	.xid = 0xdecafbad,
	.mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
};

static void require(int condition)
{
	if (!condition)
		abort();
}

static void check_text(const char *text, size_t size)
{
	require(memchr(text, '\0', size) != NULL);
	for (; *text; text++)
		require((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void check_times(const struct lease *lease)
{
	if (lease->lease_s == 0)
		require(lease->t1_s == 0 && lease->t2_s == 0);
	else if (lease->lease_s != UINT32_MAX && lease->lease_s >= 8)
		require(lease->t1_s < lease->t2_s && lease->t2_s < lease->lease_s);
}

static void check_lease(const struct lease *lease)
{
	uint32_t hosts = ~lease->netmask;

	require(lease->address >> 24 != 0 && lease->address >> 24 != 127);
	require(lease->address >> 24 < 224);
	require((hosts & (hosts + 1)) == 0);
	require(lease->mtu == 0 || lease->mtu >= 68);
	require(lease->route_count <= LEASE_ROUTES_MAX);
	for (unsigned int i = 0; i < lease->route_count; i++)
		require(lease->routes[i].prefix_bits <= 32);
	check_times(lease);
	check_text(lease->host_name, sizeof(lease->host_name));
	require(!lease->host_name[0] || dns_name_is_valid(lease->host_name));
	check_text(lease->domain, sizeof(lease->domain));
	check_text(lease->search, sizeof(lease->search));
	check_text(lease->root_path, sizeof(lease->root_path));
	check_text(lease->boot_file, sizeof(lease->boot_file));
}

static void parse(const struct dhcp_payload *payload)
{
	struct fault fault = { 0 };
	struct dhcp_reply reply;
	int error = dhcp_parse_reply(payload, &sent, &reply, &fault);

	require(error == 0 || error == -ENOMSG || error == -EBADMSG);
	require((error == -EBADMSG) == (fault.error == EBADMSG));
	if (error)
		return;
	check_text(reply.message, sizeof(reply.message));
	require((reply.ignored_option == 0) == (reply.ignored_why == NULL));
	if (reply.type != DHCP_NAK)
		check_lease(&reply.lease);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = { 0 };
	struct dhcp_payload payload;

	if (size == 0)
		return 0;
	payload = (struct dhcp_payload){ data + 1, size - 1, 0x0a000001 };
	if (data[0] & 1 && dhcp_open_frame(data + 1, size - 1, data[0] & 2, &payload, &fault))
		return 0;
	require(payload.bytes >= data + 1 && payload.length <= size - 1);
	parse(&payload);
	return 0;
}
