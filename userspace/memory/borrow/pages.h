/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which processes have pages of their own on which swap device, from /proc/PID/pagemap. What they
 * share does not show there; see shared.h.
 */
#ifndef WIREROOT_PAGES_H
#define WIREROOT_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SWAP_TYPES_MAX	 32
#define SWAP_NAME_BYTES	 256
#define PAGES_NAME_BYTES 32

/*
 * The kernel's numbers of swap devices, which a page's entry holds and nothing tells: a new device
 * gets the lowest that is free. /proc/swaps lists them in the order of their numbers.
 */
struct swap_types {
	char name[SWAP_TYPES_MAX][SWAP_NAME_BYTES]; /* empty: free */
};

struct swap_usage {
	uint64_t size_bytes, used_bytes;
};

/* Bring @types up to date with @text, /proc/swaps; the devices that are new get numbers. Pure. */
void swap_types_update(struct swap_types *types, const char *text);

/* The number of @device ("/dev/dm-0"), or -1. Pure. */
int swap_types_find(const struct swap_types *types, const char *device);

/* How full @device is by @text, /proc/swaps; false when it is not there. Pure. */
bool swap_usage_of(const char *text, const char *device, struct swap_usage *usage);

/* The sum of all devices but @except. Pure. */
struct swap_usage swap_usage_but(const char *text, const char *except);

/* Whether an entry of pagemap is a page on the device with the number @type. Pure. */
bool pagemap_is_on(uint64_t entry, int type);

/* A process with pages there. */
struct page_owner {
	pid_t pid;
	char name[PAGES_NAME_BYTES];
	uint64_t bytes;
	uint64_t shared_bytes; /* in swap, there or elsewhere, and not its own alone */
};

/*
 * Look through all processes for pages on @type: the @count_max that have most, the first most of
 * all. Those that have none there and share memory that is in swap come last. Returns how many;
 * @all_bytes, unless NULL, is what all processes have there of their own.
 */
size_t pages_find_owners(int type, struct page_owner *owners, size_t count_max,
			 uint64_t *all_bytes);

/*
 * Have all pages on @type read into memory, @room_bytes of them at the most, by several threads at
 * once: the kernel's swapoff reads one after the other. Ends when all has been asked for. Returns
 * the bytes that were found there.
 */
uint64_t pages_prefetch(int type, uint64_t room_bytes);

#endif
