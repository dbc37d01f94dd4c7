/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of numbers that remembers the last ones added, at least ID_SET_KEPT of them.
 *
 * For grants that are over: whoever still speaks of one is told so. Older ones are forgotten half
 * by half, which needs no deletion. 0 is no member. Pure.
 */
#ifndef WIREROOT_ID_SET_H
#define WIREROOT_ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_SET_KEPT 32768

struct id_half {
	uint64_t *slots; /* open addressing; 0: free */
	size_t capacity, count;
};

/* Begin with { 0 }. */
struct id_set {
	struct id_half newer, older;
};

/* 0 or -ENOMEM, and then @id is not remembered. */
int id_set_add(struct id_set *set, uint64_t id);
bool id_set_has(const struct id_set *set, uint64_t id);
void id_set_free(struct id_set *set);

#endif
