/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/dns_packet.c initramfs/fault.c initramfs/value.c */
/* DNS answers from a hostile server that knows the id, and names at any place of a message. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/dns_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(const uint8_t *data, size_t size)
{
	for (size_t start = 0; start < size && start < 64; start++) {
		char name[DNS_NAME_BYTES];
		size_t offset = start;

		if (dns_name_read(data, size, &offset, name))
			continue;
		if (offset <= start || offset > size || (name[0] && !dns_name_is_valid(name)))
			abort();
	}
}

/* What is sent out must be what comes in. */
static void check_question(const uint8_t *data, size_t size)
{
	char text[300] = "", name[DNS_NAME_BYTES];
	uint8_t packet[DNS_QUERY_BYTES];
	struct dns_query query = { .id = 1, .name = text };
	size_t offset = 12;
	int length;

	memcpy(text, data, size < sizeof(text) ? size : sizeof(text) - 1);
	length = dns_query_build(&query, packet);
	if (length < 0)
		return;
	if (!dns_name_is_valid(text) || dns_name_read(packet, length, &offset, name) ||
	    strncmp(name, text, strlen(name)) != 0 || offset + 4 != (size_t)length)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dns_query query = { .id = 0x1234, .name = "nfs.lab", .server = 0x0a000001 };
	struct fault fault = { 0 };
	struct dns_answer answer;
	int result = dns_answer_parse(data, size, &query, &answer, &fault);

	if (result == 0 ? answer.address_count == 0 || answer.address_count > DNS_ADDRESSES_MAX
			: (result != -ENOMSG && result != -fault.error))
		abort();
	check_names(data, size);
	check_question(data, size);
	return 0;
}
