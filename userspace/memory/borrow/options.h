/* SPDX-License-Identifier: GPL-2.0-only */
/* What wireroot-borrow is told, by its command line, by memory.conf, and by what the initrd left.
 */
#ifndef WIREROOT_BORROW_OPTIONS_H
#define WIREROOT_BORROW_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/memory/lib/member.h"

enum borrow_mirror { BORROW_MIRROR_NONE, BORROW_MIRROR_LENDER, BORROW_MIRROR_DISK };

struct borrow_options {
	struct member member;
	char configuration[MEMBER_PATH_BYTES];
	char directory[MEMBER_PATH_BYTES]; /* of notes */
	char mode[8]; /* "plain" or "lvm" */
	enum borrow_mirror mirror;
	char lvm_disk[MEMBER_PATH_BYTES]; /* where swap of mode "lvm" is at first; or empty */
	uint64_t size_bytes; /* is always to be there; 0: nothing */
	unsigned int hold_off_s; /* what was asked back is not asked for again so long */
	uint64_t step_bytes; /* is borrowed at a time when memory is short; 0: never */
	uint64_t most_bytes; /* no more than this in all, on demand; 0: no limit */
	unsigned int pressure_max; /* per cent of time spent waiting for memory that is too much */
	int priority; /* of the swap devices */
	char program[MEMBER_PATH_BYTES]; /* wireroot-swap */
};

const char *borrow_mirror_name(enum borrow_mirror mirror);

/*
 * Set @key of @options, as on the command line, unless it is set. Pure. 0, -ENOENT without a fault
 * for another key, -EINVAL with @fault.
 */
int borrow_options_set(struct borrow_options *options, const char *key, const char *value,
		       struct fault *fault);

/*
 * Read command line and files. 0, or an exit status above 0 when the program is to end with it: 1
 * after --help, which was printed (then *@done), or for a fault, which was printed.
 */
int borrow_options_read(struct borrow_options *options, int argc, char **argv, bool *done,
			struct fault *fault);

#endif
