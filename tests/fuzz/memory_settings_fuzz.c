/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as settings of a member, and as what the kernel tells of its memory. */
/* links: userspace/memory/lib/settings.c userspace/memory/lib/member.c */
/* links: userspace/memory/lib/vitals.c userspace/lib/fs.c initramfs/fault.c initramfs/value.c */
/* libraries: */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/memory/lib/vitals.h"
#include "userspace/memory/lib/member.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct vitals vitals = { 0 };
	struct member member = { 0 };
	struct fault fault = { 0 };
	int error;

	memcpy(text, data, size);
	error = settings_read(text, size, "fuzz", member_take, &member, &fault);
	if ((error != 0) != (fault.error != 0))
		abort();
	if (*member.broker && (strchr(member.broker, '@') || strpbrk(member.broker + 8, "/?# ")))
		abort();
	if (vitals_read_pressure(text, size, &vitals) &&
	    (vitals.pressure < 0 || vitals.pressure >= 1000))
		abort();
	vitals_read_meminfo(text, size, &vitals);
	vitals_has_swap(text, size);
	free(text);
	return 0;
}
