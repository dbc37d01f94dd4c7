// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notes of clones that were begun; see begun.h.
 *
 * They outlive a power failure, as the volumes do. They are beside what else this server keeps for
 * itself and not in the state directory of a command: another command may be told another one.
 */
#include "tools/storage/begun.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

#define NOTES_DIRECTORY "/var/lib/wireroot/begun"

/* Both for the caller to free; NULL when memory ran out. */
struct note {
	char *directory, *path;
};

static int name_note(const struct storage *storage, const char *volume, struct note *note,
		     struct fault *fault)
{
	*note = (struct note){ 0 };
	note->directory = fs_join(NOTES_DIRECTORY, storage->definition->group);
	note->path = note->directory ? fs_join(note->directory, volume) : NULL;
	return note->path ? 0 : fault_set(fault, ENOMEM, "name the note of clone", volume, NULL);
}

static void free_note(struct note *note)
{
	free(note->directory);
	free(note->path);
}

/* Open and write down to the disk. */
static int sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
	int error = fd < 0 || fsync(fd) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

int begun_note(const struct storage *storage, const char *volume, struct fault *fault)
{
	struct note note;
	int error = name_note(storage, volume, &note, fault);

	if (!error)
		error = fs_make_dirs(note.directory, 0755, fault);
	if (!error) {
		error = sync_path(note.path, O_WRONLY | O_CREAT);
		if (!error)
			error = sync_path(note.directory, O_RDONLY | O_DIRECTORY);
		if (error)
			fault_set(fault, error, "note that a clone is begun", note.path, NULL);
	}
	free_note(&note);
	return error;
}

bool begun_is_noted(const struct storage *storage, const char *volume)
{
	struct fault ignored;
	struct note note;
	bool noted = name_note(storage, volume, &note, &ignored) == 0 && fs_is_file(note.path);

	free_note(&note);
	return noted;
}

int begun_forget(const struct storage *storage, const char *volume, struct fault *fault)
{
	struct note note;
	int error = name_note(storage, volume, &note, fault);

	if (error) {
		free_note(&note);
		return error;
	}
	if (unlink(note.path) < 0)
		error = errno == ENOENT ? 0 : -errno;
	else
		error = sync_path(note.directory, O_RDONLY | O_DIRECTORY);
	if (error)
		fault_set(fault, error, "remove the note that a clone is begun", note.path, NULL);
	free_note(&note);
	return error;
}
