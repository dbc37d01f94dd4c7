/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as what the broker wants of a lender. */
/* links: userspace/memory/lend/wanted.c userspace/memory/lib/broker_reply.c */
/* links: initramfs/fault.c initramfs/value.c */
/* libraries: jansson */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/memory/lend/wanted.h"
#include "userspace/memory/lib/broker_reply.h"

/* Whatever is taken is written down and read again the same. */
static void check(const struct wanted *wanted)
{
	struct wanted again;
	struct fault fault = { 0 };
	json_t *json;

	if (!grant_is_id(wanted->id))
		abort();
	if (wanted->want != WANT_EXPORT)
		return;
	if (strpbrk(wanted->iqn, "/ \n") || strpbrk(wanted->initiator, "/ \n") ||
	    wanted->username[0] == '-' || !wanted->bytes)
		abort();
	json = wanted_to_json(wanted);
	if (wanted_read_grant(json, "l1", &again, &fault) ||
	    memcmp(wanted, &again, sizeof(again)) != 0)
		abort();
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wanted_list list = { 0 };
	struct broker_reply reply;
	struct fault fault = { 0 };

	broker_reply_read(&reply, "PUT /", 200 + (size ? data[0] % 4 * 100 : 0), (const char *)data,
			  size);
	if ((wanted_read(reply.body, "l1", &list, &fault) != 0) != (fault.error != 0))
		abort();
	for (size_t i = 0; i < list.count; i++)
		check(&list.grants[i]);
	wanted_free(&list);
	broker_reply_free(&reply);
	return 0;
}
