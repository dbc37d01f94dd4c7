/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory in swap that is nobody's alone: files in tmpfs, and what processes share. A process's page
 * tables do not show it, and on which of several swap devices it is, nothing tells.
 */
#ifndef WIREROOT_BORROW_SHARED_H
#define WIREROOT_BORROW_SHARED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A mapping of memory that has no name in any file system but is shared, which nothing but the
 * processes that map it leads to. */
struct shared_mapping {
	uint64_t start, end;
	uint64_t device, inode; /* the same for all who share it */
};

/* Read a line of /proc/PID/maps; false when it is another kind of mapping. Pure. */
bool shared_mapping_read(const char *line, struct shared_mapping *mapping);

/* How much of what @pid shares with others is in swap, of which @private_bytes are its own pages
 * there. */
uint64_t shared_in_swap(pid_t pid, uint64_t private_bytes);

/*
 * Have all of it read into memory, from all swap devices, which therefore has to have room for it.
 * Ends when it has been asked for. Files in tmpfs of other mount namespaces are left out.
 */
void shared_prefetch(void);

#endif
