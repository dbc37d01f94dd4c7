// SPDX-License-Identifier: GPL-2.0-only
/* Opens what is served. See served.h. */
#include "userspace/wirerootd/served.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

#define DIRECTORY_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)

int served_open_root(struct served *served, const char *directory, struct fault *fault)
{
	*served = (struct served){ .name = directory };
	served->root = open(directory, DIRECTORY_FLAGS);
	if (served->root < 0)
		return fault_set(fault, errno, "open the directory to serve", directory,
				 "give --root an existing directory");
	return 0;
}

/* Where @directory leads to, for the name of the generation: the link's target, else itself. */
static int find_name(struct served *served, const char *directory, struct fault *fault)
{
	char real[PATH_MAX];
	const char *name;

	if (!realpath(directory, real))
		return fault_set(fault, errno, "find the generation to serve", directory,
				 "`wireroot apply` makes it");
	name = strrchr(real, '/') + 1;
	if (snprintf(served->generation, sizeof(served->generation), "%s", name) >=
	    (int)sizeof(served->generation))
		return fault_set(fault, ENAMETOOLONG, "find the generation to serve", real,
				 "a generation is called by its number");
	return 0;
}

/* By way of the directory's descriptor: `current` may be switched between two looks at it. */
static int read_index(struct served *served, int generation, struct fault *fault)
{
	char path[64], source[sizeof(fault->peer)];
	size_t length;
	char *text;
	int error;

	snprintf(path, sizeof(path), "/proc/self/fd/%d/nodes", generation);
	snprintf(source, sizeof(source), "%.80s/nodes", served->name);
	error = fs_read_file(path, SERVED_INDEX_BYTES, &text, &length, fault);
	if (error)
		return fault_set(fault, error, "read the index of nodes", source,
				 "`wireroot apply` writes it");
	error = index_parse(text, length, source, &served->index, fault);
	free(text);
	return error;
}

static int open_parts(struct served *served, int generation, struct fault *fault)
{
	served->root = openat(generation, "http", DIRECTORY_FLAGS);
	if (served->root < 0)
		return fault_set(fault, errno, "open the directory http of the generation",
				 served->name,
				 "give --generation the `current` of a state directory");
	if (!read_index(served, generation, fault))
		return 0;
	close(served->root);
	return -fault->error;
}

int served_open_generation(struct served *served, const char *directory, struct fault *fault)
{
	int generation, error;

	*served = (struct served){ .name = directory, .is_generation = true };
	generation = open(directory, DIRECTORY_FLAGS);
	if (generation < 0)
		return fault_set(fault, errno, "open the generation to serve", directory,
				 "`wireroot apply` makes it");
	error = find_name(served, directory, fault);
	if (!error)
		error = open_parts(served, generation, fault);
	close(generation);
	return error;
}

void served_close(struct served *served)
{
	close(served->root);
	index_free(&served->index);
}
