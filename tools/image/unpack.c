// SPDX-License-Identifier: GPL-2.0-only
/* Unpacking tar archives; see unpack.h. */
#include "tools/image/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "tools/image/acl.h"

/* What is read at once; archives are read from end to end. */
#define BLOCK_BYTES (512u << 10)

#define WHITEOUT	".wh."
#define WHITEOUT_OPAQUE ".wh..wh..opq"
#define WHITEOUT_OTHER	".wh..wh." /* of aufs's own */

struct unpack {
	struct archive *archive;
	struct archive_entry *entry;
	int fd; /* the archive, at its beginning */
	const char *path; /* of it, for messages */
	struct tree *tree;
	struct progress *progress;
	struct fault *fault;
	locale_t locale, before;
};

/* --- reading ------------------------------------------------------------------------------------
 */

/* The last part of a path, however many slashes are behind it. */
static const char *last_part(const char *path)
{
	const char *part = path;

	for (const char *slash = path; (slash = strchr(slash, '/'));)
		if (*++slash && *slash != '/')
			part = slash;
	return part;
}

static int archive_fault(const struct unpack *unpack, const char *doing)
{
	int number = archive_errno(unpack->archive);
	const char *text = archive_error_string(unpack->archive);

	/* libarchive's own numbers are negative, or EILSEQ for a format that it does not know. */
	return fault_set(unpack->fault, number > 0 && number != EILSEQ ? number : EBADMSG, doing,
			 last_part(unpack->path), text);
}

static int support(struct archive *archive)
{
	/* Not "all": some of these would run programs. */
	static int (*const filters[])(struct archive *) = {
		archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
		archive_read_support_filter_xz,	  archive_read_support_filter_lzma,
		archive_read_support_filter_zstd, archive_read_support_filter_lz4,
		archive_read_support_filter_lzip, archive_read_support_filter_compress,
	};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (filters[i](archive) != ARCHIVE_OK)
			return -ENOTSUP;
	return archive_read_support_format_tar(archive) == ARCHIVE_OK ? 0 : -ENOTSUP;
}

static void unpack_close(struct unpack *unpack)
{
	if (unpack->archive)
		archive_read_free(unpack->archive);
	if (unpack->locale) {
		uselocale(unpack->before);
		freelocale(unpack->locale);
	}
}

/*
 * pax headers have names in UTF-8, which libarchive turns into the locale's characters: with C it
 * would lose them.
 */
static int unpack_open(struct unpack *unpack)
{
	unpack->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (unpack->locale)
		unpack->before = uselocale(unpack->locale);
	unpack->archive = archive_read_new();
	if (!unpack->locale || !unpack->archive || support(unpack->archive))
		return fault_set(unpack->fault, unpack->locale ? ENOMEM : ENOENT,
				 "read archive (libarchive and the locale C.UTF-8 are needed)",
				 unpack->path, NULL);
	if (archive_read_open_fd(unpack->archive, unpack->fd, BLOCK_BYTES) == ARCHIVE_OK)
		return 0;
	return archive_fault(unpack, "open archive");
}

/* The next header: 0, 1 at the end, or -errno with the fault. */
static int next_entry(struct unpack *unpack)
{
	int status = archive_read_next_header(unpack->archive, &unpack->entry);

	progress_set(unpack->progress, (uint64_t)archive_filter_bytes(unpack->archive, -1));
	if (status == ARCHIVE_EOF)
		return 1;
	if (status == ARCHIVE_OK)
		return 0;
	/* A warning is about a name that is no UTF-8: its bytes are kept. */
	if (status == ARCHIVE_WARN && archive_entry_pathname(unpack->entry))
		return 0;
	return archive_fault(unpack, "read archive");
}

/* --- making files -------------------------------------------------------------------------------
 */

static int copy_data(const struct unpack *unpack, int fd, const char *path)
{
	const void *data;
	size_t length;
	la_int64_t offset, end = 0, size = archive_entry_size(unpack->entry);
	int status;

	while ((status = archive_read_data_block(unpack->archive, &data, &length, &offset)) ==
	       ARCHIVE_OK) {
		const char *bytes = data;

		while (length > 0) {
			ssize_t put = pwrite(fd, bytes, length, offset);

			if (put < 0 && errno == EINTR)
				continue;
			if (put < 0)
				return fault_set(unpack->fault, errno, "write file of image", path,
						 NULL);
			bytes += put;
			end = offset += put;
			length -= (size_t)put;
		}
		progress_set(unpack->progress, (uint64_t)archive_filter_bytes(unpack->archive, -1));
	}
	if (status != ARCHIVE_EOF)
		return archive_fault(unpack, "read archive");
	/* A hole at the end is in no block. What was truncated, XFS writes before it is closed. */
	if (size > 0 && size != end && ftruncate(fd, size) < 0)
		return fault_set(unpack->fault, errno, "write file of image", path, NULL);
	return 0;
}

