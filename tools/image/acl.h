/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * POSIX ACLs in the form that the kernel keeps as extended attributes: version 2, then for each
 * entry tag, permissions and id, little-endian (linux/posix_acl_xattr.h). Pure.
 */
#ifndef WIREROOT_IMAGE_ACL_H
#define WIREROOT_IMAGE_ACL_H

#include <stddef.h>
#include <stdint.h>

enum acl_tag {
	ACL_TAG_USER_OBJ = 0x01,
	ACL_TAG_USER = 0x02,
	ACL_TAG_GROUP_OBJ = 0x04,
	ACL_TAG_GROUP = 0x08,
	ACL_TAG_MASK = 0x10,
	ACL_TAG_OTHER = 0x20,
};

struct acl_entry {
	enum acl_tag tag;
	unsigned int permissions; /* 4 read, 2 write, 1 execute */
	uint32_t id; /* of ACL_TAG_USER and ACL_TAG_GROUP */
};

#define ACL_HEAD_BYTES	4
#define ACL_ENTRY_BYTES 8

/* Sorts @entries by tag and id, as the kernel wants them; writes ACL_HEAD_BYTES + @count *
 * ACL_ENTRY_BYTES to @bytes and returns that number. */
size_t acl_encode(struct acl_entry *entries, size_t count, uint8_t *bytes);

#endif
