// SPDX-License-Identifier: GPL-2.0-only
/* Reading of cpio archives; see cpio.h. */
#include "tools/initrd/cpio.h"

#include <errno.h>
#include <string.h>

/* "070701" or "070702", then 13 numbers of 8 hexadecimal digits. */
#define MAGIC_LENGTH  6
#define FIELD_LENGTH  8
#define FIELD_COUNT   13
#define HEADER_LENGTH (MAGIC_LENGTH + FIELD_COUNT * FIELD_LENGTH)

/* The kernel's PATH_MAX; it passes members with longer names over. */
#define NAME_BYTES_MAX 4096

enum field {
	FIELD_INODE,
	FIELD_MODE,
	FIELD_UID,
	FIELD_GID,
	FIELD_LINKS,
	FIELD_MTIME,
	FIELD_LENGTH_BYTES,
	FIELD_DEV_MAJOR,
	FIELD_DEV_MINOR,
	FIELD_RDEV_MAJOR,
	FIELD_RDEV_MINOR,
	FIELD_NAME_BYTES,
	FIELD_CHECKSUM,
};

bool cpio_is_member(const void *data, size_t length)
{
	return length >= MAGIC_LENGTH && (memcmp(data, "070701", MAGIC_LENGTH) == 0 ||
					  memcmp(data, "070702", MAGIC_LENGTH) == 0);
}

static bool parse_field(const char *digits, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < FIELD_LENGTH; i++) {
		char c = digits[i];

		*value <<= 4;
		if (c >= '0' && c <= '9')
			*value |= (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*value |= (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			*value |= (uint32_t)(c - 'A' + 10);
		else
			return false;
	}
	return true;
}

/* How many bytes are missing to a multiple of four. */
static size_t padding(size_t length)
{
	return (4 - length % 4) % 4;
}

static int refuse(const char **why, const char *reason)
{
	*why = reason;
	return -EINVAL;
}

int cpio_next(const void *archive, size_t length, size_t *offset, struct cpio_member *member,
	      const char **why)
{
	const char *header = (const char *)archive + *offset;
	size_t rest = length - *offset, used;
	uint32_t fields[FIELD_COUNT], name_bytes;

	if (rest < HEADER_LENGTH)
		return refuse(why, "the archive ends without its trailer");
	if (!cpio_is_member(header, rest))
		return refuse(why, "a member does not begin with 070701 or 070702");
	for (int i = 0; i < FIELD_COUNT; i++)
		if (!parse_field(header + MAGIC_LENGTH + (size_t)i * FIELD_LENGTH, &fields[i]))
			return refuse(why, "a member's header has a digit that is not hexadecimal");
	rest -= HEADER_LENGTH;
	name_bytes = fields[FIELD_NAME_BYTES];
	if (name_bytes == 0 || name_bytes > NAME_BYTES_MAX || name_bytes > rest)
		return refuse(why, "a member's name is empty, too long or runs past the end");
	if (header[HEADER_LENGTH + name_bytes - 1] != '\0')
		return refuse(why, "a member's name does not end with a NUL");
	used = HEADER_LENGTH + name_bytes;
	rest -= name_bytes;
	if (padding(used) > rest || fields[FIELD_LENGTH_BYTES] > rest - padding(used))
		return refuse(why, "a member's data runs past the end");
	rest -= padding(used);
	used += padding(used);
	*member = (struct cpio_member){
		.name = header + HEADER_LENGTH,
		.inode = fields[FIELD_INODE],
		.mode = fields[FIELD_MODE],
		.links = fields[FIELD_LINKS],
		.mtime = fields[FIELD_MTIME],
		.uid = fields[FIELD_UID],
		.gid = fields[FIELD_GID],
		.device_major = fields[FIELD_RDEV_MAJOR],
		.device_minor = fields[FIELD_RDEV_MINOR],
		.data = header + used,
		.length = fields[FIELD_LENGTH_BYTES],
	};
	used += member->length;
	rest -= member->length;
	/* The last member's padding may be missing. */
	used += padding(member->length) < rest ? padding(member->length) : rest;
	*offset += used;
	return strcmp(member->name, "TRAILER!!!") != 0;
}
