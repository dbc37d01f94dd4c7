/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as root=, a NUL, then the root-path of a lease, a NUL, then its host name. */
/* links: initramfs/root_spec.c initramfs/value.c initramfs/fault.c */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/root_spec.h"

/* What goes to mount(2) is complete and plain. */
static void check(const struct root_spec *root)
{
	if (root->iscsi)
		return;
	if (!root->given || !root->server[0] || root->path[0] != '/')
		abort();
	if (strpbrk(root->path, "\n\033") || strpbrk(root->options, "\n\033") ||
	    strpbrk(root->server, "\n\033/ ,"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lease lease = { .address = 0x0a000005, .next_server = 0x0a000001 };
	struct root_spec spec = { 0 }, result;
	char *text = calloc(1, size + 3);
	struct fault fault = { 0 };
	char *root_path, *host_name;

	memcpy(text, data, size);
	root_path = text + strlen(text) + 1;
	if (root_path > text + size)
		root_path = text + size;
	host_name = root_path + strlen(root_path) + 1;
	if (host_name > text + size)
		host_name = text + size;
	snprintf(lease.root_path, sizeof(lease.root_path), "%s", root_path);
	snprintf(lease.host_name, sizeof(lease.host_name), "%s", host_name);
	root_spec_parse(text, true, &spec, &fault);
	root_spec_parse(text, false, &spec, &fault);
	if (!root_spec_complete(&spec, &lease, NULL, &result, &fault))
		check(&result);
	free(text);
	return 0;
}
