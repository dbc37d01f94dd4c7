/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guests of a host, as they tell of themselves: monitoring inside the guest, lending by its
 * host. Pure.
 *
 * What a guest has free helps its host only when the guest gives free pages back (virtio-balloon
 * with free-page-reporting=on): then they are in the host's MemAvailable, and can be lent like any
 * other; but the guest may take them again at any moment. So its host holds back, of what a guest
 * has available, as much as the guest wants to have in reserve. Of one that has fallen silent
 * nobody knows: all that it had available is held. Where guests have all of their memory for good,
 * nothing is in the host's MemAvailable that they could take, and nothing is held.
 */
#ifndef WIREROOT_GUESTS_H
#define WIREROOT_GUESTS_H

#include "userspace/memory/lend/guest_message.h"

#define GUESTS_MAX 256

/* So many of the guest's own intervals without a word: it is silent. */
#define GUEST_SILENT_MS 15000
/* One that is silent for so long is off, and what it had is the host's. */
#define GUEST_FORGOTTEN_MS 600000

struct guest {
	struct guest_message last;
	int64_t heard_ms;
};

/* Begin with { 0 }. */
struct guests {
	struct guest list[GUESTS_MAX];
	size_t count;
};

/* Note @message down. False when it is an old one, or there are too many guests. */
bool guests_hear(struct guests *guests, const struct guest_message *message, int64_t now_ms);

/* Drop those that have been silent for long. */
void guests_age(struct guests *guests, int64_t now_ms);

/* What the host holds back for all of them, if they give pages back. */
uint64_t guests_held(const struct guests *guests, int64_t now_ms);

#endif
