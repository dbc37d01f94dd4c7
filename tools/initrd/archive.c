// SPDX-License-Identifier: GPL-2.0-only
/* A tree of files and its form as a cpio archive; see archive.h. */
#include "tools/initrd/archive.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <archive.h>
#include <archive_entry.h>

static int add_fault(struct fault *fault, int error, const char *path)
{
	return fault_set(fault, error, "add file to initrd", path, NULL);
}

static const struct archive_file *find(const struct archive_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->count; i++)
		if (strcmp(tree->files[i].path, path) == 0)
			return &tree->files[i];
	return NULL;
}

/* Takes @file's data over in any case; 0 or -errno. */
static int append(struct archive_tree *tree, const char *path, struct archive_file file)
{
	if (tree->count == tree->capacity) {
		size_t capacity = tree->capacity ? tree->capacity * 2 : 64;
		struct archive_file *files;

		files = reallocarray(tree->files, capacity, sizeof(*files));
		if (!files) {
			free(file.data);
			return -ENOMEM;
		}
		tree->files = files;
		tree->capacity = capacity;
	}
	file.path = strdup(path);
	if (!file.path) {
		free(file.data);
		return -ENOMEM;
	}
	tree->files[tree->count++] = file;
	return 0;
}

/* The directories above @path; 0 or -errno. */
static int add_parents(struct archive_tree *tree, const char *path)
{
	char *copy = strdup(path);
	int error = copy ? 0 : -ENOMEM;

	for (char *slash = copy; !error && (slash = strchr(slash, '/')); slash++) {
		const struct archive_file *parent;

		*slash = '\0';
		parent = find(tree, copy);
		if (!parent)
			error = append(tree, copy, (struct archive_file){ .mode = S_IFDIR | 0755 });
		else if (!S_ISDIR(parent->mode))
			error = -ENOTDIR;
		*slash = '/';
	}
	free(copy);
	return error;
}

static int add(struct archive_tree *tree, const char *path, struct archive_file file,
	       struct fault *fault)
{
	int error = find(tree, path) ? -EEXIST : add_parents(tree, path);

	if (error)
		free(file.data);
	else
		error = append(tree, path, file);
	return error ? add_fault(fault, error, path) : 0;
}

int archive_tree_add_file(struct archive_tree *tree, const char *path, mode_t permissions,
			  char *data, size_t length, struct fault *fault)
{
	return add(tree, path,
		   (struct archive_file){
			   .mode = S_IFREG | permissions, .data = data, .length = length },
		   fault);
}

int archive_tree_add_directory(struct archive_tree *tree, const char *path, mode_t permissions,
			       struct fault *fault)
{
	return add(tree, path, (struct archive_file){ .mode = S_IFDIR | permissions }, fault);
}

int archive_tree_add_link(struct archive_tree *tree, const char *path, const char *target,
			  struct fault *fault)
{
	char *copy = strdup(target);

	if (!copy)
		return add_fault(fault, ENOMEM, path);
	/* add() takes it over, which cppcheck does not see through the struct. */
	// cppcheck-suppress memleak
	return add(tree, path, (struct archive_file){ .mode = S_IFLNK | 0777, .data = copy },
		   fault);
}

int archive_tree_add_device(struct archive_tree *tree, const char *path, mode_t permissions,
			    unsigned int major_number, unsigned int minor_number,
			    struct fault *fault)
{
	return add(tree, path,
		   (struct archive_file){ .mode = S_IFCHR | permissions,
					  .device = makedev(major_number, minor_number) },
		   fault);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct archive_file *)a)->path,
		      ((const struct archive_file *)b)->path);
}

/* A directory has a link from its parent, its own "." and one ".." from each directory in it. */
static unsigned int count_links(const struct archive_tree *tree, const struct archive_file *file)
{
	size_t length = strlen(file->path);
	unsigned int links = 2;

	if (!S_ISDIR(file->mode))
		return 1;
	for (size_t i = 0; i < tree->count; i++) {
		const struct archive_file *other = &tree->files[i];

		links += S_ISDIR(other->mode) && strncmp(other->path, file->path, length) == 0 &&
			 other->path[length] == '/' && !strchr(other->path + length + 1, '/');
	}
	return links;
}

/* What reproducible builds agree on (reproducible-builds.org, SOURCE_DATE_EPOCH). */
static time_t source_date(void)
{
	const char *value = getenv("SOURCE_DATE_EPOCH");
	long long seconds = value ? atoll(value) : 0;

	/* The archive has 32 bits for it. */
	return seconds > 0 && seconds <= UINT32_MAX ? (time_t)seconds : 0;
}

static int write_file(struct archive *archive, const struct archive_tree *tree, size_t index,
		      time_t mtime)
{
	const struct archive_file *file = &tree->files[index];
	struct archive_entry *entry = archive_entry_new();
	int code;

	if (!entry)
		return ARCHIVE_FATAL;
	archive_entry_set_pathname(entry, file->path);
	archive_entry_set_mode(entry, file->mode);
	archive_entry_set_ino(entry, (la_int64_t)index + 1);
	archive_entry_set_nlink(entry, count_links(tree, file));
	archive_entry_set_mtime(entry, mtime, 0);
	archive_entry_set_size(entry, S_ISREG(file->mode) ? (la_int64_t)file->length : 0);
	if (S_ISLNK(file->mode))
		archive_entry_set_symlink(entry, file->data);
	if (S_ISCHR(file->mode))
		archive_entry_set_rdev(entry, file->device);
	code = archive_write_header(archive, entry);
	archive_entry_free(entry);
	if (code == ARCHIVE_OK && S_ISREG(file->mode) && file->length &&
	    archive_write_data(archive, file->data, file->length) != (la_ssize_t)file->length)
		code = ARCHIVE_FATAL;
	return code;
}

static la_ssize_t write_to_text(struct archive *archive, void *context, const void *bytes,
				size_t length)
{
	struct text *text = context;

	text_add_bytes(text, bytes, length);
	if (text->error) {
		archive_set_error(archive, text->error, "no memory");
		return -1;
	}
	return (la_ssize_t)length;
}

int archive_tree_write(struct archive_tree *tree, struct text *cpio, struct fault *fault)
{
	struct archive *archive = archive_write_new();
	time_t mtime = source_date();
	int code, error = 0;

	if (!archive)
		return fault_set(fault, ENOMEM, "write cpio archive", "", NULL);
	qsort(tree->files, tree->count, sizeof(*tree->files), compare_paths);
	archive_write_set_format_cpio_newc(archive);
	archive_write_set_bytes_in_last_block(archive, 1);
	code = archive_write_open(archive, cpio, NULL, write_to_text, NULL);
	for (size_t i = 0; i < tree->count && code == ARCHIVE_OK; i++)
		code = write_file(archive, tree, i, mtime);
	if (code == ARCHIVE_OK)
		code = archive_write_close(archive);
	if (code != ARCHIVE_OK) {
		int cause = archive_errno(archive);
		const char *why = archive_error_string(archive);

		error = fault_set(fault, cause > 0 ? cause : EINVAL, "write cpio archive",
				  why ? why : "", NULL);
	}
	archive_write_free(archive);
	return error;
}

void archive_tree_free(struct archive_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->files[i].path);
		free(tree->files[i].data);
	}
	free(tree->files);
	*tree = (struct archive_tree){ 0 };
}
