// SPDX-License-Identifier: GPL-2.0-only
/* The first page of a swap device; swap_header.h has the contract. */
#include <errno.h>
#include <string.h>

#include "swap_header.h"

#define SIGNATURE "SWAPSPACE2"
/* Behind what a boot sector may need. */
#define INFO_OFFSET 1024
/* SWAP_MIN_PAGES of mkswap: with fewer there is nothing to swap to. */
#define PAGES_MIN 10

/* In the byte order of the machine, in which the kernel reads it, too. */
struct info {
	uint32_t version;
	uint32_t last_page;
	uint32_t bad_pages;
	uint8_t uuid[16];
	char label[SWAP_HEADER_LABEL_BYTES];
};

int swap_header_write(uint8_t *page, size_t page_bytes, uint64_t device_bytes,
		      const uint8_t uuid[static 16], const char *label, struct fault *fault)
{
	uint64_t pages = device_bytes / page_bytes;
	struct info info = { .version = 1, .last_page = (uint32_t)(pages - 1) };

	if (pages < PAGES_MIN || pages > UINT32_MAX)
		return fault_set(fault, EINVAL, "make a swap device", "",
				 "it has too few or too many pages");
	memset(page, 0, page_bytes);
	memcpy(info.uuid, uuid, sizeof(info.uuid));
	strncpy(info.label, label, sizeof(info.label) - 1);
	memcpy(page + INFO_OFFSET, &info, sizeof(info));
	memcpy(page + page_bytes - strlen(SIGNATURE), SIGNATURE, strlen(SIGNATURE));
	return 0;
}
