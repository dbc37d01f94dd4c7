/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/arp_packet.c */
/* ARP probes byte for byte, and which packets count as a conflict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/arp_packet.h"

#define ADDRESS 0x0a000063u /* 10.0.0.99 */

static const uint8_t our_mac[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };
static const uint8_t other_mac[6] = { 0x52, 0x54, 0, 0xaa, 0xbb, 0xcc };

static const uint8_t probe[ARP_PACKET_BYTES] = {
	0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0,	0x12, 0x34, 0x56,
	0, 0, 0, 0, 0, 0, 0, 0, 0,    0,    10, 0,    0,    99,
};

static void probe_has_no_sender_address(void **state)
{
	uint8_t packet[ARP_PACKET_BYTES];

	(void)state;
	arp_probe_build(our_mac, ADDRESS, packet);
	assert_memory_equal(packet, probe, sizeof(probe));
}

struct arp_case {
	const char *what;
	uint8_t operation;
	const uint8_t *sender_mac;
	uint8_t sender[4], target[4];
	bool conflicts;
};

static const struct arp_case cases[] = {
	{ "reply from a user of the address", 2, other_mac, { 10, 0, 0, 99 }, { 0 }, true },
	{ "request by a user of it", 1, other_mac, { 10, 0, 0, 99 }, { 10, 0, 0, 1 }, true },
	{ "announcement", 1, other_mac, { 10, 0, 0, 99 }, { 10, 0, 0, 99 }, true },
	{ "probe by another machine", 1, other_mac, { 0 }, { 10, 0, 0, 99 }, true },
	{ "our own probe come back", 1, our_mac, { 0 }, { 10, 0, 0, 99 }, false },
	{ "our firmware's late reply", 2, our_mac, { 10, 0, 0, 99 }, { 10, 0, 0, 1 }, false },
	{ "somebody asks for it", 1, other_mac, { 10, 0, 0, 1 }, { 10, 0, 0, 99 }, false },
	{ "probe for another address", 1, other_mac, { 0 }, { 10, 0, 0, 98 }, false },
	{ "reply of another address", 2, other_mac, { 10, 0, 0, 1 }, { 10, 0, 0, 99 }, false },
	{ "reply without sender", 2, other_mac, { 0 }, { 10, 0, 0, 99 }, false },
	{ "reverse ARP", 3, other_mac, { 10, 0, 0, 99 }, { 10, 0, 0, 99 }, false },
};

static void make_packet(const struct arp_case *arp, uint8_t *packet)
{
	memcpy(packet, probe, ARP_PACKET_BYTES);
	packet[7] = arp->operation;
	memcpy(packet + 8, arp->sender_mac, 6);
	memcpy(packet + 14, arp->sender, 4);
	memcpy(packet + 24, arp->target, 4);
}

static void users_and_probers_conflict_and_others_do_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t packet[ARP_PACKET_BYTES], other[6] = { 0 };

		make_packet(&cases[i], packet);
		if (arp_conflicts(packet, sizeof(packet), our_mac, ADDRESS, other) !=
		    cases[i].conflicts)
			fail_msg("%s", cases[i].what);
		if (cases[i].conflicts)
			assert_memory_equal(other, other_mac, 6);
	}
}

static void padded_packet_is_read(void **state)
{
	uint8_t packet[46] = { 0 }, other[6];

	(void)state;
	make_packet(&cases[0], packet);
	assert_true(arp_conflicts(packet, sizeof(packet), our_mac, ADDRESS, other));
}

static void short_or_foreign_packet_is_no_conflict(void **state)
{
	uint8_t packet[ARP_PACKET_BYTES], other[6];

	(void)state;
	make_packet(&cases[0], packet);
	for (size_t length = 0; length < sizeof(packet); length++)
		assert_false(arp_conflicts(packet, length, our_mac, ADDRESS, other));
	for (size_t i = 0; i < 6; i++) {
		make_packet(&cases[0], packet);
		packet[i]++;
		assert_false(arp_conflicts(packet, sizeof(packet), our_mac, ADDRESS, other));
	}
}

static void no_address_conflicts_with_nobody(void **state)
{
	uint8_t other[6];

	(void)state;
	assert_false(arp_conflicts(probe, sizeof(probe), other_mac, 0, other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probe_has_no_sender_address),
		cmocka_unit_test(users_and_probers_conflict_and_others_do_not),
		cmocka_unit_test(padded_packet_is_read),
		cmocka_unit_test(short_or_foreign_packet_is_no_conflict),
		cmocka_unit_test(no_address_conflicts_with_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
