/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/memory/message.c initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
/* Messages about memory and any bytes: what passes holds to its limits. The first byte chooses the
 * kind. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/wirerootd/memory/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void lender_report(const char *text, size_t length)
{
	static struct lender_report report;
	struct fault fault;

	if (message_lender_report(text, length, &report, &fault))
		return;
	expect(report.instance && report.report && report.port && report.interval_s);
	expect(report.grant_count <= 2 * BROKERAGE_GRANTS_MAX);
	expect(report.guest_count <= BROKERAGE_GUESTS_MAX);
	expect(report.pressure >= 0 && report.pressure <= 100);
	for (size_t i = 0; i < report.grant_count; i++) {
		expect(report.grants[i].id && report.grants[i].bytes <= MESSAGE_BYTES_OF_ALL);
		expect(report.grants[i].state != HELD_EXPORTED ||
		       value_host_name(report.grants[i].borrower, HOST_NAME_LENGTH));
	}
}

static void borrower_report(const char *text, size_t length)
{
	static struct borrower_report report;
	struct fault fault;

	if (message_borrower_report(text, length, &report, &fault))
		return;
	expect(report.instance && report.grant_count <= 2 * BROKERAGE_GRANTS_MAX);
	for (size_t i = 0; i < report.grant_count; i++)
		expect(report.grants[i].id && report.grants[i].state != BORROWED_NONE &&
		       value_plain(report.grants[i].device));
}

static void requests(const char *text, size_t length)
{
	char name[BROKERAGE_NAME_BYTES];
	unsigned int deadline_s = 1;
	struct brokerage_ask ask;
	struct fault fault;
	uint64_t bytes;
	bool has;

	if (!message_ask(text, length, &ask, name, &fault)) {
		expect(ask.bytes >= MESSAGE_GRANT_MINIMUM && ask.bytes <= MESSAGE_BYTES_OF_ALL);
		expect(ask.apart_count <= BROKERAGE_APART_MAX && strlen(ask.initiator) > 4);
		expect(value_host_name(name, HOST_NAME_LENGTH));
	}
	if (!message_ceiling(text, length, &has, &bytes, &fault))
		expect(bytes <= MESSAGE_BYTES_OF_ALL);
	if (!message_wish(text, length, name, &bytes, &fault))
		expect(bytes >= MESSAGE_GRANT_MINIMUM && value_host_name(name, HOST_NAME_LENGTH));
	if (!message_return(text, length, &deadline_s, &fault))
		expect(deadline_s <= MESSAGE_DEADLINE_MAX);
}

static void members(const char *text, size_t length)
{
	struct message_members members;
	struct fault fault;

	if (message_members(text, length, &members, &fault))
		return;
	expect(members.lease_s && strlen(members.admin_token) >= 16);
	for (size_t i = 0; i < members.count; i++)
		expect(strlen(members.tokens[i]) >= 16 &&
		       value_host_name(members.rules[i].name, HOST_NAME_LENGTH));
	message_members_free(&members);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (!size)
		return 0;
	switch (data[0] % 4) {
	case 0:
		lender_report(text, size - 1);
		break;
	case 1:
		borrower_report(text, size - 1);
		break;
	case 2:
		requests(text, size - 1);
		break;
	default:
		members(text, size - 1);
		break;
	}
	return 0;
}
