// SPDX-License-Identifier: GPL-2.0-only
/* Writes the segment of the discovery image. See discovery.h. */
#include "tools/initrd/discovery.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/initrd/archive.h"
#include "tools/initrd/node.h"
#include "tools/initrd/own_program.h"
#include "userspace/lib/fs.h"

#define PROGRAM_BYTES_MAX ((size_t)1 << 20)

static int add_program(struct archive_tree *tree, const char *file, struct fault *fault)
{
	char path[PATH_MAX], *data;
	size_t length;
	int error;

	if (file)
		snprintf(path, sizeof(path), "%s", file);
	else
		own_program("wireroot-discover", path);
	error = fs_read_file(path, PROGRAM_BYTES_MAX, &data, &length, fault);
	if (error == -ENOENT)
		return fault_set(fault, ENOENT, "add the program for discovery", path,
				 "it is built and installed with wireroot");
	return error ? error
		     : archive_tree_add_file(tree, "sbin/wireroot-discover", 0755, data, length,
					     fault);
}

/* A root is named because a lease without one is no good to the init; it is not mounted. */
static int add_node_file(struct archive_tree *tree, const struct discovery_image *image,
			 struct fault *fault)
{
	char server[IPV4_TEXT_BYTES];
	struct text text = { 0 };
	size_t length;

	value_ipv4_text(image->server, server);
	text_printf(&text,
		    "# Written by Wireroot for machines that are to become nodes.\n"
		    "ip=dhcp\n"
		    "root=nfs:%s:/\n"
		    "wireroot.discover=http://%s:%u/v1/discover\n",
		    server, server, image->port);
	length = text.length;
	if (text.error)
		return fault_set(fault, ENOMEM, "write the discovery image", "", NULL);
	return archive_tree_add_file(tree, NODE_FILE_IN_INITRD, 0600, text_take(&text), length,
				     fault);
}

int discovery_segment(const struct discovery_image *image, struct text *segment,
		      struct fault *fault)
{
	struct archive_tree tree = { 0 };
	int error = add_program(&tree, image->program, fault);

	if (!error)
		error = add_node_file(&tree, image, fault);
	if (!error)
		error = archive_tree_write(&tree, segment, fault);
	archive_tree_free(&tree);
	return error;
}
