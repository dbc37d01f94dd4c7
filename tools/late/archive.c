// SPDX-License-Identifier: GPL-2.0-only
/* What is called of libarchive; see late.h. */
#include "tools/late/late.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdarg.h>
#include <stdio.h>

/* The longest story that is told. */
#define STORY_BYTES 512

void archive_set_error(struct archive *archive, int error, const char *format, ...)
{
	static __typeof__(archive_set_error) *found;
	char story[STORY_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(story, sizeof(story), format, arguments);
	va_end(arguments);
	if (!found)
		found = (__typeof__(archive_set_error) *)late_find(LATE_ARCHIVE,
								   "archive_set_error");
	found(archive, error, "%s", story);
}

/* clang-format off */
LATE(LATE_ARCHIVE, int, archive_entry_acl_count,
     (struct archive_entry *entry, int types), (entry, types))
LATE(LATE_ARCHIVE, int, archive_entry_acl_next,
     (struct archive_entry *entry, int types, int *type, int *permissions, int *tag, int *id,
      const char **name), (entry, types, type, permissions, tag, id, name))
LATE(LATE_ARCHIVE, int, archive_entry_acl_reset,
     (struct archive_entry *entry, int types), (entry, types))
LATE(LATE_ARCHIVE, mode_t, archive_entry_filetype, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, void, archive_entry_free, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, la_int64_t, archive_entry_gid, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, const char *, archive_entry_hardlink, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, mode_t, archive_entry_mode, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, time_t, archive_entry_mtime, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, long, archive_entry_mtime_nsec, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, struct archive_entry *, archive_entry_new, (void), ())
LATE(LATE_ARCHIVE, const char *, archive_entry_pathname, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, dev_t, archive_entry_rdev, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, void, archive_entry_set_ino,
     (struct archive_entry *entry, la_int64_t value), (entry, value))
LATE(LATE_ARCHIVE, void, archive_entry_set_mode,
     (struct archive_entry *entry, mode_t mode), (entry, mode))
LATE(LATE_ARCHIVE, void, archive_entry_set_mtime,
     (struct archive_entry *entry, time_t seconds, long nanoseconds),
     (entry, seconds, nanoseconds))
LATE(LATE_ARCHIVE, void, archive_entry_set_nlink,
     (struct archive_entry *entry, unsigned int count), (entry, count))
LATE(LATE_ARCHIVE, void, archive_entry_set_pathname,
     (struct archive_entry *entry, const char *path), (entry, path))
LATE(LATE_ARCHIVE, void, archive_entry_set_rdev,
     (struct archive_entry *entry, dev_t device), (entry, device))
LATE(LATE_ARCHIVE, void, archive_entry_set_size,
     (struct archive_entry *entry, la_int64_t value), (entry, value))
LATE(LATE_ARCHIVE, void, archive_entry_set_symlink,
     (struct archive_entry *entry, const char *path), (entry, path))
LATE(LATE_ARCHIVE, la_int64_t, archive_entry_size, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, const char *, archive_entry_symlink, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, la_int64_t, archive_entry_uid, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, int, archive_entry_xattr_next,
     (struct archive_entry *entry, const char **name, const void **value, size_t *size),
     (entry, name, value, size))
LATE(LATE_ARCHIVE, int, archive_entry_xattr_reset, (struct archive_entry *entry), (entry))
LATE(LATE_ARCHIVE, int, archive_errno, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, const char *, archive_error_string, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, la_int64_t, archive_filter_bytes,
     (struct archive *archive, int filter), (archive, filter))
LATE(LATE_ARCHIVE, int, archive_read_data_block,
     (struct archive *archive, const void **buffer, size_t *size, la_int64_t *offset),
     (archive, buffer, size, offset))
LATE(LATE_ARCHIVE, int, archive_read_free, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, struct archive *, archive_read_new, (void), ())
LATE(LATE_ARCHIVE, int, archive_read_next_header,
     (struct archive *archive, struct archive_entry **entry), (archive, entry))
LATE(LATE_ARCHIVE, int, archive_read_open_fd,
     (struct archive *archive, int fd, size_t block_size), (archive, fd, block_size))
LATE(LATE_ARCHIVE, int, archive_read_support_filter_bzip2, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_read_support_filter_compress,
     (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_read_support_filter_gzip, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_read_support_filter_lz4, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_read_support_filter_lzip, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_read_support_filter_lzma, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_read_support_filter_xz, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_read_support_filter_zstd, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_read_support_format_tar, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_write_close, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, la_ssize_t, archive_write_data,
     (struct archive *archive, const void *data, size_t size), (archive, data, size))
LATE(LATE_ARCHIVE, int, archive_write_free, (struct archive *archive), (archive))
LATE(LATE_ARCHIVE, int, archive_write_header,
     (struct archive *archive, struct archive_entry *entry), (archive, entry))
LATE(LATE_ARCHIVE, struct archive *, archive_write_new, (void), ())
LATE(LATE_ARCHIVE, int, archive_write_open,
     (struct archive *archive, void *context, archive_open_callback *open,
      archive_write_callback *write, archive_close_callback *close),
     (archive, context, open, write, close))
LATE(LATE_ARCHIVE, int, archive_write_set_bytes_in_last_block,
     (struct archive *archive, int bytes), (archive, bytes))
LATE(LATE_ARCHIVE, int, archive_write_set_format_cpio_newc,
     (struct archive *archive), (archive))
