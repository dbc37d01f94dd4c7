// SPDX-License-Identifier: GPL-2.0-only
/*
 * What GRUB asks for (tftp/grub/), for nodes whose EFI firmware does not get along with iPXE, or
 * wants a signed loader: a first file for everybody and one for each node.
 */
#include "tools/generate/command_line.h"
#include "initramfs/value.h"
#include "tools/generate/output.h"

#include <errno.h>
#include <string.h>

/* GRUB knows by which interface it was loaded; its prefix is /grub. */
static const char first[] =
	OUTPUT_COMMENT "configfile /grub/node/${net_default_mac}.cfg\n"
		       "echo \"Wireroot: no boot script for this machine, ${net_default_mac}.\"\n"
		       "sleep 10\n"
		       "reboot\n";

/* Add the words between quotes that keep GRUB from reading anything into them. */
static int add_quoted(struct text *text, const char *words, const struct cluster_node *node,
		      struct fault *fault)
{
	if (strchr(words, '\''))
		return fault_set(fault, EINVAL, "write GRUB's file of node", node->name,
				 "GRUB cannot pass a ' on; take it out, or use loader: ipxe");
	while (*words) {
		bool quoted = false;

		text_add(text, " '");
		for (; *words && (*words != ' ' || quoted); words++) {
			quoted ^= *words == '"';
			text_add_bytes(text, words, 1);
		}
		text_add(text, "'");
		words += strspn(words, " ");
	}
	return 0;
}

static int add_node(const struct generator *generator, size_t index, struct file_set *set,
		    struct fault *fault)
{
	const struct cluster_node *node = &generator->cluster->nodes[index];
	char mac[MAC_TEXT_BYTES];
	struct text text = { 0 }, words = { 0 };
	int error = command_line(generator, node, &words, fault);

	text_printf(&text, OUTPUT_COMMENT "linux /%s",
		    generator->kernels[node->image - generator->cluster->images]);
	if (!error)
		error = add_quoted(&text, text_string(&words), node, fault);
	text_free(&words);
	text_printf(&text, "\ninitrd /%s\nboot\n", generator->bases[index]);
	if (!error)
		return output_add(set, 0644, &text, fault, "tftp/grub/node/%s.cfg",
				  value_mac_text(node->mac, mac));
	text_free(&text);
	return error;
}

int generate_grub(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct text text = { 0 };
	int error;

	if (!(generator->loaders >> LOADER_GRUB & 1))
		return 0;
	text_add(&text, first);
	error = output_add(set, 0644, &text, fault, "tftp/grub/grub.cfg");
	for (size_t i = 0; !error && i < cluster->node_count; i++)
		if (cluster->nodes[i].has_mac && cluster->nodes[i].loader == LOADER_GRUB)
			error = add_node(generator, i, set, fault);
	return error;
}
