// SPDX-License-Identifier: GPL-2.0-only
/* Files of secrets; see secret_files.h. */
#include "tools/target/secret_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

/* A file on its way; no member's and no node's name begins with a dot. */
#define UNFINISHED ".new"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

bool secret_character(char c)
{
	return c && (c == '-' || strchr(alphabet, c));
}

void secret_make(char *secret, size_t length)
{
	for (size_t i = 0; i < length; i++)
		secret[i] = alphabet[randombytes_uniform(sizeof(alphabet) - 1)];
	secret[length] = '\0';
}

int secret_files_write(int directory, const char *name, const char *text, size_t length)
{
	int fd, error;

	unlinkat(directory, UNFINISHED, 0);
	fd = openat(directory, UNFINISHED, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	error = fs_write_all(fd, text, length);
	if (!error && (fchmod(fd, 0600) < 0 || fsync(fd) < 0))
		error = -errno;
	close(fd);
	if (!error && renameat(directory, UNFINISHED, directory, name) < 0)
		error = -errno;
	return error;
}

int secret_files_open(const char *state, struct fault *fault)
{
	char *path = fs_join(state, SECRETS_DIRECTORY);
	int fd = -1, error;

	if (!path)
		return fault_set(fault, ENOMEM, "make secrets", state, NULL);
	error = fs_make_dirs(state, 0755, fault);
	if (!error && mkdir(path, 0700) < 0 && errno != EEXIST)
		error = fault_set(fault, errno, "make directory", path, NULL);
	if (!error) {
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 || fchmod(fd, 0700) < 0)
			error = fault_set(fault, errno, "open directory", path, NULL);
	}
	while (!error && flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			error = fault_set(fault, errno, "lock directory", path, NULL);
	if (error && fd >= 0)
		close(fd);
	free(path);
	return error ? error : fd;
}
