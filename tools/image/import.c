// SPDX-License-Identifier: GPL-2.0-only
/* Making an image of what there is; see import.h. */
#include "tools/image/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/image/copy.h"
#include "tools/image/layout.h"
#include "tools/image/store.h"
#include "tools/image/tree.h"
#include "tools/image/unpack.h"
#include "userspace/lib/fs.h"

enum import_kind { IMPORT_DIRECTORY, IMPORT_LAYOUT, IMPORT_TREE, IMPORT_OCI };

struct importing {
	const struct image_import *import;
	enum import_kind kind;
	uint64_t bytes; /* of an archive */
	struct image_partial partial;
	struct progress *progress;
	struct fault *fault;
};

static int find_kind(struct importing *importing)
{
	const char *source = importing->import->source;
	enum archive_kind archive;
	struct stat status;
	int error;

	if (stat(source, &status) < 0)
		return fault_set(importing->fault, errno, "import image", source, NULL);
	importing->bytes = (uint64_t)status.st_size;
	if (S_ISDIR(status.st_mode)) {
		importing->kind = layout_is_one(source) ? IMPORT_LAYOUT : IMPORT_DIRECTORY;
		return 0;
	}
	if (!S_ISREG(status.st_mode))
		return fault_set(importing->fault, EINVAL, "import image", source,
				 "it is neither a directory nor a file");
	error = unpack_probe(source, &archive, importing->fault);
	importing->kind = archive == ARCHIVE_OCI ? IMPORT_OCI : IMPORT_TREE;
	return error;
}

/* A directory cannot be copied into itself. */
static int check_apart(const struct importing *importing)
{
	char *source = realpath(importing->import->source, NULL);
	char *work = realpath(importing->partial.work, NULL);
	size_t length = source ? strlen(source) : 0;
	bool inside;

	if (length == 1) /* "/" ends with what others have behind them */
		length = 0;
	inside = source && work && strncmp(work, source, length) == 0 && work[length] == '/';
	free(source);
	free(work);
	if (!inside)
		return 0;
	return fault_set(importing->fault, EINVAL, "import image", importing->import->source,
			 "the directory of images is in it; state another one with --images");
}

static int copy_in(const struct importing *importing, struct tree *tree)
{
	struct tree_size size;
	int error = check_apart(importing);

	if (error)
		return error;
	progress_step(importing->progress, "measuring", 0);
	error = copy_measure(importing->import->source, &size, importing->fault);
	if (error)
		return error;
	progress_step(importing->progress, "copying files", size.files);
	return copy_directory(importing->import->source, tree, importing->progress,
			      importing->fault);
}

/* The archive is a layout in a file: out of it first, then as one. */
static int unpack_oci(const struct importing *importing, struct tree *tree)
{
	char *directory = fs_join(importing->partial.work, "oci");
	struct fault *fault = importing->fault;
	struct tree layout;
	int fd = -1, error = 0;

	if (!directory || mkdir(directory, 0700) < 0 ||
	    (fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		error = fault_set(fault, directory ? errno : ENOMEM, "unpack OCI archive",
				  importing->import->source, NULL);
	if (!error) {
		tree_open(&layout, fd);
		progress_step(importing->progress, "unpacking archive", importing->bytes);
		error = unpack_archive(importing->import->source, &layout, importing->progress,
				       fault);
		tree_close(&layout, false, fault);
	}
	if (!error)
		error = layout_unpack(directory, importing->import->reference, tree,
				      importing->progress, fault);
	if (fd >= 0)
		close(fd);
	free(directory);
	return error;
}

static int fill(const struct importing *importing, struct tree *tree)
{
	const struct image_import *import = importing->import;

	switch (importing->kind) {
	case IMPORT_DIRECTORY:
		return copy_in(importing, tree);
	case IMPORT_LAYOUT:
		return layout_unpack(import->source, import->reference, tree, importing->progress,
				     importing->fault);
	case IMPORT_OCI:
		return unpack_oci(importing, tree);
	default:
		progress_step(importing->progress, "unpacking", importing->bytes);
		return unpack_archive(import->source, tree, importing->progress, importing->fault);
	}
}

/* An image that cannot start anything was not meant to be one. */
static int check_root(const struct importing *importing, int root)
{
	static const char *const programs[] = { "sbin/init", "usr/sbin/init", "bin/sh",
						"usr/bin/sh", "init" };

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		/* Not followed: the link may be to what /etc/alternatives has. */
		int fd = tree_open_file(root, programs[i], O_PATH | O_NOFOLLOW);

		if (fd >= 0) {
			close(fd);
			return 0;
		}
	}
	return fault_set(importing->fault, EINVAL, "import image", importing->import->source,
			 "it holds no root file system: there is neither sbin/init nor bin/sh");
}

static int import_root(const struct importing *importing)
{
	int root = open(importing->partial.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fault ignored;
	struct tree tree;
	int error, closed;

	if (root < 0)
		return fault_set(importing->fault, errno, "import image", importing->partial.root,
				 NULL);
	tree_open(&tree, root);
	error = fill(importing, &tree);
	if (!error)
		error = check_root(importing, root);
	closed = tree_close(&tree, !error, error ? &ignored : importing->fault);
	close(root);
	return error ? error : closed;
}

int image_import(const struct image_import *import, struct progress *progress, struct fault *fault)
{
	struct importing importing = { .import = import, .progress = progress, .fault = fault };
	int error = find_kind(&importing);

	if (error)
		return error;
	error = image_partial_begin(&importing.partial, import->store, import->name, fault);
	if (!error)
		error = import_root(&importing);
	if (!error) {
		progress_step(progress, "writing down to the disk", 0);
		error = image_partial_finish(&importing.partial, fault);
	}
	image_partial_end(&importing.partial);
	return error;
}
