/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which remote swap a node is to have, from the words of its node file and its command line:
 *
 *	wireroot.swap=remote:SIZE[,mirror=lender|disk|none][,mode=plain|lvm][,disk=/dev/...]
 *	wireroot.swap=off
 *	wireroot.swap.broker=ADDRESS[:PORT]
 *	wireroot.swap.member=NAME
 *	wireroot.swap.token=TOKEN
 *	wireroot.swap.role=lend|borrow
 *	wireroot.swap.reserve=SIZE
 *
 * SIZE is a number of bytes, or with k, m, g or t behind it of KiB, MiB, GiB or TiB. Pure.
 */
#ifndef WIREROOT_SWAP_SPEC_H
#define WIREROOT_SWAP_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../fault.h"
#include "../words.h"

#define SWAP_TOKEN_BYTES 129
#define SWAP_DISK_BYTES	 96

enum swap_mirror { SWAP_MIRROR_NONE, SWAP_MIRROR_LENDER, SWAP_MIRROR_DISK };
enum swap_mode { SWAP_PLAIN, SWAP_LVM };
enum swap_role { SWAP_LENDS_OR_BORROWS, SWAP_LENDS, SWAP_BORROWS };

/* Begin with { 0 }. */
struct swap_spec {
	uint64_t bytes; /* 0: no swap is wanted */
	enum swap_mirror mirror;
	enum swap_mode mode;
	char disk[SWAP_DISK_BYTES]; /* of mode lvm: "/dev/vda"; or empty */
	uint32_t broker; /* its address, host byte order */
	uint16_t port;
	char member[65];
	char token[SWAP_TOKEN_BYTES];
	enum swap_role role;
	uint64_t reserve_bytes; /* that the node keeps when it lends; 0: not said */
};

const char *swap_mirror_name(enum swap_mirror mirror);
const char *swap_mode_name(enum swap_mode mode);

/*
 * Take in the words of one source, the node file's first and then the kernel command line's; each
 * replaces what a lower source said. Returns 0, or -EINVAL and the first malformed word's @fault,
 * which never shows a token.
 */
int swap_spec_apply(struct swap_spec *spec, const struct words *words, struct fault *fault);

/*
 * Read back from @text, what swap_boot() left as MEMORY_DIRECTORY/member, who this node is and
 * where its broker. Returns 0, or -EINVAL with @fault when one of the three is missing or
 * malformed.
 */
int swap_spec_read_member(struct swap_spec *spec, const char *text, size_t length,
			  struct fault *fault);

/* Is all there that a node needs to ask? 0, or -ENODATA with @fault that says what is missing. */
int swap_spec_complete(const struct swap_spec *spec, struct fault *fault);

#endif