static enum acl_tag tag_of(int tag)
{
	switch (tag) {
	case ARCHIVE_ENTRY_ACL_USER:
		return ACL_TAG_USER;
	case ARCHIVE_ENTRY_ACL_USER_OBJ:
		return ACL_TAG_USER_OBJ;
	case ARCHIVE_ENTRY_ACL_GROUP:
		return ACL_TAG_GROUP;
	case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
		return ACL_TAG_GROUP_OBJ;
	case ARCHIVE_ENTRY_ACL_MASK:
		return ACL_TAG_MASK;
	default:
		return ACL_TAG_OTHER;
	}
}

static int set_acl(const struct unpack *unpack, const char *path, int fd, int type,
		   const char *name)
{
	size_t count = (size_t)archive_entry_acl_reset(unpack->entry, type), found = 0;
	struct acl_entry *entries = calloc(count ? count : 1, sizeof(*entries));
	uint8_t *bytes = malloc(ACL_HEAD_BYTES + count * ACL_ENTRY_BYTES);
	int kind, permissions, tag, id, error = entries && bytes ? 0 : -ENOMEM;
	const char *owner;

	if (error)
		fault_set(unpack->fault, error, "set ACL", path, NULL);
	while (!error && found < count &&
	       archive_entry_acl_next(unpack->entry, type, &kind, &permissions, &tag, &id,
				      &owner) == ARCHIVE_OK)
		entries[found++] = (struct acl_entry){ .tag = tag_of(tag),
						       .permissions = (unsigned int)permissions,
						       .id = (uint32_t)id };
	/* Three entries say no more than the mode. */
	if (!error && (found > 3 || (found && type == ARCHIVE_ENTRY_ACL_TYPE_DEFAULT)))
		error = tree_set_attribute(unpack->tree, path, fd, name, bytes,
					   acl_encode(entries, found, bytes), unpack->fault);
	free(entries);
	free(bytes);
	return error;
}

static int set_attributes(const struct unpack *unpack, const char *path, int fd)
{
	int count = archive_entry_xattr_reset(unpack->entry), error = 0;
	const char *name;
	const void *value;
	size_t length;

	while (!error && count-- > 0 &&
	       archive_entry_xattr_next(unpack->entry, &name, &value, &length) == ARCHIVE_OK)
		error = tree_set_attribute(unpack->tree, path, fd, name, value, length,
					   unpack->fault);
	if (!error && archive_entry_acl_count(unpack->entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS))
		error = set_acl(unpack, path, fd, ARCHIVE_ENTRY_ACL_TYPE_ACCESS,
				"system.posix_acl_access");
	if (!error && archive_entry_acl_count(unpack->entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT))
		error = set_acl(unpack, path, fd, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT,
				"system.posix_acl_default");
	return error;
}

static int make_file(const struct unpack *unpack, const char *path)
{
	struct archive_entry *entry = unpack->entry;
	struct tree_file file = {
		.mode = archive_entry_mode(entry),
		.owner = (uid_t)archive_entry_uid(entry),
		.group = (gid_t)archive_entry_gid(entry),
		.changed = { .tv_sec = archive_entry_mtime(entry),
			     .tv_nsec = archive_entry_mtime_nsec(entry) },
		.device = archive_entry_rdev(entry),
		.bytes = archive_entry_size(entry) > 0 ? (uint64_t)archive_entry_size(entry) : 0,
		.target = archive_entry_symlink(entry),
	};
	int fd, error;

	if (S_ISLNK(file.mode) && (!file.target || !*file.target))
		return fault_set(unpack->fault, EBADMSG, "make symbolic link of image", path,
				 "the archive does not say to where");
	error = tree_make(unpack->tree, path, &file, &fd, unpack->fault);
	if (error)
		return error;
	if (S_ISREG(file.mode))
		error = copy_data(unpack, fd, path);
	if (!error)
		error = set_attributes(unpack, path, fd);
	if (!error)
		return tree_finish(unpack->tree, path, &file, fd, unpack->fault);
	if (fd >= 0)
		close(fd);
	return error;
}

static int make_entry(const struct unpack *unpack, const char *path)
{
	const char *target = archive_entry_hardlink(unpack->entry);

	if (target)
		return tree_link(unpack->tree, path, target, unpack->fault);
	switch (archive_entry_filetype(unpack->entry)) {
	case AE_IFREG:
	case AE_IFDIR:
	case AE_IFLNK:
	case AE_IFCHR:
	case AE_IFBLK:
	case AE_IFIFO:
		return make_file(unpack, path);
	default: /* sockets mean nothing in another place */
		return 0;
	}
}

/* --- whole archives -----------------------------------------------------------------------------
 */

