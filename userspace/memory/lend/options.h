/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What wireroot-lend is told: by options and by /etc/wireroot/memory.conf, whose keys are the
 * options' names, with `lend-` before those that are the lender's alone. Options come first, and
 * last what the initrd has left, where the definition says it of a node.
 */
#ifndef WIREROOT_LEND_OPTIONS_H
#define WIREROOT_LEND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/memory/lend/backing.h"
#include "userspace/memory/lib/member.h"

#define LEND_DIRECTORY	   "/run/wireroot/lend"
#define LEND_PORT	   3261 /* beside 3260, where this host's own targets are */
#define LEND_INTERVAL_S	   5
#define LEND_PRESSURE	   10.0
#define LEND_LEAVE_S	   60
#define LEND_PRESSURE_FILE "/proc/pressure/memory"

enum lend_target { LEND_TARGET_TGT, LEND_TARGET_LIO };
enum lend_guests { LEND_GUESTS_BACKED, LEND_GUESTS_RETURNING };

struct lend_options {
	struct member member;
	const char *configuration; /* its path; NULL: MEMBER_CONFIGURATION, where it is */
	uint64_t reserve_bytes; /* 0: reserve_per_cent of the memory */
	unsigned int reserve_per_cent;
	uint64_t limit_bytes; /* 0: none */
	enum backing_kind backing;
	enum lend_target target;
	uint32_t address; /* host byte order; 0: the one by which the broker is reached */
	uint16_t port;
	unsigned int interval_s, leave_s;
	double pressure_max;
	char pressure_file[MEMBER_PATH_BYTES];
	char directory[MEMBER_PATH_BYTES];
	enum lend_guests guests;
	uint16_t guest_port; /* 0: guests are not listened to */
	char guest_token_file[MEMBER_PATH_BYTES];
	bool guest; /* it is one, and reports to @host */
	char host[MEMBER_PATH_BYTES];
	/* Which of them have been set. */
	uint32_t set;
};

/*
 * Read the command line and the file. 0; 1 when there is nothing more to do, with *@status for
 * exit(); -errno with @fault.
 */
int lend_options_read(struct lend_options *options, int argc, char **argv, int *status,
		      struct fault *fault);

/* The keys of a file. A settings_take, of struct lend_options. Pure. */
int lend_options_take(void *options, const char *key, const char *value, struct fault *fault);

/*
 * The lender's keys of what the initrd left, whose others are passed over. A settings_take, of
 * struct lend_options. Pure.
 */
int lend_options_take_left(void *options, const char *key, const char *value, struct fault *fault);

/* What is not set gets its default. */
void lend_options_finish(struct lend_options *options);

#endif
