/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of QEMU for a node of the lab. */
#ifndef WIREROOT_LAB_QEMU_H
#define WIREROOT_LAB_QEMU_H

#include "initramfs/fault.h"
#include "tools/lab/node.h"

#define QEMU_WORDS_MAX 160

struct qemu_words {
	char *words[QEMU_WORDS_MAX + 1]; /* up to NULL */
	size_t count;
	int error; /* 0, or why the list is not complete */
};

/*
 * The words for @options, with NIC number N on the tap behind the descriptor taps[N], and QMP on
 * the socket behind @qmp, which listens. QEMU begins with stopped processors. Files that it needs
 * (UEFI variables, one initrd of several) are made below run/. To be freed whatever is returned.
 */
int qemu_words(const struct node_options *options, const int taps[static LAB_NICS_MAX], int qmp,
	       struct qemu_words *words, struct fault *fault);
void qemu_words_free(struct qemu_words *words);

#endif
