// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the files of two generations differ; see diff.h.
 *
 * What has changed is written as text into two trees, a/ and b/, which one diff(1) compares; fold.c
 * shows once what it says of many files alike. Changes from the same bytes to the same bytes, of
 * which there may be ten thousand, are not even compared more than once.
 */
#include "tools/generation/diff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/generation/contents.h"
#include "tools/generation/fold.h"
#include "tools/generation/mask.h"
#include "tools/generation/owners.h"
#include "userspace/lib/fs.h"

extern char **environ;

/* A generated file or an initrd. */
#define FILE_BYTES_MAX ((size_t)1 << 30)

#define INDEX_NAME  "nodes"
#define DIFF_OUTPUT "differences" /* beside a/ and b/ */

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

/* The directories above @path, which is changed and restored. */
static int make_parents(char *path, struct fault *fault)
{
	char *slash = strrchr(path, '/');
	int error;

	if (!slash)
		return 0;
	*slash = '\0';
	error = fs_make_dirs(path, 0700, fault);
	*slash = '/';
	return error;
}

/* The file as text, with its secrets. */
static int describe_side(const struct change *change, const struct manifest_entry *entry,
			 const struct diff_side *side, struct text *text, struct fault *fault)
{
	char *data = NULL;
	int error = side->tree >= 0 ? read_from_tree(side->tree, entry, &data, fault)
				    : read_from_set(side->set, entry, &data, fault);

	if (!error) {
		add_mode(change, entry, text);
		contents_describe(entry, data, text);
	}
	free(data);
	return error;
}

/* @before is what the file was, or NULL. */
static int write_side(const struct manifest_entry *entry, const struct text *text,
		      const char *before, const char *directory, struct fault *fault)
{
	struct text masked = { 0 };
	char *path = fs_join(directory, entry->path);
	int error = path ? make_parents(path, fault)
			 : fault_set(fault, ENOMEM, "compare", entry->path, NULL);

	mask_secrets(text_string(text), before, &masked);
	if (!error && (text->error || masked.error))
		error = fault_set(fault, ENOMEM, "compare", entry->path, NULL);
	if (!error)
		error = fs_write_file(path, text_string(&masked), masked.length, 0600, fault);
	text_free(&masked);
	free(path);
	return error;
}

/* Does @change lead from the same contents to the same contents as @other? */
static int compare_contents(const struct manifest_entry *one, const struct manifest_entry *other)
{
	if (!one || !other)
		return (one != NULL) - (other != NULL);
	if (one->mode != other->mode)
		return one->mode < other->mode ? -1 : 1;
	return memcmp(one->hash, other->hash, sizeof(one->hash));
}

/* Changes that are alike come together, the first of them by path first. */
static int compare_changes(const void *a, const void *b)
{
	const struct change *one = *(const struct change *const *)a;
	const struct change *other = *(const struct change *const *)b;
	int order = compare_contents(one->old, other->old);

	if (!order)
		order = compare_contents(one->new, other->new);
	return order ? order : (one > other) - (one < other);
}

static bool are_alike(const struct change *one, const struct change *other)
{
	return !compare_contents(one->old, other->old) && !compare_contents(one->new, other->new);
}

/* *@sorted is for the caller to free. */
static int sort_changes(const struct difference *difference, const struct change ***sorted,
			struct fault *fault)
{
	*sorted = calloc(difference->count, sizeof(**sorted));
	if (!*sorted) {
		fault_set(fault, ENOMEM, "compare", "", NULL);
		return -ENOMEM;
	}
	for (size_t i = 0; i < difference->count; i++)
		(*sorted)[i] = &difference->changes[i];
	qsort(*sorted, difference->count, sizeof(**sorted), compare_changes);
	return 0;
}

static int write_change(const struct change *change, const struct diff_side *old,
			const struct diff_side *new, const char *directory, struct fault *fault)
{
	char *a = fs_join(directory, "a"), *b = fs_join(directory, "b");
	struct text was = { 0 }, is = { 0 };
	int error = a && b ? 0 : fault_set(fault, ENOMEM, "compare", "", NULL);

	if (!error)
		error = fs_make_dirs(a, 0700, fault);
	if (!error)
		error = fs_make_dirs(b, 0700, fault);
	if (!error && change->old)
		error = describe_side(change, change->old, old, &was, fault);
	if (!error && change->old)
		error = write_side(change->old, &was, NULL, a, fault);
	if (!error && change->new)
		error = describe_side(change, change->new, new, &is, fault);
	if (!error && change->new)
		error = write_side(change->new, &is, change->old ? text_string(&was) : NULL, b,
				   fault);
	text_free(&was);
	text_free(&is);
	free(a);
	free(b);
	return error;
}

/* Of changes that are alike one is shown. */
static int write_trees(const struct change *const *sorted, size_t count,
		       const struct diff_side *old, const struct diff_side *new,
		       const char *directory, struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < count; i++)
		if (i == 0 || !are_alike(sorted[i - 1], sorted[i]))
			error = write_change(sorted[i], old, new, directory, fault);
	return error;
}

