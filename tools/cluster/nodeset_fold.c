// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names with several numbers, folded as ClusterShell folds them.
 *
 * When every combination is there, that is one vector. Otherwise each row begins as a vector of its
 * own, and two vectors that differ on one axis only become one, in passes:
 *
 *   sort (largest first, then axis by axis: more indexes first, then first and last index as text);
 *   in an easy pass each vector takes up the ones right behind it, until one does not fit;
 *   when an easy pass changes nothing, full passes follow, in which a vector takes up any behind
 * it; the end is a full pass that changes nothing.
 *
 * That order of doing things decides which of many possible foldings comes out, so it is kept to
 * the letter. What ClusterShell finds by comparing all pairs is found by a hash of the other axes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset_fold.h"
#include "tools/cluster/nodeset_range.h"

#define NONE UINT32_MAX

/*
 * The indexes of one vector on one axis. Each of them is a leaf, a row's place on an axis; leaves
 * of one axis are chained, so that taking up another vector's costs the same however many there
 * are.
 */
struct axis {
	uint64_t hash; /* sum over the indexes: equal sets have equal sums */
	int64_t first;
	int64_t last;
	uint32_t count;
	uint32_t head; /* leaves */
	uint32_t tail;
};

struct folding {
	const struct nodeset_pattern *pattern;
	size_t axes;
	struct axis *axis; /* of vector v: axis[v * axes] on */
	uint32_t *next; /* leaf → leaf */
	uint32_t *vector; /* the vectors that are left, in order */
	size_t count; /* of them */
	/* For full passes. */
	uint32_t *bucket; /* hash table: position in @vector, the first of a chain */
	size_t bucket_count; /* a power of two */
	uint32_t *chain; /* for axis a of position p: the next position, at [a * rows + p] */
	bool *taken; /* position p was taken up by another */
};

/* splitmix64's last step: every bit of the result depends on every bit of @value. */
static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

static struct axis *axes_of(const struct folding *folding, uint32_t vector)
{
	return folding->axis + (size_t)vector * folding->axes;
}

/*
 * The same indexes? With 64 bits of a well mixed sum, the number, the first and the last one equal,
 * another set would have to be made for the purpose.
 */
static bool same(const struct axis *left, const struct axis *right)
{
	return left->hash == right->hash && left->count == right->count &&
	       left->first == right->first && left->last == right->last;
}

/* The one axis on which two vectors differ, or folding->axes when there are more. */
static size_t only_difference(const struct folding *folding, uint32_t left, uint32_t right)
{
	const struct axis *a = axes_of(folding, left);
	const struct axis *b = axes_of(folding, right);
	size_t found = folding->axes;

	for (size_t i = 0; i < folding->axes; i++) {
		if (same(&a[i], &b[i]))
			continue;
		if (found != folding->axes)
			return folding->axes;
		found = i;
	}
	return found;
}

/* Let vector @into have the indexes of vector @from on @axis, too: vectors have none in common. */
static void take_up(struct folding *folding, uint32_t into, uint32_t from, size_t axis)
{
	struct axis *a = axes_of(folding, into) + axis;
	const struct axis *b = axes_of(folding, from) + axis;

	a->hash += b->hash;
	a->count += b->count;
	if (b->first < a->first)
		a->first = b->first;
	if (b->last > a->last)
		a->last = b->last;
	folding->next[a->tail] = b->head;
	a->tail = b->tail;
}

/* ---- the order of vectors ------------------------------------------------------------------- */

static double size_of(const struct axis *axis, size_t axes)
{
	double size = 1;

	for (size_t i = 0; i < axes; i++)
		size *= axis[i].count; /* at most NODESET_NAMES_MAX: exact */
	return size;
}

static int compare_numbers(uint64_t left, uint64_t right)
{
	return left < right ? -1 : left > right;
}

static int compare_axes(const struct axis *a, const struct axis *b)
{
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->first != b->first)
		return compare_numbers(nodeset_index_alphabetic(a->first),
				       nodeset_index_alphabetic(b->first));
	if (a->last != b->last)
		return compare_numbers(nodeset_index_alphabetic(a->last),
				       nodeset_index_alphabetic(b->last));
	return 0;
}

