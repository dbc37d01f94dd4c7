// SPDX-License-Identifier: GPL-2.0-only
/* The numbers in names of nodes: one index, and what stands between a name's brackets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset.h"
#include "tools/cluster/nodeset_range.h"

/* An index is digits << VALUE_BITS | value: 10^17 is below 2^57, and 17 below 2^6. */
#define VALUE_BITS 57
#define VALUE_MASK ((UINT64_C(1) << VALUE_BITS) - 1)

static uint64_t power_of_ten(size_t exponent)
{
	uint64_t power = 1;

	while (exponent--)
		power *= 10;
	return power;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* ---- one index ------------------------------------------------------------------------------ */

static uint64_t value_of(int64_t index)
{
	return (uint64_t)index & VALUE_MASK;
}

size_t nodeset_index_length(int64_t index)
{
	return (size_t)(index >> VALUE_BITS);
}

static size_t decimal_length(uint64_t value)
{
	size_t length = 1;

	while (value >= 10) {
		value /= 10;
		length++;
	}
	return length;
}

/* @value with zeros in front up to @width digits. */
static int64_t make_index(uint64_t value, size_t width)
{
	size_t length = decimal_length(value);

	if (length < width)
		length = width;
	return (int64_t)((uint64_t)length << VALUE_BITS | value);
}

int64_t nodeset_index(const char *digits, size_t length)
{
	uint64_t value = 0;

	if (length == 0 || length > NODESET_DIGITS_MAX)
		return 0;
	for (size_t i = 0; i < length; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	return make_index(value, length);
}

size_t nodeset_index_write(int64_t index, char text[static NODESET_DIGITS_MAX])
{
	size_t length = nodeset_index_length(index);
	uint64_t value = value_of(index);

	for (size_t i = length; i > 0; i--) {
		text[i - 1] = (char)('0' + value % 10);
		value /= 10;
	}
	return length;
}

uint64_t nodeset_index_alphabetic(int64_t index)
{
	size_t digits = nodeset_index_length(index);

	/* Of two texts that begin alike the shorter one comes first. */
	return value_of(index) * power_of_ten(NODESET_DIGITS_MAX - digits) * 32 + digits;
}

int nodeset_index_compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left;
	int64_t b = *(const int64_t *)right;

	return a < b ? -1 : a > b;
}

/* Does @index show zeros in front? */
static bool has_zeros(int64_t index)
{
	return nodeset_index_length(index) > decimal_length(value_of(index));
}

/*
 * Does @next go on with a range that ends at @last? In a @padded one all indexes have the same
 * length, in another one none has zeros in front.
 */
static bool continues(bool padded, int64_t last, int64_t next)
{
	if (value_of(next) != value_of(last) + 1)
		return false;
	if (padded)
		return nodeset_index_length(next) == nodeset_index_length(last);
	return !has_zeros(next);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* A number as written in a range, with the digits that belong to it from outside. */
struct bound {
	uint64_t value;
	size_t length; /* digits */
	bool zeros; /* begins with zeros that count */
};

/* The reading of one range, "1-5/2" of "[0,1-5/2]". */
struct reader {
	const struct nodeset_range *range;
	const char *at;
	const char *end; /* of this part, blanks at its end left out */
	const char *part; /* where it begins */
	size_t part_length;
	size_t limit;
	size_t begin; /* indexes that were there before */
	const char **wrong;
	struct fault *fault;
};

static int refuse(const struct reader *reader, int error, const char *wrong, const char *why)
{
	char part[64];

	*reader->wrong = wrong;
	snprintf(part, sizeof(part), "%.*s", (int)reader->part_length, reader->part);
	return fault_set(reader->fault, error, "read a range", part, why);
}

static void skip_blanks(struct reader *reader)
{
	while (reader->at < reader->end && is_blank(*reader->at))
		reader->at++;
}

static bool take(struct reader *reader, char byte)
{
	skip_blanks(reader);
	if (reader->at == reader->end || *reader->at != byte)
		return false;
	reader->at++;
	return true;
}

static int read_bound(struct reader *reader, struct bound *bound)
{
	char digits[NODESET_DIGITS_MAX];
	const char *begin;
	size_t length;

	*bound = (struct bound){ 0 };
	skip_blanks(reader);
	begin = reader->at;
	while (reader->at < reader->end && is_digit(*reader->at))
		reader->at++;
	length = (size_t)(reader->at - begin);
	if (length == 0)
		return refuse(reader, EINVAL, begin, "a number is missing here");
	if (length + reader->range->after_length > sizeof(digits))
		return refuse(reader, E2BIG, begin, "an index has at most 17 digits");
	memcpy(digits, begin, length);
	if (reader->range->after_length > 0)
		memcpy(digits + length, reader->range->after, reader->range->after_length);
	bound->length = length + reader->range->after_length;
	for (size_t i = 0; i < bound->length; i++)
		bound->value = bound->value * 10 + (uint64_t)(digits[i] - '0');
	bound->zeros = bound->length > 1 && digits[0] == '0';
	return 0;
}

static int read_step(struct reader *reader, bool is_range, uint64_t *step)
{
	struct nodeset_range plain = { 0 };
	const struct nodeset_range *range = reader->range;
	const char *slash;
	struct bound bound;
	int error;

	*step = power_of_ten(range->after_length);
	if (!take(reader, '/'))
		return 0;
	slash = reader->at - 1;
	if (range->after_length > 0)
		return refuse(reader, EINVAL, slash, "no digits may follow a range with a step");
	reader->range = &plain;
	error = read_bound(reader, &bound);
	reader->range = range;
	if (error)
		return error;
	if (bound.value == 0)
		return refuse(reader, EINVAL, slash, "a step is at least 1");
	if (!is_range && bound.value != 1)
		return refuse(reader, EINVAL, slash, "a step needs a range: 1-9/2");
	*step = bound.value;
	return 0;
}

/* The rules for zeros in front: both ends of a range have them, in the same length. */
static int check_bounds(const struct reader *reader, const struct bound *first,
			const struct bound *last)
{
	/* "0-00" is 0: zeros in front of nothing else say nothing at the end of a range. */
	bool padded = first->zeros || (last->zeros && last->value > 0);

	if (padded && first->length != last->length)
		return refuse(reader, EINVAL, reader->part,
			      "with zeros in front both ends have the same number of digits");
	if (first->value > last->value)
		return refuse(reader, EINVAL, reader->part,
			      "a range begins with the smaller number");
	return 0;
}

static int make_room(struct nodeset_indexes *indexes, size_t extra)
{
	size_t needed = indexes->count + extra;
	int64_t *grown;

	if (needed <= indexes->capacity)
		return 0;
	if (needed < 2 * indexes->capacity)
		needed = 2 * indexes->capacity;
	grown = realloc(indexes->index, needed * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	indexes->index = grown;
	indexes->capacity = needed;
	return 0;
}

int nodeset_indexes_add(struct nodeset_indexes *indexes, int64_t index)
{
	if (make_room(indexes, 1))
		return -ENOMEM;
	indexes->index[indexes->count++] = index;
	return 0;
}

static int add_range(const struct reader *reader, const struct bound *first,
		     const struct bound *last, uint64_t step, struct nodeset_indexes *indexes)
{
	uint64_t count = (last->value - first->value) / step + 1;
	size_t width = first->zeros ? first->length : 0;

	if (count > reader->limit || indexes->count > reader->limit - count)
		return refuse(reader, E2BIG, reader->part,
			      "a node set has at most 1,000,000 names");
	if (make_room(indexes, count))
		return refuse(reader, ENOMEM, reader->part, NULL);
	for (uint64_t i = 0; i < count; i++)
		indexes->index[indexes->count++] = make_index(first->value + i * step, width);
	return 0;
}

/* One part between commas. */
static int read_part(struct reader *reader, struct nodeset_indexes *indexes)
{
	struct bound first, last;
	bool is_range;
	uint64_t step;
	int error;

	if (reader->part == reader->end)
		return refuse(reader, EINVAL, reader->part, "a range is empty here");
	error = read_bound(reader, &first);
	if (error)
		return error;
	last = first;
	is_range = take(reader, '-');
	if (is_range)
		error = read_bound(reader, &last);
	if (!error)
		error = read_step(reader, is_range, &step);
	if (error)
		return error;
	skip_blanks(reader);
	if (reader->at != reader->end)
		return refuse(reader, EINVAL, reader->at,
			      "a range looks like 5, 1-9, 01-16 or 0-8/2");
	error = check_bounds(reader, &first, &last);
	return error ? error : add_range(reader, &first, &last, step, indexes);
}

/*
 * "n1[9-10]" could mean n19 and n110, and is n19 to n110 to ClusterShell, which puts the digits in
 * front of both ends of each run of numbers. With runs that grow a digit refused, both are the
 * same.
 */
static int check_growth(const struct reader *reader, const struct nodeset_indexes *indexes)
{
	size_t count = indexes->count - reader->begin;
	int64_t *sorted = malloc((count + 1) * sizeof(*sorted));
	bool grows = false;

	if (!sorted)
		return refuse(reader, ENOMEM, reader->range->text, NULL);
	memcpy(sorted, indexes->index + reader->begin, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), nodeset_index_compare);
	for (size_t i = 1; i < count && !grows; i++)
		grows = continues(has_zeros(sorted[i - 1]), sorted[i - 1], sorted[i]) &&
			nodeset_index_length(sorted[i]) > nodeset_index_length(sorted[i - 1]);
	free(sorted);
	if (grows)
		return refuse(reader, EINVAL, reader->range->text,
			      "behind digits, all numbers of a range have the same length");
	return 0;
}

/* Put the digits before the bracket in front of every index. */
static int prepend(const struct reader *reader, struct nodeset_indexes *indexes)
{
	const struct nodeset_range *range = reader->range;
	int64_t before = nodeset_index(range->before, range->before_length);

	for (size_t i = reader->begin; i < indexes->count; i++) {
		size_t digits = nodeset_index_length(indexes->index[i]);

		if (!before || digits + range->before_length > NODESET_DIGITS_MAX)
			return refuse(reader, E2BIG, range->before,
				      "an index has at most 17 digits");
		indexes->index[i] = make_index(value_of(before) * power_of_ten(digits) +
						       value_of(indexes->index[i]),
					       digits + range->before_length);
	}
	return 0;
}

/* Cut the part that begins at @at out of the list; where the next one begins, or NULL. */
static const char *cut_part(struct reader *reader, const char *at)
{
	const char *list_end = reader->range->text + reader->range->length;
	const char *comma = at < list_end ? memchr(at, ',', (size_t)(list_end - at)) : NULL;
	const char *end = comma ? comma : list_end;

	while (at < end && is_blank(*at))
		at++;
	while (end > at && is_blank(end[-1]))
		end--;
	reader->part = reader->at = at;
	reader->end = end;
	reader->part_length = (size_t)(end - at);
	return comma ? comma + 1 : NULL;
}

int nodeset_range_read(const struct nodeset_range *range, size_t limit,
		       struct nodeset_indexes *indexes, const char **wrong, struct fault *fault)
{
	struct reader reader = { .range = range,
				 .limit = limit,
				 .begin = indexes->count,
				 .wrong = wrong,
				 .fault = fault };
	const char *next = range->text;
	int error = 0;

	while (next && !error) {
		next = cut_part(&reader, next);
		error = read_part(&reader, indexes);
	}
	if (error || range->before_length == 0)
		return error;
	reader.part = range->text;
	reader.part_length = range->length;
	if (range->after_length == 0)
		error = check_growth(&reader, indexes);
	return error ? error : prepend(&reader, indexes);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void add_index(struct text *text, int64_t index)
{
	char digits[NODESET_DIGITS_MAX];

	text_add_bytes(text, digits, nodeset_index_write(index, digits));
}

void nodeset_range_text(const int64_t *index, size_t count, struct text *text)
{
	bool padded = false;
	size_t end;

	if (count > 1)
		text_add(text, "[");
	for (size_t begin = 0; begin < count; begin = end) {
		/*
		 * As with ClusterShell, a lone index with zeros lets what follows in its length be
		 * padded, too: [03,98-99,100] and not [03,98-100].
		 */
		if (!padded ||
		    nodeset_index_length(index[begin]) != nodeset_index_length(index[begin - 1]))
			padded = has_zeros(index[begin]);
		for (end = begin + 1; end < count; end++)
			if (!continues(padded, index[end - 1], index[end]))
				break;
		if (begin > 0)
			text_add(text, ",");
		add_index(text, index[begin]);
		if (end - begin == 1)
			continue;
		text_add(text, "-");
		add_index(text, index[end - 1]);
		padded = false;
	}
	if (count > 1)
		text_add(text, "]");
}
