// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims of volumes; see claim.h.
 *
 * The files are beside the volumes where those are files, so that it is the same from wherever the
 * directory is seen; volumes of LVM belong to this host, as does /run.
 */
#include "tools/storage/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

#define FILES_DIRECTORY ".claims"
#define LVM_DIRECTORY	"/run/wireroot/claims"

/* What is open for claims; 0 for a free place. */
static int held[CLAIMS_MAX];

static bool hold(int fd)
{
	for (size_t i = 0; i < CLAIMS_MAX; i++) {
		if (held[i])
			continue;
		held[i] = fd;
		return true;
	}
	return false;
}

static void let_go(int fd)
{
	for (size_t i = 0; i < CLAIMS_MAX; i++)
		if (held[i] == fd)
			held[i] = 0;
}

size_t claims_held(int fds[static CLAIMS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < CLAIMS_MAX; i++)
		if (held[i])
			fds[count++] = held[i];
	return count;
}

/* In the directory, which is made when it is missing. */
static int claim_path(const struct storage *storage, const char *volume, char **path,
		      struct fault *fault)
{
	const struct cluster_storage *definition = storage->definition;
	bool files = definition->type == STORAGE_FILE;
	char *directory = NULL;
	int error = 0;

	*path = NULL;
	if ((files ? asprintf(&directory, "%s/" FILES_DIRECTORY, definition->directory)
		   : asprintf(&directory, LVM_DIRECTORY "/%s", definition->group)) < 0)
		return fault_set(fault, ENOMEM, "claim volume", volume, NULL);
	/* A directory that is not there may be a disk that is not mounted. */
	if (files && !fs_is_directory(definition->directory))
		error = fault_set(fault, ENOENT, "find the directory of a storage",
				  definition->directory, "make it, or mount what it is on");
	if (!error)
		error = fs_make_dirs(directory, 0700, fault);
	if (!error && asprintf(path, "%s/%s", directory, volume) < 0)
		error = fault_set(fault, ENOMEM, "claim volume", volume, NULL);
	free(directory);
	return error;
}

/* Is the file at @path the one that is open as @fd? Its last holder may have removed it. */
static bool is_still_there(int fd, const char *path)
{
	struct stat open_one, named;

	return fstat(fd, &open_one) == 0 && stat(path, &named) == 0 &&
	       open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

static int take(struct claim *claim, int operation, const char *volume, struct fault *fault)
{
	for (;;) {
		int error;

		/* Not to be closed in programs that we run. */
		claim->fd = open(claim->path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
		if (claim->fd < 0)
			return fault_set(fault, errno, "claim volume", claim->path, NULL);
		error = flock(claim->fd, operation | LOCK_NB) < 0 ? errno : 0;
		if (!error && is_still_there(claim->fd, claim->path))
			return 0;
		close(claim->fd);
		claim->fd = -1;
		if (error == EWOULDBLOCK)
			return fault_set(fault, EBUSY, "claim volume", volume,
					 "another command is at work on it");
		if (error && error != EINTR)
			return fault_set(fault, error, "claim volume", claim->path, NULL);
	}
}

static int take_at(struct claim *claim, const struct storage *storage, int operation,
		   const char *volume, struct fault *fault)
{
	int error;

	*claim = (struct claim){ .fd = -1 };
	error = claim_path(storage, volume, &claim->path, fault);
	if (!error && claim->path)
		error = take(claim, operation, volume, fault);
	if (!error && claim->path && !hold(claim->fd)) {
		claim_release(claim);
		return fault_set(fault, EMFILE, "claim volume", volume,
				 "this command has claimed too many at once");
	}
	if (error) {
		free(claim->path);
		claim->path = NULL;
	}
	return error;
}

int claim_take(struct claim *claim, const struct storage *storage, const char *volume,
	       struct fault *fault)
{
	return take_at(claim, storage, LOCK_EX, volume, fault);
}

int claim_share(struct claim *claim, const struct storage *storage, const char *volume,
		struct fault *fault)
{
	return take_at(claim, storage, LOCK_SH, volume, fault);
}

/* The last of those who share it takes the file away. */
void claim_release(struct claim *claim)
{
	if (claim->fd >= 0) {
		let_go(claim->fd);
		if (flock(claim->fd, LOCK_EX | LOCK_NB) == 0)
			unlink(claim->path);
		close(claim->fd);
	}
	free(claim->path);
	*claim = (struct claim){ .fd = -1 };
}
