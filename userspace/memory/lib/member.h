/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who a member is and where its broker is: what wireroot-lend and wireroot-borrow need before
 * anything else.
 *
 * What the command line says comes first, then the file of settings, then what the initrd has left
 * in /run/wireroot/memory/member for a node that borrowed before its second stage began.
 */
#ifndef WIREROOT_MEMBER_H
#define WIREROOT_MEMBER_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "initramfs/value.h"
#include "userspace/memory/lib/settings.h"

#define MEMBER_CONFIGURATION "/etc/wireroot/memory.conf"
#define MEMBER_FROM_INITRD   "/run/wireroot/memory/member"
#define MEMBER_BROKER_PORT   8017 /* wirerootd's, where the broker's address names none */

#define MEMBER_BROKER_BYTES 256
#define MEMBER_NAME_BYTES   (HOST_NAME_LENGTH + 1)
#define MEMBER_TOKEN_BYTES  129
#define MEMBER_PATH_BYTES   256

/* Begin with { 0 }. What is known already (by the command line) is kept. */
struct member {
	char broker[MEMBER_BROKER_BYTES]; /* "http://10.0.0.1:8017" */
	char name[MEMBER_NAME_BYTES];
	char token[MEMBER_TOKEN_BYTES];
	char token_file[MEMBER_PATH_BYTES];
};

/*
 * Set @key of @member to @value unless it has one: "broker", "member", "token" or "token-file".
 * Pure. 0, -ENOENT without a fault when the key is another one, -EINVAL with @fault.
 */
int member_set(struct member *member, const char *key, const char *value, struct fault *fault);

/* The same for what the initrd left; other keys are passed over. A settings_take, of a member. */
int member_take(void *member, const char *key, const char *value, struct fault *fault);

/* All that there is to know is known. */
bool member_is_complete(const struct member *member);

/*
 * Fill in what is not known yet: the token from ->token_file, the rest from the file @from_initrd
 * (usually MEMBER_FROM_INITRD) where it is. -ENOENT with a @fault that says what is missing.
 */
int member_finish(struct member *member, const char *from_initrd, struct fault *fault);

#endif
