/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/lib/machine.c userspace/lib/text.c */
/* links: initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
/* Reports of unknown machines and any bytes: what passes is plain text, and the same once more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/lib/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_plain(const char *text, size_t bytes)
{
	if (strlen(text) >= bytes)
		abort();
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char summary[MACHINE_SUMMARY_BYTES];
	struct machine machine, again;
	struct fault fault;
	json_t *json;

	if (machine_parse((const char *)data, size, &machine, &fault))
		return 0;
	expect_plain(machine.cpu, sizeof(machine.cpu));
	expect_plain(machine.serial, sizeof(machine.serial));
	expect_plain(machine.shown, sizeof(machine.shown));
	expect_plain(machine_summary(&machine, summary), sizeof(summary));
	json = machine_to_json(&machine);
	if (!json || machine_from_json(json, &again, &fault) ||
	    strcmp(again.modaliases, machine.modaliases) != 0 ||
	    memcmp(again.macs, machine.macs, sizeof(again.macs)) != 0)
		abort();
	json_decref(json);
	machine_free(&machine);
	machine_free(&again);
	return 0;
}