static bool is_whiteout(const char *path)
{
	return strncmp(last_part(path), WHITEOUT, strlen(WHITEOUT)) == 0;
}

/* What the whiteout at @path names: "usr/share/.wh.doc" is about usr/share/doc. */
static int apply_whiteout(const struct unpack *unpack, const char *path)
{
	const char *name = last_part(path);
	char victim[TREE_PATH_BYTES];
	int before = (int)(name - path);

	if (strcmp(name, WHITEOUT_OPAQUE) == 0) {
		snprintf(victim, sizeof(victim), "%.*s", before, path);
		return tree_empty(unpack->tree, victim, unpack->fault);
	}
	if (strncmp(name, WHITEOUT_OTHER, strlen(WHITEOUT_OTHER)) == 0)
		return 0;
	name += strlen(WHITEOUT);
	if (!*name || *name == '/' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return fault_set(unpack->fault, EBADMSG, "apply whiteout of layer", path,
				 "it names no file");
	if (snprintf(victim, sizeof(victim), "%.*s%s", before, path, name) >= (int)sizeof(victim))
		return fault_set(unpack->fault, ENAMETOOLONG, "apply whiteout of layer", path,
				 NULL);
	return tree_remove(unpack->tree, victim, unpack->fault);
}

/* What a run over an archive is for. */
enum pass { PASS_ALL, PASS_WHITEOUTS, PASS_FILES };

static int take_entry(const struct unpack *unpack, enum pass pass)
{
	const char *path = archive_entry_pathname(unpack->entry);

	if (!path || !*path)
		return fault_set(unpack->fault, EBADMSG, "read archive", last_part(unpack->path),
				 "a file in it has no name");
	if (pass == PASS_ALL || !is_whiteout(path))
		return pass == PASS_WHITEOUTS ? 0 : make_entry(unpack, path);
	return pass == PASS_WHITEOUTS ? apply_whiteout(unpack, path) : 0;
}

static int run(int fd, const char *path, enum pass pass, struct tree *tree,
	       struct progress *progress, struct fault *fault)
{
	struct unpack unpack = {
		.fd = fd, .path = path, .tree = tree, .progress = progress, .fault = fault
	};
	int error = unpack_open(&unpack);

	while (!error) {
		error = next_entry(&unpack);
		if (!error)
			error = take_entry(&unpack, pass);
	}
	unpack_close(&unpack);
	return error < 0 ? error : 0;
}

static int open_archive(const char *path, struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? fault_set(fault, errno, "open archive", path, NULL) : fd;
}

int unpack_archive(const char *path, struct tree *tree, struct progress *progress,
		   struct fault *fault)
{
	int fd = open_archive(path, fault), error;

	if (fd < 0)
		return fd;
	error = run(fd, path, PASS_ALL, tree, progress, fault);
	close(fd);
	return error;
}

int unpack_layer(int fd, const char *name, struct tree *tree, struct progress *progress,
		 struct fault *fault)
{
	/* A whiteout is about the layers below only, wherever it stands among its layer's files. */
	int error = run(fd, name, PASS_WHITEOUTS, tree, NULL, fault);

	if (!error && lseek(fd, 0, SEEK_SET) < 0)
		error = fault_set(fault, errno, "read layer", name, NULL);
	return error ? error : run(fd, name, PASS_FILES, tree, progress, fault);
}

static enum archive_kind kind_of(const char *path)
{
	path += path[0] == '.' && path[1] == '/' ? 2 : 0;
	if (strcmp(path, "oci-layout") == 0 || strcmp(path, "index.json") == 0 ||
	    strcmp(path, "manifest.json") == 0 || strncmp(path, "blobs/", 6) == 0 ||
	    strcmp(path, "blobs") == 0)
		return ARCHIVE_OCI;
	return ARCHIVE_TREE;
}

/* The kind by the first file that tells anything: "./" does not. */
static int probe(struct unpack *unpack, enum archive_kind *kind)
{
	int error = unpack_open(unpack);

	while (!error) {
		const char *path;

		error = next_entry(unpack);
		if (error)
			break;
		path = archive_entry_pathname(unpack->entry);
		if (path && path[strspn(path, "./")]) {
			*kind = kind_of(path);
			break;
		}
	}
	unpack_close(unpack);
	return error;
}

int unpack_probe(const char *path, enum archive_kind *kind, struct fault *fault)
{
	int fd = open_archive(path, fault), error;
	struct unpack unpack = { .fd = fd, .path = path, .fault = fault };

	if (fd < 0)
		return fd;
	*kind = ARCHIVE_TREE;
	error = probe(&unpack, kind);
	close(fd);
	if (error == 1)
		return fault_set(fault, EINVAL, "read archive", last_part(path), "it is empty");
	return error;
}