/* A vector and its place so far, which decides between equals. */
struct place {
	uint32_t vector;
	uint32_t position;
};

static int compare_places(const void *left, const void *right, void *context)
{
	const struct folding *folding = context;
	const struct place *a = left;
	const struct place *b = right;
	const struct axis *x = axes_of(folding, a->vector);
	const struct axis *y = axes_of(folding, b->vector);
	double size_x = size_of(x, folding->axes);
	double size_y = size_of(y, folding->axes);
	int order = size_x > size_y ? -1 : size_x < size_y;

	for (size_t i = 0; i < folding->axes && order == 0; i++)
		order = compare_axes(&x[i], &y[i]);
	return order ? order : compare_numbers(a->position, b->position);
}

static int sort_vectors(struct folding *folding)
{
	struct place *place = malloc(folding->count * sizeof(*place));

	if (!place)
		return -ENOMEM;
	for (size_t i = 0; i < folding->count; i++)
		place[i] = (struct place){ folding->vector[i], (uint32_t)i };
	qsort_r(place, folding->count, sizeof(*place), compare_places, folding);
	for (size_t i = 0; i < folding->count; i++)
		folding->vector[i] = place[i].vector;
	free(place);
	return 0;
}

/* ---- passes --------------------------------------------------------------------------------- */

static bool easy_pass(struct folding *folding)
{
	size_t before = folding->count;
	size_t kept = 0;

	for (size_t i = 1; i < before; i++) {
		uint32_t current = folding->vector[kept];
		size_t axis = only_difference(folding, current, folding->vector[i]);

		if (axis < folding->axes)
			take_up(folding, current, folding->vector[i], axis);
		else
			folding->vector[++kept] = folding->vector[i];
	}
	folding->count = kept + 1;
	return folding->count < before;
}

/* A hash of what a vector has on all axes but @axis. */
static size_t bucket_of(const struct folding *folding, uint32_t vector, size_t axis)
{
	const struct axis *axes = axes_of(folding, vector);
	uint64_t state = mix(axis + 1);

	for (size_t i = 0; i < folding->axes; i++)
		if (i != axis)
			state = mix(state + axes[i].hash);
	return (size_t)state & (folding->bucket_count - 1);
}

/* The chain of axis @axis that goes on behind position @position. */
static uint32_t *chain_at(const struct folding *folding, size_t axis, size_t position)
{
	return &folding->chain[axis * folding->pattern->count + position];
}

/* Chain the positions up by bucket, the lowest one first. */
static void fill_buckets(struct folding *folding)
{
	memset(folding->bucket, 0xff, folding->bucket_count * sizeof(*folding->bucket));
	for (size_t position = folding->count; position-- > 0;) {
		folding->taken[position] = false;
		for (size_t axis = 0; axis < folding->axes; axis++) {
			uint32_t *bucket = &folding->bucket[bucket_of(
				folding, folding->vector[position], axis)];
			/* Two axes may share a bucket: an entry tells both. */
			*chain_at(folding, axis, position) = *bucket;
			*bucket = (uint32_t)(position * folding->axes + axis);
		}
	}
}

/* The lowest position from @from on that differs from @vector on @axis only, or NONE. */
static uint32_t find_partner(struct folding *folding, uint32_t vector, size_t axis, size_t passed,
			     size_t from)
{
	uint32_t *link = &folding->bucket[bucket_of(folding, vector, axis)];

	while (*link != NONE) {
		size_t position = *link / folding->axes;
		size_t its_axis = *link % folding->axes;
		uint32_t *next = chain_at(folding, its_axis, position);

		/* Nobody will look at or before @passed again. */
		if (position <= passed || folding->taken[position]) {
			*link = *next;
			continue;
		}
		if (position >= from && its_axis == axis &&
		    only_difference(folding, vector, folding->vector[position]) == axis)
			return (uint32_t)position;
		link = next;
	}
	return NONE;
}