/* In @directory, so that names are as short as patch(1) likes them. 0 or -errno. */
static int run_diff(const char *directory)
{
	static const char *const argv[] = { "diff",	 "--recursive", "--new-file", "--text",
					    "--unified", "a",		"b",	      NULL };
	posix_spawn_file_actions_t actions;
	int error, status;
	pid_t pid;

	error = posix_spawn_file_actions_init(&actions);
	if (error)
		return -error;
	error = posix_spawn_file_actions_addchdir_np(&actions, directory);
	if (!error)
		error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, DIFF_OUTPUT,
							 O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (!error)
		error = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return -error;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) <= 1 ? 0 : -EIO;
}

/* *@output, for the caller to free, is what diff(1) says of the two trees in @directory. */
static int read_diff(const char *directory, char **output, size_t *length, struct fault *fault)
{
	char *path;
	int error = run_diff(directory);

	if (error)
		return fault_set(fault, error, "run program", "diff",
				 error == -ENOENT ? "install diffutils" : NULL);
	path = fs_join(directory, DIFF_OUTPUT);
	if (!path)
		return fault_set(fault, ENOMEM, "compare", "", NULL);
	error = fs_read_file(path, FILE_BYTES_MAX, output, length, fault);
	free(path);
	return error;
}

/* *@text, for the caller to free, is the index of the nodes of @side; there may be none. */
static int read_owners(const struct diff_side *side, struct owners *owners, char **text,
		       struct fault *fault)
{
	const struct manifest_entry *entry = manifest_find(side->manifest, INDEX_NAME);
	int error;

	*text = NULL;
	if (!entry)
		return 0;
	error = side->tree >= 0 ? read_from_tree(side->tree, entry, text, fault)
				: read_from_set(side->set, entry, text, fault);
	if (!error && owners_read(owners, *text, (size_t)entry->size))
		error = fault_set(fault, ENOMEM, "compare", INDEX_NAME, NULL);
	return error;
}

static bool wants_colour(void)
{
	const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

/* Print what diff(1) said of the first of each run of changes that are alike in @sorted. */
static int print_folded(struct fold *fold, const char *output, size_t length,
			const struct change *const *sorted, size_t count, struct fault *fault)
{
	struct text text = { 0 };
	int error = fold_read(fold, output, length, fault);

	for (size_t i = 1, like = 0; !error && i < count; i++)
		if (are_alike(sorted[like], sorted[i]))
			error = fold_same(fold, sorted[i], sorted[like], fault);
		else
			like = i;
	if (!error)
		error = fold_write(fold, wants_colour(), &text, fault);
	if (!error)
		fputs(text_string(&text), stdout);
	text_free(&text);
	return error;
}

static int compare(const struct difference *difference, const struct change *const *sorted,
		   const struct diff_side *old, const struct diff_side *new, const char *directory,
		   struct fault *fault)
{
	struct owners old_owners = { 0 }, new_owners = { 0 };
	struct arena arena = { 0 };
	struct fold fold = {
		.difference = difference, .old = &old_owners, .new = &new_owners, .arena = &arena
	};
	char *old_index = NULL, *new_index = NULL, *output = NULL;
	size_t length = 0;
	int error = write_trees(sorted, difference->count, old, new, directory, fault);

	if (!error)
		error = read_owners(old, &old_owners, &old_index, fault);
	if (!error)
		error = read_owners(new, &new_owners, &new_index, fault);
	if (!error)
		error = read_diff(directory, &output, &length, fault);
	if (!error)
		error = print_folded(&fold, output, length, sorted, difference->count, fault);
	fold_free(&fold);
	arena_free(&arena);
	owners_free(&old_owners);
	owners_free(&new_owners);
	free(old_index);
	free(new_index);
	free(output);
	return error;
}

static char *make_directory(struct fault *fault)
{
	const char *place = getenv("TMPDIR");
	char *directory;

	if (asprintf(&directory, "%s/wireroot-diff.XXXXXX", place ? place : "/tmp") < 0) {
		fault_set(fault, ENOMEM, "compare", "", NULL);
		return NULL;
	}
	if (mkdtemp(directory))
		return directory;
	fault_set(fault, errno, "make directory", directory, NULL);
	free(directory);
	return NULL;
}

int diff_print(const struct difference *difference, const struct diff_side *old,
	       const struct diff_side *new, struct fault *fault)
{
	const struct change **sorted = NULL;
	struct fault ignored;
	char *directory;
	int error;

	if (!difference->count)
		return 0;
	directory = make_directory(fault);
	error = directory ? sort_changes(difference, &sorted, fault) : -fault->error;
	if (!error && sorted)
		error = compare(difference, sorted, old, new, directory, fault);
	if (directory)
		fs_remove_tree(directory, &ignored);
	free(directory);
	free(sorted);
	return error;
}
