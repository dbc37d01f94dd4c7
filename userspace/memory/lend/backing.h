/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that is lent: a sparse file for each grant, in a file system of our own in memory.
 *
 *	tmpfs	pages come as they are written and go when the borrower discards them
 *	huge	tmpfs with huge pages: quicker, and goes in pieces of 2 MiB
 *	ramfs	never swapped whatever the kernel; but it cannot punch holes, so that what was
 *written once is taken until the grant ends
 *
 * hugetlbfs is not among them: the kernel has no write for its files, only mmap(2), and targets
 * write. tgt's rdwr and LIO's fileio take such a file and fail every write with EINVAL, tgt's aio
 * cannot open it, and a loop device over it is read-only (6.1) or refused (6.12).
 *
 * A lent page must not go to a disk, where it would be slow and would outlive the grant: tmpfs is
 * mounted `noswap` where the kernel knows that (6.4). Where not, backing_open() says so, and it is
 * for the target's daemon to run in a control group that does not swap.
 *
 * What a borrower wrote is never seen by another one: a file is made anew for each grant, and
 * backing_clear() gives back every page and looks that none is left before the name goes.
 */
#ifndef WIREROOT_BACKING_H
#define WIREROOT_BACKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"

enum backing_kind { BACKING_TMPFS, BACKING_HUGE, BACKING_RAMFS };

#define BACKING_PATH_BYTES 256

struct backing {
	enum backing_kind kind;
	char directory[BACKING_PATH_BYTES];
	bool resident; /* the kernel keeps its pages in memory by itself */
	bool punches; /* freed pages can be given back one by one */
};

/* "tmpfs", "huge", "ramfs". */
bool backing_read_kind(const char *text, enum backing_kind *kind);

/*
 * Mount @kind at @directory, which is made, unless it is there from an earlier life: then its kind
 * stays what it was. @limit_bytes: no more than so much, ramfs excepted. 0 or -errno with @fault.
 */
int backing_open(struct backing *backing, enum backing_kind kind, const char *directory,
		 uint64_t limit_bytes, struct fault *fault);

/* Take the file system away. -EBUSY when somebody uses a file of it. */
int backing_close(const struct backing *backing, struct fault *fault);

/* "DIRECTORY/ID". Returns @path. */
char *backing_path(const struct backing *backing, const char *id,
		   char path[static BACKING_PATH_BYTES + 32]);

/* A new file with @bytes and no page. What is left of that name is cleared first. */
int backing_make(const struct backing *backing, const char *id, uint64_t bytes,
		 struct fault *fault);

/* Is the file there, with its size? -ENOENT or -EINVAL. */
int backing_check(const struct backing *backing, const char *id, uint64_t bytes,
		  struct fault *fault);

/* How much of it has pages. 0 when there is no such file. */
uint64_t backing_allocated(const struct backing *backing, const char *id);

/* Give back every page, make sure of that, and remove the file. 0 when there is none. */
int backing_clear(const struct backing *backing, const char *id, struct fault *fault);

/* Call @visit with the name of each file; ends with the first that is not 0 and returns it. */
int backing_each(const struct backing *backing,
		 int (*visit)(void *context, const char *id, struct fault *fault), void *context,
		 struct fault *fault);

#endif
