// SPDX-License-Identifier: GPL-2.0-only
/* Looking into configfs; see configfs.h. */
#include "tools/target/configfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int configfs_read(const char *path, char *buffer, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	size_t length = 0;

	if (fd < 0)
		return -errno;
	while (!error && length < bytes - 1) {
		ssize_t got = read(fd, buffer + length, bytes - 1 - length);

		if (got == 0)
			break;
		if (got > 0)
			length += (size_t)got;
		else if (errno != EINTR)
			error = -errno;
	}
	close(fd);
	while (length > 0 && buffer[length - 1] == '\n')
		length--;
	buffer[length] = '\0';
	return error;
}

bool configfs_is_link(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

bool configfs_is_dir(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int configfs_names(const char *path, struct configfs_names *names)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_name, alphasort);

	*names = (struct configfs_names){ 0 };
	if (count < 0)
		return -errno;
	names->names = calloc((size_t)count + 1, sizeof(*names->names));
	for (int i = 0; i < count; i++) {
		char *name = names->names ? strdup(entries[i]->d_name) : NULL;

		if (name)
			names->names[names->count++] = name;
		free(entries[i]);
	}
	free(entries);
	if (names->names && names->count == (size_t)count)
		return 0;
	configfs_names_free(names);
	return -ENOMEM;
}

void configfs_names_free(struct configfs_names *names)
{
	for (size_t i = 0; names->names && i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct configfs_names){ 0 };
}
