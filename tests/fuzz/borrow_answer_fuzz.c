/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/memory/borrow/answer.c userspace/memory/borrow/pages.c */
/* links: userspace/memory/borrow/shared.c */
/* links: userspace/memory/borrow/stats.c userspace/memory/lib/vitals.c userspace/lib/fs.c */
/* links: userspace/lib/text.c initramfs/swap/grant.c */
/* links: initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
/* Answers of a broker and files of the kernel, as wireroot-borrow reads them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/memory/borrow/answer.h"
#include "userspace/memory/borrow/pages.h"
#include "userspace/memory/borrow/stats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_json(const uint8_t *data, size_t size)
{
	json_t *body = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	struct borrow_answer answer;
	struct grant grant;
	struct fault fault;

	if (borrow_answer_read(body, &answer, &fault) == 0)
		for (unsigned int i = 0; i < answer.grant_count; i++)
			if (!grant_id_is_valid(answer.grants[i].id))
				abort();
	if (borrow_grant_read(body, &grant, &fault) == 0 && !grant_id_is_valid(grant.id))
		abort();
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct swap_types types = { 0 };
	struct swap_usage usage;
	char *text = malloc(size + 1);

	look_at_json(data, size);
	memcpy(text, data, size);
	text[size] = '\0';
	swap_types_update(&types, text);
	swap_types_update(&types, text);
	(void)swap_usage_of(text, "/dev/dm-0", &usage);
	(void)stats_meminfo(text, "MemTotal:");
	(void)stats_pressure(text);
	free(text);
	return 0;
}
