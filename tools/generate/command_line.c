// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's command line for loaders without a segment; see command_line.h. */
#include "tools/generate/command_line.h"

#include <errno.h>

#include "initramfs/value.h"
#include "tools/generate/node_words.h"

int command_line(const struct generator *generator, const struct cluster_node *node,
		 struct text *text, struct fault *fault)
{
	char mac[MAC_TEXT_BYTES];
	size_t before = text->length;
	int error;

	text_printf(text, "BOOTIF=01-%s ", value_mac_dashes(node->mac, mac));
	error = node_words(generator, node, ' ', text, fault);
	if (error)
		return error;
	output_words(text, &node->append, ' ');
	if (text->error)
		return fault_set(fault, ENOMEM, "write a command line", node->name, NULL);
	if (!value_plain(text->data + before))
		return fault_set(fault, EINVAL, "write the command line of node", node->name,
				 "line breaks and control characters cannot be passed on");
	if (text->length - before >= COMMAND_LINE_BYTES)
		return fault_set(fault, E2BIG, "write the command line of node", node->name,
				 "it is longer than the kernel takes; use loader: ipxe");
	while (text->length > before && text->data[text->length - 1] == ' ')
		text->data[--text->length] = '\0';
	return 0;
}
