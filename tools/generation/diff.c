// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the files of two generations differ; see diff.h.
 *
 * What has changed is written as text into two trees, a/ and b/, which one diff(1) compares.
 */
#include "tools/generation/diff.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/generation/contents.h"
#include "userspace/lib/fs.h"

extern char **environ;

/* A generated file or an initrd. */
#define FILE_BYTES_MAX ((size_t)1 << 30)

static int read_from_tree(int tree, const struct manifest_entry *entry, char **data,
			  struct fault *fault)
{
	char *path;
	size_t length;
	int error;

	if (asprintf(&path, "/proc/self/fd/%d/%s", tree, entry->path) < 0)
		return fault_set(fault, ENOMEM, "read", entry->path, NULL);
	error = fs_read_file(path, FILE_BYTES_MAX, data, &length, fault);
	if (!error && length != entry->size)
		error = fault_set(fault, EUCLEAN, "read", entry->path, "somebody changed it");
	free(path);
	return error;
}

static int read_from_set(const struct file_set *set, const struct manifest_entry *entry,
			 char **data, struct fault *fault)
{
	const struct generated_file *file = file_set_find(set, entry->path);
	size_t length;
	int error;

	if (!file)
		return fault_set(fault, ENOENT, "read", entry->path, NULL);
	if (!file->data) {
		error = fs_read_file(file->source, FILE_BYTES_MAX, data, &length, fault);
		if (!error && length != entry->size)
			error = fault_set(fault, ESTALE, "read", file->source, "it has changed");
		return error;
	}
	*data = malloc(file->length + 1);
	if (!*data)
		return fault_set(fault, ENOMEM, "read", entry->path, NULL);
	memcpy(*data, file->data, file->length);
	return 0;
}

/* Permissions are no part of a file's text; where they change they are said. */
static void add_mode(const struct change *change, const struct manifest_entry *entry,
		     struct text *text)
{
	if (change->old && change->new && change->old->mode != change->new->mode)
		text_printf(text, "(mode %04o)\n", (unsigned int)entry->mode);
}

static int write_side(const struct change *change, const struct manifest_entry *entry,
		      const struct diff_side *side, const char *directory, struct fault *fault)
{
	struct text text = { 0 };
	char *data = NULL, *path = fs_join(directory, entry->path);
	int error = path ? 0 : fault_set(fault, ENOMEM, "compare", entry->path, NULL);

	if (!error && side->tree >= 0)
		error = read_from_tree(side->tree, entry, &data, fault);
	else if (!error)
		error = read_from_set(side->set, entry, &data, fault);
	if (!error) {
		add_mode(change, entry, &text);
		contents_describe(entry, data, &text);
		*strrchr(path, '/') = '\0';
		error = fs_make_dirs(path, 0700, fault);
		path[strlen(path)] = '/';
	}
	if (!error && text.error)
		error = fault_set(fault, text.error, "compare", entry->path, NULL);
	if (!error)
		error = fs_write_file(path, text_string(&text), text.length, 0600, fault);
	text_free(&text);
	free(data);
	free(path);
	return error;
}

static int write_trees(const struct difference *difference, const struct diff_side *old,
		       const struct diff_side *new, const char *directory, struct fault *fault)
{
	char *a = fs_join(directory, "a"), *b = fs_join(directory, "b");
	int error = a && b ? 0 : fault_set(fault, ENOMEM, "compare", "", NULL);

	if (!error)
		error = fs_make_dirs(a, 0700, fault);
	if (!error)
		error = fs_make_dirs(b, 0700, fault);
	for (size_t i = 0; !error && i < difference->count; i++) {
		const struct change *change = &difference->changes[i];

		if (change->old)
			error = write_side(change, change->old, old, a, fault);
		if (!error && change->new)
			error = write_side(change, change->new, new, b, fault);
	}
	free(a);
	free(b);
	return error;
}

/* In @directory, so that names are as short as patch(1) likes them. 0, 1 for differences, -errno.
 */
static int run_diff(const char *directory)
{
	static const char *const argv[] = {
		"diff", "--recursive", "--new-file", "--unified", "--color=auto", "a", "b", NULL
	};
	posix_spawn_file_actions_t actions;
	int error, status;
	pid_t pid;

	error = posix_spawn_file_actions_init(&actions);
	if (error)
		return -error;
	error = posix_spawn_file_actions_addchdir_np(&actions, directory);
	if (!error)
		error = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return -error;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE)
		return 1; /* who reads it has seen enough */
	return WIFEXITED(status) && WEXITSTATUS(status) <= 1 ? WEXITSTATUS(status) : -EIO;
}

int diff_print(const struct difference *difference, const struct diff_side *old,
	       const struct diff_side *new, struct fault *fault)
{
	const char *place = getenv("TMPDIR");
	struct fault ignored;
	char *directory;
	int error;

	if (!difference->count)
		return 0;
	if (asprintf(&directory, "%s/wireroot-diff.XXXXXX", place ? place : "/tmp") < 0)
		return fault_set(fault, ENOMEM, "compare", "", NULL);
	if (!mkdtemp(directory)) {
		error = fault_set(fault, errno, "make directory", directory, NULL);
		free(directory);
		return error;
	}
	error = write_trees(difference, old, new, directory, fault);
	fflush(stdout);
	if (!error && (error = run_diff(directory)) < 0)
		fault_set(fault, error, "run program", "diff",
			  error == -ENOENT ? "install diffutils" : NULL);
	fs_remove_tree(directory, &ignored);
	free(directory);
	return error < 0 ? error : 0;
}