static uint32_t find_any_partner(struct folding *folding, size_t position, size_t from)
{
	uint32_t best = NONE;

	for (size_t axis = 0; axis < folding->axes; axis++) {
		uint32_t found =
			find_partner(folding, folding->vector[position], axis, position, from);

		if (found < best)
			best = found;
	}
	return best;
}

static bool full_pass(struct folding *folding)
{
	size_t before = folding->count;
	size_t kept = 0;

	fill_buckets(folding);
	for (size_t i = 0; i < before; i++) {
		size_t from = i + 1;
		uint32_t partner;

		if (folding->taken[i])
			continue;
		while ((partner = find_any_partner(folding, i, from)) != NONE) {
			uint32_t other = folding->vector[partner];

			take_up(folding, folding->vector[i], other,
				only_difference(folding, folding->vector[i], other));
			folding->taken[partner] = true;
			from = partner + 1;
		}
	}
	for (size_t i = 0; i < before; i++)
		if (!folding->taken[i])
			folding->vector[kept++] = folding->vector[i];
	folding->count = kept;
	return kept < before;
}

static int merge(struct folding *folding)
{
	bool full = false;
	bool changed = true;

	while (changed) {
		if (sort_vectors(folding))
			return -ENOMEM;
		changed = full ? full_pass(folding) : easy_pass(folding);
		if (!changed && !full)
			changed = full = true;
	}
	return 0;
}

/* ---- from rows to vectors ------------------------------------------------------------------- */

static void free_folding(struct folding *folding)
{
	free(folding->axis);
	free(folding->next);
	free(folding->vector);
	free(folding->bucket);
	free(folding->chain);
	free(folding->taken);
}

static int prepare_folding(struct folding *folding)
{
	/* One more of each, so that it is never nothing that is allocated. */
	size_t rows = folding->pattern->count + 1;
	size_t leaves = rows * folding->axes + 1;

	folding->bucket_count = 64;
	while (folding->bucket_count < 2 * leaves)
		folding->bucket_count *= 2;
	folding->axis = malloc(leaves * sizeof(*folding->axis));
	folding->next = malloc(leaves * sizeof(*folding->next));
	folding->vector = malloc(rows * sizeof(*folding->vector));
	folding->bucket = malloc(folding->bucket_count * sizeof(*folding->bucket));
	folding->chain = malloc(leaves * sizeof(*folding->chain));
	folding->taken = malloc(rows * sizeof(*folding->taken));
	if (!folding->axis || !folding->next || !folding->vector || !folding->bucket ||
	    !folding->chain || !folding->taken)
		return -ENOMEM;
	folding->count = folding->pattern->count;
	return 0;
}

/* Each row is a vector at first. */
static void begin_with_rows(struct folding *folding)
{
	const int64_t *row = folding->pattern->row;
	uint32_t leaf = 0;

	for (size_t i = 0; i < folding->count; i++, row += folding->axes + 1) {
		folding->vector[i] = (uint32_t)i;
		for (size_t a = 0; a < folding->axes; a++, leaf++)
			folding->axis[leaf] = (struct axis){ .hash = mix((uint64_t)row[a]),
							     .first = row[a],
							     .last = row[a],
							     .count = 1,
							     .head = leaf,
							     .tail = leaf };
	}
}

static int64_t index_of_leaf(const struct folding *folding, uint32_t leaf)
{
	size_t stride = nodeset_stride(folding->pattern);

	return folding->pattern->row[leaf / folding->axes * stride + leaf % folding->axes];
}

static int make_room(struct nodeset_vectors *vectors, size_t count, size_t indexes)
{
	vectors->count = count;
	vectors->begin = malloc((count * vectors->axes + 1) * sizeof(*vectors->begin));
	vectors->index = malloc((indexes + 1) * sizeof(*vectors->index));
	return vectors->begin && vectors->index ? 0 : -ENOMEM;
}

