/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What members and administrators send to the broker, and memory.json: JSON into structs.
 *
 * Strict about what is known: types, ranges, names, lengths; members that are not known are passed
 * over, so that a newer program can say more. Pure. Functions return 0, or -EINVAL or -ENOMEM with
 * @fault, whose peer says which member of the JSON is wrong. Secrets are in no fault.
 */
#ifndef WIREROOT_MEMORY_MESSAGE_H
#define WIREROOT_MEMORY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/wirerootd/memory/brokerage.h"

#define MESSAGE_BYTES_MAX     ((size_t)64 << 10)
#define MESSAGE_TOKEN_BYTES   129
#define MESSAGE_MEMBERS_MAX   200000
#define MESSAGE_LEASE_S_MAX   3600
#define MESSAGE_DEADLINE_MAX  604800 /* seconds: a week */
#define MESSAGE_GRANT_MINIMUM ((uint64_t)1 << 20)
#define MESSAGE_GRANT_UNIT    4096 /* a page */
#define MESSAGE_BYTES_OF_ALL  ((uint64_t)1 << 50) /* no amount of memory is larger */

int message_lender_report(const char *text, size_t length, struct lender_report *report,
			  struct fault *fault);
int message_borrower_report(const char *text, size_t length, struct borrower_report *report,
			    struct fault *fault);

/* @borrower is the name in it. */
int message_ask(const char *text, size_t length, struct brokerage_ask *ask,
		char borrower[static BROKERAGE_NAME_BYTES], struct fault *fault);

/* *@has is false for null. */
int message_ceiling(const char *text, size_t length, bool *has, uint64_t *bytes,
		    struct fault *fault);
int message_wish(const char *text, size_t length, char borrower[static BROKERAGE_NAME_BYTES],
		 uint64_t *bytes, struct fault *fault);

/* Nothing at all, as {}, leaves *@deadline_s as it is. */
int message_return(const char *text, size_t length, unsigned int *deadline_s, struct fault *fault);

/* 16 hexadecimal digits, not all 0. */
bool message_id(const char *text, uint64_t *id);

/* memory.json. */
struct message_members {
	char admin_token[MESSAGE_TOKEN_BYTES];
	uint16_t line_port; /* 0: off */
	unsigned int lease_s, deadline_s;
	enum overdue_policy policy;
	struct member_rules *rules; /* in the order of the file */
	char (*tokens)[MESSAGE_TOKEN_BYTES];
	size_t count;
};

/* message_members_free() after success. */
int message_members(const char *text, size_t length, struct message_members *members,
		    struct fault *fault);
void message_members_free(struct message_members *members);

#endif
