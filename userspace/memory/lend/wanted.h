/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the broker wants of a lender: its answer to a report (Documentation/memory.md).
 *
 * Pure, apart from memory. Everything in it becomes a path, a name in LIO's tree or a part of what
 * tgtd is told, where commas part: what has another form than the contract's is refused, and a
 * grant of another lender is.
 */
#ifndef WIREROOT_WANTED_H
#define WIREROOT_WANTED_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "initramfs/value.h"

#define GRANT_ID_BYTES	   17 /* 16 hexadecimal digits */
#define GRANT_NAME_BYTES   224 /* RFC 7143 section 4.2.7.2 */
#define GRANT_USER_BYTES   65
#define GRANT_SECRET_BYTES 65
#define GRANT_IQN_PREFIX   "iqn.2026-11.org.wireroot:memory."
/* Of a target's name, however long the words in it are. */
#define TARGET_NAME_ROOM (GRANT_NAME_BYTES + sizeof(GRANT_IQN_PREFIX) + HOST_NAME_LENGTH)
#define GRANT_BYTES_MAX	 (UINT64_C(1) << 50)
#define INSTANCE_BYTES	 17

enum want { WANT_EXPORT, WANT_WITHDRAW, WANT_FORGET };

/* Of one that is to be exported, everything is there; of others, id and generation may be all. */
struct wanted {
	char id[GRANT_ID_BYTES];
	uint64_t generation;
	enum want want;
	uint64_t bytes;
	char borrower[HOST_NAME_LENGTH + 1];
	char iqn[GRANT_NAME_BYTES];
	char initiator[GRANT_NAME_BYTES];
	uint32_t address; /* of the initiator, host byte order; 0: not known */
	char username[GRANT_USER_BYTES], secret[GRANT_SECRET_BYTES]; /* the borrower's */
	char username_in[GRANT_USER_BYTES], secret_in[GRANT_SECRET_BYTES]; /* the target's */
};

/* Begin with { 0 }; wanted_free() in any case. */
struct wanted_list {
	uint32_t lease_s;
	uint64_t sequence;
	struct wanted *grants;
	size_t count;
};

/* 16 hexadecimal digits, small ones. */
bool grant_is_id(const char *text);

/* The name of the target of @id at @lender; with an empty @id, what all of its targets begin with.
 * Returns @name. */
char *wanted_target_name(const char *lender, const char *id, char name[static TARGET_NAME_ROOM]);

/* One element of "grants", for the lender @lender. 0, or -EINVAL with @fault. */
int wanted_read_grant(const json_t *json, const char *lender, struct wanted *wanted,
		      struct fault *fault);

/* The same grant, for the lender's own notes. A new reference, or NULL when memory ran out. */
json_t *wanted_to_json(const struct wanted *wanted);

/* The whole answer. 0, -EINVAL or -ENOMEM with @fault. */
int wanted_read(const json_t *json, const char *lender, struct wanted_list *list,
		struct fault *fault);

void wanted_free(struct wanted_list *list);

#endif
