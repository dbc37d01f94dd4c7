// SPDX-License-Identifier: GPL-2.0-only
/* Node sets: what is done with a set once it is there. Reading expressions is nodeset_parse.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset.h"
#include "tools/cluster/nodeset_fold.h"
#include "tools/cluster/nodeset_range.h"
#include "tools/cluster/nodeset_table.h"

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "make a node set", "", NULL);
}

/* ---- operations ----------------------------------------------------------------------------- */

/* Add @count rows of @from, which come behind everything that is in @set. */
static int append_rows(struct nodeset *set, const struct nodeset_pattern *from, const int64_t *rows,
		       size_t count, struct fault *fault)
{
	size_t stride = nodeset_stride(from);
	struct nodeset_pattern *into;
	int64_t *row;

	if (count == 0)
		return 0;
	if (nodeset_room(set, from->text, from->length, from->axes, count, &into, &row))
		return no_memory(fault);
	memcpy(row, rows, count * stride * sizeof(*row));
	for (size_t i = 0; i < count; i++)
		row[i * stride + from->axes] += set->order;
	return nodeset_added(set, into, count, fault);
}

static int unite(struct nodeset *set, const struct nodeset *other, struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; i < other->pattern_count && !error; i++) {
		const struct nodeset_pattern *from = &other->pattern[i];

		error = append_rows(set, from, from->row, from->count, fault);
	}
	set->order += other->order;
	return error;
}

/* Keep those rows of @pattern that are in @other, or with !@common those that are not. */
static void filter(struct nodeset *set, struct nodeset_pattern *pattern,
		   const struct nodeset_pattern *other, bool common)
{
	size_t stride = nodeset_stride(pattern);
	size_t others = other ? other->count : 0;
	size_t kept = 0;
	size_t at = 0;

	for (size_t i = 0; i < pattern->count; i++) {
		const int64_t *row = pattern->row + i * stride;
		int order = 1;

		for (; at < others; at++) {
			order = nodeset_row_compare(other->row + at * stride, row, pattern->axes);
			if (order >= 0)
				break;
		}
		if ((order == 0) != common)
			continue;
		if (kept != i)
			memcpy(pattern->row + kept * stride, row, stride * sizeof(*row));
		kept++;
	}
	set->rows -= pattern->count - kept;
	pattern->count = pattern->settled = kept;
}

static void keep(struct nodeset *set, const struct nodeset *other, bool common)
{
	for (size_t i = 0; i < set->pattern_count; i++) {
		struct nodeset_pattern *pattern = &set->pattern[i];

		filter(set, pattern, nodeset_find(other, pattern->text, pattern->length), common);
	}
}

/* A copy of @other without what is in @set, or NULL. */
static struct nodeset *copy_without(const struct nodeset *other, const struct nodeset *set,
				    struct fault *fault)
{
	struct nodeset *copy = nodeset_new();

	if (copy && unite(copy, other, fault) == 0) {
		nodeset_settle(copy);
		keep(copy, set, false);
		return copy;
	}
	nodeset_free(copy);
	no_memory(fault);
	return NULL;
}

static int exclude_common(struct nodeset *set, const struct nodeset *other, struct fault *fault)
{
	struct nodeset *right_only = copy_without(other, set, fault);
	int error;

	if (!right_only)
		return -fault->error;
	keep(set, other, false);
	error = unite(set, right_only, fault);
	nodeset_free(right_only);
	return error;
}

int nodeset_combine(struct nodeset *set, char operation, struct nodeset *other, struct fault *fault)
{
	if (operation == ',')
		return unite(set, other, fault);
	nodeset_settle(set);
	nodeset_settle(other);
	if (operation == '^')
		return exclude_common(set, other, fault);
	keep(set, other, operation == '&');
	return 0;
}

