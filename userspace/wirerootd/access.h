/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which nodes are booting, and may have their segments.
 *
 * A boot begins when the node itself fetches its script, and lasts until its timeline tells of the
 * hand-over, ACCESS_SECONDS at most. Only nodes of an index get here, so that these bound what is
 * remembered. With a directory, each node's last boot is kept in MAC.boot there, so that a restart
 * of wirerootd ends no boot and forgets no generation that a node runs:
 *
 *	generation 17
 *	address 10.87.0.11
 *	fetched 1795230000         seconds since 1970
 *	ended 0                    the same; 0: not yet
 *
 * The file `since` there says from when on none is missing.
 */
#ifndef WIREROOT_ACCESS_H
#define WIREROOT_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "initramfs/fault.h"
#include "userspace/wirerootd/index.h"
#include "userspace/wirerootd/listen.h"

/* Firmware, kernel and a slow driver take a minute or two; iPXE fetches the script anew each time
 * that it starts. */
#define ACCESS_SECONDS		900
#define ACCESS_GENERATION_BYTES 32
#define ACCESS_FILE_BYTES	256

struct boot {
	uint8_t mac[6];
	char peer[ADDRESS_TEXT_BYTES]; /* that fetched the script */
	char generation[ACCESS_GENERATION_BYTES]; /* that was served then */
	time_t fetched;
	time_t ended; /* the hand-over; 0: not yet */
};

struct access {
	void *by_mac; /* a tree as of tsearch(3) */
	const char *directory; /* NULL: nothing is kept */
	time_t since; /* boots of before may not be known */
};

/* @directory, NULL or for the files, has to outlive @access, which begins @now. */
void access_init(struct access *access, const char *directory, time_t now);
void access_free(struct access *access);

/*
 * Read the boots that are kept in the directory, and since when; a directory without that is new
 * and gets it. Boots of nodes that are not in @index any more are deleted once they are a month
 * old. 0 or -errno with @fault.
 */
int access_load(struct access *access, const struct node_index *index, time_t now,
		struct fault *fault);

/* The node with @mac, at @peer, has fetched its script. 0, or -errno with @fault filled in:
 * -ENOMEM, or another when it is remembered but could not be kept on disk. */
int access_begin(struct access *access, const uint8_t mac[static 6], const char *peer,
		 const char *generation, time_t now, struct fault *fault);

/* The boot of the node with @mac, if there is one, has come to its hand-over. The same. */
int access_end(struct access *access, const uint8_t mac[static 6], time_t now, struct fault *fault);

/* The last boot of the node with @mac, or NULL. */
const struct boot *access_find(const struct access *access, const uint8_t mac[static 6]);

/* Call @visit with every boot. */
void access_walk(const struct access *access, void (*visit)(const struct boot *boot, void *context),
		 void *context);

/* Is @boot under way? NULL is none. */
bool access_is_open(const struct boot *boot, time_t now);

/* Read a file as above, but for its MAC address. 0 or -EINVAL. */
int access_parse(const char *text, size_t length, struct boot *boot);

#endif
