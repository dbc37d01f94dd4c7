/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as a node file's words, a NUL, then a kernel command line. */
/* links: initramfs/params.c initramfs/ip_param.c initramfs/root_spec.c initramfs/words.c */
/* links: initramfs/value.c initramfs/timeline.c initramfs/fault.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/params.h"

/* What the init copies into fixed rooms, and trusts to be in range. */
static void check(const struct params *params)
{
	static const uint8_t zero[6];

	if (params->ip_count > PARAMS_IP_MAX || params->vlan_count > PARAMS_VLAN_MAX ||
	    params->unknown_count > PARAMS_UNKNOWN_MAX)
		abort();
	for (unsigned int i = 0; i < params->ip_count; i++) {
		const struct ip_param *ip = &params->ip[i];

		if ((ip->method == IP_STATIC) != (ip->fixed.address != 0))
			abort();
		if (ip->fixed.address && !ip->fixed.netmask)
			abort();
	}
	for (unsigned int i = 0; i < params->vlan_count; i++)
		if (!params->vlan[i].id || params->vlan[i].id > 4094 ||
		    (!params->vlan[i].parent[0] && !memcmp(params->vlan[i].parent_mac, zero, 6)))
			abort();
	if (params->root_unsupported[0] && params->root.given)
		abort();
	if (params->init[0] && params->init[0] != '/')
		abort();
}

static void apply(char *text, struct params *params)
{
	struct words words = { 0 };
	struct fault fault = { 0 };
	char options[64], line[FAULT_LINE_BYTES];

	words_split(text, &words, &fault);
	fault.error = 0;
	if (params_apply(params, &words, &fault) && !fault_line(&fault, line)[0])
		abort();
	check(params);
	params_module_options(&words, "nfs", options, sizeof(options));
	if (strlen(options) >= sizeof(options))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct params params;
	size_t first;

	memcpy(text, data, size);
	text[size] = '\0';
	first = strlen(text);
	params_init(&params);
	apply(text, &params);
	if (first < size)
		apply(text + first + 1, &params);
	free(text);
	return 0;
}
