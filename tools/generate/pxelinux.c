// SPDX-License-Identifier: GPL-2.0-only
/*
 * What pxelinux asks for (tftp/pxelinux.cfg/), for nodes whose BIOS does not get along with iPXE:
 * one file a node, and one for whoever else comes.
 */
#include "tools/generate/command_line.h"
#include "initramfs/value.h"
#include "tools/generate/output.h"

static const char unknown[] = OUTPUT_COMMENT "SAY Wireroot: no boot script for this machine.\n"
					     "DEFAULT wait\n"
					     "LABEL wait\n"
					     "\tLOCALBOOT -1\n";

static int add_node(const struct generator *generator, size_t index, struct file_set *set,
		    struct fault *fault)
{
	const struct cluster_node *node = &generator->cluster->nodes[index];
	char mac[MAC_TEXT_BYTES];
	struct text text = { 0 };
	int error;

	text_printf(&text,
		    OUTPUT_COMMENT "DEFAULT node\n"
				   "PROMPT 0\n"
				   "LABEL node\n"
				   "\tKERNEL %s\n"
				   "\tINITRD %s\n"
				   "\tAPPEND ",
		    generator->kernels[node->image - generator->cluster->images],
		    generator->bases[index]);
	error = command_line(generator, node, &text, fault);
	text_add(&text, "\n");
	if (error) {
		text_free(&text);
		return error;
	}
	return output_add(set, 0644, &text, fault, "tftp/pxelinux.cfg/01-%s",
			  value_mac_dashes(node->mac, mac));
}

int generate_pxelinux(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct text text = { 0 };
	int error;

	if (!(generator->loaders >> LOADER_PXELINUX & 1))
		return 0;
	text_add(&text, unknown);
	error = output_add(set, 0644, &text, fault, "tftp/pxelinux.cfg/default");
	for (size_t i = 0; !error && i < cluster->node_count; i++)
		if (cluster->nodes[i].has_mac && cluster->nodes[i].loader == LOADER_PXELINUX)
			error = add_node(generator, i, set, fault);
	return error;
}