size_t nodeset_count(struct nodeset *set)
{
	nodeset_settle(set);
	return set->rows;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* What stands for the numbers of a pattern in what is written: texts or indexes. */
struct arguments {
	const int64_t *row; /* one index for each %s */
	const struct nodeset_vectors *vectors; /* or, of @vector, all its indexes as ranges */
	size_t vector;
};

static void add_argument(const struct arguments *arguments, size_t axis, struct text *text)
{
	char digits[NODESET_DIGITS_MAX];
	const size_t *begin;

	if (!arguments->vectors) {
		text_add_bytes(text, digits, nodeset_index_write(arguments->row[axis], digits));
		return;
	}
	begin = arguments->vectors->begin + arguments->vector * arguments->vectors->axes + axis;
	nodeset_range_text(arguments->vectors->index + begin[0], begin[1] - begin[0], text);
}

static void add_name(const struct nodeset_pattern *pattern, const struct arguments *arguments,
		     struct text *text)
{
	const char *from = pattern->text;
	const char *end = from + pattern->length;
	const char *percent;
	size_t axis = 0;

	while ((percent = memchr(from, '%', (size_t)(end - from)))) {
		text_add_bytes(text, from, (size_t)(percent - from));
		if (percent[1] == '%')
			text_add(text, "%");
		else if (axis < pattern->axes)
			add_argument(arguments, axis++, text);
		from = percent + 2;
	}
	text_add_bytes(text, from, (size_t)(end - from));
}

static void add_row(const struct nodeset_pattern *pattern, const int64_t *row, struct text *text)
{
	const struct arguments arguments = { .row = row };

	add_name(pattern, &arguments, text);
	text_add_bytes(text, "", 1);
}

/* All combinations of a vector, the last axis fastest. */
static void add_vector(const struct nodeset_pattern *pattern, const struct nodeset_vectors *vectors,
		       size_t vector, struct text *text)
{
	const size_t *begin = vectors->begin + vector * vectors->axes;
	size_t at[NODESET_AXES_MAX];
	int64_t row[NODESET_AXES_MAX];
	size_t axis;

	memcpy(at, begin, vectors->axes * sizeof(*at));
	do {
		for (axis = 0; axis < vectors->axes; axis++)
			row[axis] = vectors->index[at[axis]];
		add_row(pattern, row, text);
		while (axis-- > 0) {
			if (++at[axis] < begin[axis + 1])
				break;
			at[axis] = begin[axis];
		}
	} while (axis < vectors->axes);
}

static int add_pattern_names(const struct nodeset_pattern *pattern, struct text *text,
			     struct fault *fault)
{
	size_t stride = nodeset_stride(pattern);
	struct nodeset_vectors vectors;
	int error;

	if (pattern->axes < 2) {
		for (size_t i = 0; i < pattern->count; i++)
			add_row(pattern, pattern->row + i * stride, text);
		return 0;
	}
	error = nodeset_vectors_make(pattern, &vectors, fault);
	if (error)
		return error;
	for (size_t i = 0; i < vectors.count; i++)
		add_vector(pattern, &vectors, i, text);
	nodeset_vectors_free(&vectors);
	return 0;
}

static int compare_patterns(const void *left, const void *right)
{
	const struct nodeset_pattern *const *a = left;
	const struct nodeset_pattern *const *b = right;

	return strcmp((*a)->text, (*b)->text);
}

/* The patterns that have names, in their order; freed by the caller. NULL when memory ran out. */
static const struct nodeset_pattern **sort_patterns(const struct nodeset *set, size_t *count)
{
	const struct nodeset_pattern **sorted =
		malloc((set->pattern_count + 1) * sizeof(struct nodeset_pattern *));

	if (!sorted)
		return NULL;
	*count = 0;
	for (size_t i = 0; i < set->pattern_count; i++)
		if (set->pattern[i].count > 0)
			sorted[(*count)++] = &set->pattern[i];
	qsort(sorted, *count, sizeof(struct nodeset_pattern *), compare_patterns);
	return sorted;
}

/* Make @names of @count names in @text, each with its NUL; @text is empty afterwards. */
static int give_names(struct text *text, size_t count, struct nodeset_names *names,
		      struct fault *fault)
{
	const char *name;

	text_add(text, "");
	names->storage = text_take(text);
	names->name = malloc((count + 1) * sizeof(*names->name));
	if (!names->storage || !names->name) {
		nodeset_names_free(names);
		return no_memory(fault);
	}
	names->count = count;
	name = names->storage;
	for (size_t i = 0; i < count; i++) {
		names->name[i] = name;
		name += strlen(name) + 1;
	}
	names->name[count] = NULL;
	return 0;
}

int nodeset_sorted(struct nodeset *set, struct nodeset_names *names, struct fault *fault)
{
	const struct nodeset_pattern **sorted;
	struct text text = { 0 };
	size_t count = 0;
	int error;

	*names = (struct nodeset_names){ 0 };
	error = nodeset_check_size(set, fault);
	if (error)
		return error;
	sorted = sort_patterns(set, &count);
	if (!sorted)
		return no_memory(fault);
	for (size_t i = 0; i < count && !error; i++)
		error = add_pattern_names(sorted[i], &text, fault);
	if (!error)
		error = give_names(&text, set->rows, names, fault);
	free(sorted);
	text_free(&text);
	return error;
}

/* A row and when it was written. */
struct written {
	int64_t order;
	const struct nodeset_pattern *pattern;
	const int64_t *row;
};

static int compare_written(const void *left, const void *right)
{
	const struct written *a = left;
	const struct written *b = right;

	return a->order < b->order ? -1 : a->order > b->order;
}

static struct written *sort_written(const struct nodeset *set)
{
	struct written *written = malloc((set->rows + 1) * sizeof(*written));
	struct written *next = written;

	if (!written)
		return NULL;
	for (size_t i = 0; i < set->pattern_count; i++) {
		const struct nodeset_pattern *pattern = &set->pattern[i];
		const int64_t *row = pattern->row;

		for (size_t n = 0; n < pattern->count; n++, row += nodeset_stride(pattern))
			*next++ = (struct written){ row[pattern->axes], pattern, row };
	}
	qsort(written, set->rows, sizeof(*written), compare_written);
	return written;
}

int nodeset_written(struct nodeset *set, struct nodeset_names *names, struct fault *fault)
{
	struct written *written;
	struct text text = { 0 };
	int error;

	*names = (struct nodeset_names){ 0 };
	error = nodeset_check_size(set, fault);
	if (error)
		return error;
	written = sort_written(set);
	if (!written)
		return no_memory(fault);
	for (size_t i = 0; i < set->rows; i++)
		add_row(written[i].pattern, written[i].row, &text);
	error = give_names(&text, set->rows, names, fault);
	free(written);
	return error;
}

void nodeset_names_free(struct nodeset_names *names)
{
	free(names->name);
	free(names->storage);
	*names = (struct nodeset_names){ 0 };
}

/* ---- folding -------------------------------------------------------------------------------- */

/* A pattern with one number: its indexes lie with their order between them. */
static int fold_range(const struct nodeset_pattern *pattern, struct nodeset_vectors *vectors,
		      struct fault *fault)
{
	*vectors = (struct nodeset_vectors){ .count = 1, .axes = 1 };
	vectors->begin = malloc(2 * sizeof(*vectors->begin));
	vectors->index = malloc(pattern->count * sizeof(*vectors->index));
	if (!vectors->begin || !vectors->index) {
		nodeset_vectors_free(vectors);
		return no_memory(fault);
	}
	vectors->begin[0] = 0;
	vectors->begin[1] = pattern->count;
	for (size_t i = 0; i < pattern->count; i++)
		vectors->index[i] = pattern->row[i * 2];
	return 0;
}

static int fold_pattern(const struct nodeset_pattern *pattern, struct text *text,
			struct fault *fault)
{
	const struct arguments alone = { .row = pattern->row };
	struct nodeset_vectors vectors;
	struct arguments arguments = { .vectors = &vectors };
	int error;

	if (pattern->axes == 0) {
		add_name(pattern, &alone, text);
		return 0;
	}
	error = pattern->axes == 1 ? fold_range(pattern, &vectors, fault)
				   : nodeset_vectors_make(pattern, &vectors, fault);
	if (error)
		return error;
	for (; arguments.vector < vectors.count; arguments.vector++) {
		if (arguments.vector > 0)
			text_add(text, ",");
		add_name(pattern, &arguments, text);
	}
	nodeset_vectors_free(&vectors);
	return 0;
}

int nodeset_fold(struct nodeset *set, struct text *text, struct fault *fault)
{
	const struct nodeset_pattern **sorted;
	size_t count = 0;
	int error = nodeset_check_size(set, fault);

	if (error)
		return error;
	sorted = sort_patterns(set, &count);
	if (!sorted)
		return no_memory(fault);
	for (size_t i = 0; i < count && !error; i++) {
		if (i > 0)
			text_add(text, ",");
		error = fold_pattern(sorted[i], text, fault);
	}
	free(sorted);
	return error;
}
