// SPDX-License-Identifier: GPL-2.0-only
/* Reads and writes a node's drop-in; see drop_in.h. */
#include "tools/cluster/drop_in.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

/* "DIRECTORY/nodes.d/NODE.yaml" */
static char *make_path(const char *cluster, const char *node)
{
	const char *slash = strrchr(cluster, '/');
	char *path;

	if (asprintf(&path, "%.*s/nodes.d/%s.yaml", slash ? (int)(slash - cluster) : 1,
		     slash ? cluster : ".", node) < 0)
		return NULL;
	return path;
}

int drop_in_read(struct drop_in *drop_in, const char *cluster, const char *node,
		 struct fault *fault)
{
	struct stat state;
	int error;

	*drop_in = (struct drop_in){ .mode = 0644, .path = make_path(cluster, node) };
	if (!drop_in->path)
		return fault_set(fault, ENOMEM, "change", node, NULL);
	if (stat(drop_in->path, &state) < 0 && errno == ENOENT)
		return 0;
	error = fs_read_regular_file(drop_in->path, DROP_IN_BYTES_MAX, &drop_in->before,
				     &drop_in->before_length, fault);
	if (!error)
		drop_in->mode = state.st_mode & 0777;
	return error;
}

struct cluster_edit drop_in_edit(const struct drop_in *drop_in)
{
	return (struct cluster_edit){ drop_in->path, drop_in->after.data, drop_in->after.length };
}

int drop_in_write(const struct drop_in *drop_in, struct fault *fault)
{
	char *directory =
		strndup(drop_in->path, (size_t)(strrchr(drop_in->path, '/') - drop_in->path));
	int error = directory ? fs_make_dirs(directory, 0755, fault)
			      : fault_set(fault, ENOMEM, "write", drop_in->path, NULL);

	free(directory);
	if (error)
		return error;
	return fs_write_file(drop_in->path, drop_in->after.data, drop_in->after.length,
			     drop_in->mode, fault);
}

int drop_in_restore(const struct drop_in *drop_in, struct fault *fault)
{
	if (drop_in->before)
		return fs_write_file(drop_in->path, drop_in->before, drop_in->before_length,
				     drop_in->mode, fault);
	if (unlink(drop_in->path) < 0 && errno != ENOENT)
		return fault_set(fault, errno, "remove", drop_in->path, NULL);
	return 0;
}

void drop_in_free(struct drop_in *drop_in)
{
	free(drop_in->path);
	free(drop_in->before);
	text_free(&drop_in->after);
	*drop_in = (struct drop_in){ 0 };
}
