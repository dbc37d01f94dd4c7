/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which known name somebody meant who wrote another one.
 */
#ifndef WIREROOT_NEAREST_H
#define WIREROOT_NEAREST_H

/* Longer names are compared by so many bytes. */
#define NEAREST_NAME_LENGTH 64

/*
 * How many characters must be changed, put in, left out or exchanged with their neighbour to make
 * @b of @a (Damerau-Levenshtein, each place edited once).
 */
unsigned int nearest_distance(const char *a, const char *b);

/* A search among candidates that are offered one after the other. */
struct nearest {
	const char *wanted;
	const char *name; /* the nearest so far, or NULL; of equals, one with the same first letter,
			     then by strcmp() */
	unsigned int distance; /* what is not nearer than this is another name */
};

/* Names up to a third of whose characters differ, one at least and three at most, count as near. */
struct nearest nearest_begin(const char *wanted);

/* @candidate must stay until the end of the search. */
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
