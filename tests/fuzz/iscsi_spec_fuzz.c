/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/iscsi/iscsi_spec.c initramfs/value.c initramfs/words.c initramfs/fault.c */
/* Any bytes as a target, as words and as a root-path. */
#include <stdlib.h>
#include <string.h>

#include "initramfs/iscsi/iscsi_spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A target that is used has a name and a port, and its server holds nothing but a name's bytes. */
static void check(const struct iscsi_target *target)
{
	if (!target->name[0] || !target->port || strpbrk(target->name, "=, \n\033") ||
	    strpbrk(target->server, " \n\033/,@"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1), *copy = calloc(1, size + 1);
	struct iscsi_spec *spec = calloc(1, sizeof(*spec));
	struct iscsi_target target;
	struct words words = { 0 };
	struct fault fault = { 0 };

	memcpy(text, data, size);
	memcpy(copy, data, size);
	if (!iscsi_target_parse(text, &target, &fault)) {
		check(&target);
		if (iscsi_target_move(&target, text))
			check(&target);
	}
	(void)words_split(copy, &words, &fault);
	(void)iscsi_spec_apply(spec, &words, &fault);
	if (!iscsi_spec_complete(spec, text, &fault))
		for (unsigned int i = 0; i < spec->count; i++)
			check(&spec->targets[i]);
	free(spec);
	free(copy);
	free(text);
	return 0;
}