static int give_vectors(const struct folding *folding, struct nodeset_vectors *vectors)
{
	size_t indexes = 0;
	size_t at = 0;
	size_t *begin;

	for (size_t i = 0; i < folding->count; i++)
		for (size_t a = 0; a < folding->axes; a++)
			indexes += axes_of(folding, folding->vector[i])[a].count;
	if (make_room(vectors, folding->count, indexes))
		return -ENOMEM;
	begin = vectors->begin;
	for (size_t i = 0; i < folding->count; i++) {
		const struct axis *axis = axes_of(folding, folding->vector[i]);

		for (size_t a = 0; a < folding->axes; a++, begin++) {
			uint32_t leaf = axis[a].head;

			*begin = at;
			for (; at < *begin + axis[a].count; leaf = folding->next[leaf])
				vectors->index[at++] = index_of_leaf(folding, leaf);
			qsort(vectors->index + *begin, axis[a].count, sizeof(*vectors->index),
			      nodeset_index_compare);
		}
	}
	*begin = at;
	return 0;
}

/* Copy the different indexes that @pattern has on axis @axis, sorted, to @index; their number. */
static size_t different_indexes(const struct nodeset_pattern *pattern, size_t axis, int64_t *index)
{
	size_t stride = nodeset_stride(pattern);
	size_t kept = 0;
	bool sorted = true;

	for (size_t i = 0; i < pattern->count; i++) {
		int64_t value = pattern->row[i * stride + axis];

		/* Rows are sorted, so most repetitions come in a row. */
		if (kept > 0 && index[kept - 1] == value)
			continue;
		sorted = sorted && (kept == 0 || index[kept - 1] < value);
		index[kept++] = value;
	}
	if (sorted)
		return kept;
	qsort(index, kept, sizeof(*index), nodeset_index_compare);
	stride = kept;
	kept = 1;
	for (size_t i = 1; i < stride; i++)
		if (index[i] != index[kept - 1])
			index[kept++] = index[i];
	return kept;
}

/* One vector, when every combination is there: 1; 0 when not; -ENOMEM. */
static int fold_product(const struct nodeset_pattern *pattern, struct nodeset_vectors *vectors)
{
	struct nodeset_vectors all = { .axes = pattern->axes };
	size_t product = 1;
	size_t at = 0;

	if (make_room(&all, 1, pattern->axes * pattern->count)) {
		nodeset_vectors_free(&all);
		return -ENOMEM;
	}
	for (size_t a = 0; a < pattern->axes && product <= pattern->count; a++) {
		size_t count = different_indexes(pattern, a, all.index + at);

		all.begin[a] = at;
		at += count;
		product *= count; /* both factors are at most the number of rows */
	}
	all.begin[pattern->axes] = at;
	if (product == pattern->count) {
		*vectors = all;
		return 1;
	}
	nodeset_vectors_free(&all);
	return 0;
}

/* As few vectors as ClusterShell finds. */
static int fold_rows(const struct nodeset_pattern *pattern, struct nodeset_vectors *vectors)
{
	struct folding folding = { .pattern = pattern, .axes = pattern->axes };
	int error = prepare_folding(&folding);

	vectors->axes = pattern->axes;
	if (!error) {
		begin_with_rows(&folding);
		error = merge(&folding);
	}
	if (!error)
		error = give_vectors(&folding, vectors);
	if (error)
		nodeset_vectors_free(vectors);
	free_folding(&folding);
	return error;
}

int nodeset_vectors_make(const struct nodeset_pattern *pattern, struct nodeset_vectors *vectors,
			 struct fault *fault)
{
	int error;

	*vectors = (struct nodeset_vectors){ 0 };
	error = fold_product(pattern, vectors);
	if (error == 0)
		error = fold_rows(pattern, vectors);
	if (error < 0)
		return fault_set(fault, ENOMEM, "fold a node set", pattern->text, NULL);
	return 0;
}

void nodeset_vectors_free(struct nodeset_vectors *vectors)
{
	free(vectors->begin);
	free(vectors->index);
	*vectors = (struct nodeset_vectors){ 0 };
}
