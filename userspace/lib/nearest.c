// SPDX-License-Identifier: GPL-2.0-only
/* Which known name somebody meant; see nearest.h. */
#include "userspace/lib/nearest.h"

#include <stdbool.h>
#include <string.h>

#define ROW (NEAREST_NAME_LENGTH + 1)

/* The far end of the names' own lengths is what most candidates are sorted out by. */
#define NEAR_MAX 3

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* The row of the table for a[i], from the two before it. */
static void fill_row(const char *a, size_t i, const char *b, size_t b_length,
		     const unsigned int before[ROW], const unsigned int last[ROW],
		     unsigned int row[ROW])
{
	row[0] = (unsigned int)i + 1;
	for (size_t j = 0; j < b_length; j++) {
		row[j + 1] = least(last[j] + (a[i] != b[j]), least(last[j + 1], row[j]) + 1);
		if (i && j && a[i] == b[j - 1] && a[i - 1] == b[j])
			row[j + 1] = least(row[j + 1], before[j - 1] + 1);
	}
}

unsigned int nearest_distance(const char *a, const char *b)
{
	size_t a_length = strnlen(a, NEAREST_NAME_LENGTH);
	size_t b_length = strnlen(b, NEAREST_NAME_LENGTH);
	unsigned int before[ROW] = { 0 }, last[ROW], row[ROW];

	for (size_t j = 0; j <= b_length; j++)
		last[j] = (unsigned int)j;
	for (size_t i = 0; i < a_length; i++) {
		fill_row(a, i, b, b_length, before, last, row);
		memcpy(before, last, sizeof(before));
		memcpy(last, row, sizeof(last));
	}
	return last[b_length];
}

struct nearest nearest_begin(const char *wanted)
{
	unsigned int near = (unsigned int)strnlen(wanted, NEAREST_NAME_LENGTH) / 3;

	/* One character out of one is no likeness. */
	if (near < 1)
		near = strnlen(wanted, 2) > 1;
	near = least(near, NEAR_MAX);
	return (struct nearest){ .wanted = wanted, .distance = near + 1 };
}

/* Of two candidates at the same distance, is @one more like what is wanted than @other? */
static bool is_liker(const char *wanted, const char *one, const char *other)
{
	bool one_begins = one[0] == wanted[0], other_begins = other[0] == wanted[0];

	return one_begins == other_begins ? strcmp(one, other) < 0 : one_begins;
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t wanted = strnlen(nearest->wanted, NEAREST_NAME_LENGTH);
	size_t length = strnlen(candidate, NEAREST_NAME_LENGTH);
	unsigned int distance;

	if ((length > wanted ? length - wanted : wanted - length) > nearest->distance)
		return;
	distance = nearest_distance(nearest->wanted, candidate);
	if (distance < nearest->distance || (distance == nearest->distance && nearest->name &&
					     is_liker(nearest->wanted, candidate, nearest->name))) {
		nearest->distance = distance;
		nearest->name = candidate;
	}
}
