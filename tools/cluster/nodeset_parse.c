// SPDX-License-Identifier: GPL-2.0-only
/*
 * Node sets: reading expressions.
 *
 *   expression = term { ("," | "!" | "&" | "^") term }
 *   term       = { text | digits | "[" range { "," range } "]" }
 *
 * A term becomes a pattern and, for each number in it, the indexes that it may have; its names are
 * all combinations. Digits that touch a bracket belong to its indexes. A term that begins with '@'
 * names groups, whose expressions are read in turn.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset.h"
#include "tools/cluster/nodeset_range.h"
#include "tools/cluster/nodeset_table.h"

#define OPERATIONS ",!&^"

/* One expression, of the caller or of a group; the innermost one of a chain. */
struct reader {
	const char *text;
	const char *at;
	const struct nodeset_groups *groups;
	const char *group; /* whose expression this is; NULL: the caller's */
	const struct reader *outer;
	unsigned int depth;
	size_t *work; /* what may still be named */
	const char *wrong; /* where the offending text begins */
	struct fault *fault;
};

struct term {
	const char *begin;
	char pattern[2 * NODESET_NAME_BYTES + 1]; /* "%%" for a '%', "%s" for a number */
	size_t length;
	size_t plain; /* characters of a name without its numbers */
	size_t axes;
	size_t first[NODESET_AXES_MAX + 1]; /* indexes of axis a: first[a] to first[a + 1] */
	struct nodeset_indexes indexes;
	bool is_group;
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_operation(char byte)
{
	return byte != '\0' && strchr(OPERATIONS, byte);
}

/* The term that begins at or around @wrong, for the reader of the fault. */
static void quote_term(const char *wrong, char quoted[static 64])
{
	size_t length = 0;
	bool bracket = false;

	for (; wrong[length] && (bracket || !is_operation(wrong[length])); length++) {
		if (wrong[length] == '[')
			bracket = true;
		else if (wrong[length] == ']')
			bracket = false;
	}
	while (length > 0 && is_blank(wrong[length - 1]))
		length--;
	if (length > 60)
		snprintf(quoted, 64, "%.57s...", wrong);
	else
		snprintf(quoted, 64, "%.*s", (int)length, wrong);
}

static int refuse(struct reader *reader, int error, const char *wrong, const char *why)
{
	char doing[sizeof(reader->fault->doing)];
	char quoted[64];

	reader->wrong = wrong;
	quote_term(wrong, quoted);
	if (reader->group)
		snprintf(doing, sizeof(doing), "read the nodes of the group @%.60s", reader->group);
	else
		snprintf(doing, sizeof(doing), "read a node set");
	return fault_set(reader->fault, error, doing, quoted, why);
}

/* Pass the fault of a step below on, in the terms of this reader. */
static int pass_on(struct reader *reader, int error, const char *wrong)
{
	char why[sizeof(reader->fault->hint)];

	memcpy(why, reader->fault->hint, sizeof(why));
	return refuse(reader, error, wrong, why);
}

/* ---- one term ------------------------------------------------------------------------------- */

static int add_text(struct reader *reader, struct term *term, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (term->length + 2 >= sizeof(term->pattern) ||
		    ++term->plain >= NODESET_NAME_BYTES)
			return refuse(reader, ENAMETOOLONG, term->begin,
				      "a name has at most 255 characters");
		if (text[i] == '%')
			term->pattern[term->length++] = '%';
		term->pattern[term->length++] = text[i];
	}
	return 0;
}

/* A new axis, whose indexes come next. */
static int begin_axis(struct reader *reader, struct term *term, const char *wrong)
{
	if (term->axes == NODESET_AXES_MAX || term->length + 2 >= sizeof(term->pattern))
		return refuse(reader, E2BIG, wrong, "a name has at most 32 numbers");
	memcpy(term->pattern + term->length, "%s", 2);
	term->length += 2;
	term->first[term->axes++] = term->indexes.count;
	return 0;
}

/* The digits at @digits as the one index of an axis. */
static int add_number(struct reader *reader, struct term *term, const char *digits, size_t length)
{
	int error = begin_axis(reader, term, digits);

	if (!error && nodeset_indexes_add(&term->indexes, nodeset_index(digits, length)))
		error = refuse(reader, ENOMEM, digits, NULL);
	return error;
}

static size_t count_digits(const char *text)
{
	size_t count = 0;

	while (is_digit(text[count]))
		count++;
	return count;
}

/* The range behind the bracket at reader->at, with @before digits in front of it. */
static int read_bracket(struct reader *reader, struct term *term, size_t before)
{
	const char *open = reader->at;
	const char *close = open + 1 + strcspn(open + 1, "[]");
	struct nodeset_range range = { .text = open + 1, .length = (size_t)(close - open) - 1 };
	int error;

	if (*close != ']')
		return refuse(reader, EINVAL, *close ? close : open,
			      *close ? "a bracket must not stand in a bracket"
				     : "this bracket is never closed");
	range.before = open - before;
	range.before_length = before;
	range.after = close + 1;
	range.after_length = count_digits(range.after);
	reader->at = range.after + range.after_length;
	if (*reader->at == '[')
		return refuse(reader, EINVAL, reader->at,
			      "something other than digits must stand between two brackets");
	error = begin_axis(reader, term, open);
	if (error)
		return error;
	error = nodeset_range_read(&range, NODESET_WORK_MAX, &term->indexes, &reader->wrong,
				   reader->fault);
	return error ? pass_on(reader, error, reader->wrong) : 0;
}

/* The number at reader->at: digits, a bracket, or digits around a bracket. */
static int read_number(struct reader *reader, struct term *term)
{
	const char *digits = reader->at;
	size_t length = count_digits(digits);

	reader->at += length;
	if (*reader->at == '[')
		return read_bracket(reader, term, length);
	if (length > NODESET_DIGITS_MAX)
		return add_text(reader, term, digits, length);
	return add_number(reader, term, digits, length);
}

/* What stands between numbers. */
static int read_text(struct reader *reader, struct term *term)
{
	const char *begin = reader->at;
	size_t length = strcspn(begin, OPERATIONS "[]0123456789 \t\r\n");

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)begin[i];

		if (byte < ' ' || byte == 0x7f)
			return refuse(reader, EINVAL, begin + i,
				      "a control character is no part of a name");
		if ((byte == '*' || byte == '?') && !term->is_group)
			return refuse(reader, EINVAL, begin + i,
				      "there are no wildcards; a group such as @rack1 may help");
	}
	reader->at += length;
	return add_text(reader, term, begin, length);
}

/* No name of a term is longer than NODESET_NAME_BYTES allows. */
static int check_length(struct reader *reader, const struct term *term)
{
	size_t length = term->plain;

	for (size_t a = 0; a < term->axes; a++) {
		size_t longest = 0;

		for (size_t i = term->first[a]; i < term->first[a + 1]; i++)
			if (nodeset_index_length(term->indexes.index[i]) > longest)
				longest = nodeset_index_length(term->indexes.index[i]);
		length += longest;
	}
	if (length >= NODESET_NAME_BYTES)
		return refuse(reader, ENAMETOOLONG, term->begin,
			      "a name has at most 255 characters");
	return 0;
}

/* Behind a term there is an operation or the end; blanks may stand there, but not in a name. */
static int end_term(struct reader *reader, struct term *term)
{
	const char *blank = reader->at;

	while (is_blank(*reader->at))
		reader->at++;
	if (*reader->at && !is_operation(*reader->at))
		return refuse(reader, EINVAL, *reader->at == ']' ? reader->at : blank,
			      *reader->at == ']' ? "this bracket was never opened"
						 : "a comma is missing between two names");
	if (term->length == 0)
		return refuse(reader, EINVAL, term->begin, "a name is missing here");
	term->first[term->axes] = term->indexes.count;
	return check_length(reader, term);
}

static int read_term(struct reader *reader, struct term *term)
{
	int error = 0;

	while (is_blank(*reader->at))
		reader->at++;
	term->begin = reader->at;
	term->is_group = *reader->at == '@';
	while (!error && *reader->at && !is_operation(*reader->at) && !is_blank(*reader->at) &&
	       *reader->at != ']') {
		if (is_digit(*reader->at) || *reader->at == '[')
			error = read_number(reader, term);
		else
			error = read_text(reader, term);
	}
	return error ? error : end_term(reader, term);
}

/* ---- names of a term ------------------------------------------------------------------------ */

/* How many names @term has; it takes them from what may still be named. */
static int count_names(struct reader *reader, const struct term *term, size_t *count)
{
	*count = 1;
	for (size_t a = 0; a < term->axes; a++) {
		size_t indexes = term->first[a + 1] - term->first[a];

		if (*count > NODESET_NAMES_MAX / indexes)
			return refuse(reader, E2BIG, term->begin,
				      "a node set has at most 1,000,000 names");
		*count *= indexes;
	}
	if (*count > *reader->work)
		return refuse(reader, E2BIG, term->begin,
			      "an expression names at most 2,000,000 along its way");
	*reader->work -= *count;
	return 0;
}

/* Write all combinations at @row, the last axis fastest. */
static void write_rows(const struct term *term, int64_t *row, size_t count, int64_t order)
{
	size_t at[NODESET_AXES_MAX + 1];

	memcpy(at, term->first, sizeof(at));
	for (size_t i = 0; i < count; i++, row += term->axes + 1) {
		for (size_t a = 0; a < term->axes; a++)
			row[a] = term->indexes.index[at[a]];
		row[term->axes] = order++;
		for (size_t a = term->axes; a-- > 0;) {
			if (++at[a] < term->first[a + 1])
				break;
			at[a] = term->first[a];
		}
	}
}

static int add_names(struct reader *reader, const struct term *term, struct nodeset *set)
{
	struct nodeset_pattern *pattern;
	int64_t *row;
	size_t count;
	int error = count_names(reader, term, &count);

	if (error)
		return error;
	if (nodeset_room(set, term->pattern, term->length, term->axes, count, &pattern, &row))
		return refuse(reader, ENOMEM, term->begin, NULL);
	write_rows(term, row, count, set->order);
	set->order += (int64_t)count;
	error = nodeset_added(set, pattern, count, reader->fault);
	return error ? pass_on(reader, error, term->begin) : 0;
}

/* ---- groups --------------------------------------------------------------------------------- */

static int read_expression(struct reader *reader, struct nodeset *set);

/* Is the group @name being read already? Then it contains itself. */
static int check_cycle(struct reader *reader, const struct term *term, const char *name)
{
	const struct reader *outer = reader;

	for (; outer; outer = outer->outer)
		if (outer->group && strcmp(outer->group, name) == 0)
			return refuse(reader, ELOOP, term->begin,
				      "a group must not contain itself, not even by way of others");
	if (reader->depth == NODESET_DEPTH_MAX)
		return refuse(reader, ELOOP, term->begin,
			      "groups name groups more than 32 levels deep");
	return 0;
}

/* Add the nodes of the group @name, its '@' left out. */
static int add_group(struct reader *reader, const struct term *term, const char *name,
		     struct nodeset *set)
{
	struct reader inner = {
		.groups = reader->groups,
		.group = name,
		.outer = reader,
		.depth = reader->depth + 1,
		.work = reader->work,
		.fault = reader->fault,
	};
	int error = check_cycle(reader, term, name);

	if (error)
		return error;
	inner.text = reader->groups ? reader->groups->lookup(reader->groups->context, name) : NULL;
	if (!inner.text)
		return refuse(reader, ENOENT, term->begin, "there is no such group");
	inner.at = inner.text;
	error = read_expression(&inner, set);
	/* The caller sees its own text only: the place is where the group is named there. */
	if (error)
		reader->wrong = term->begin;
	return error;
}

static int add_groups(struct reader *reader, const struct term *term, struct nodeset *set)
{
	struct nodeset *names = nodeset_new();
	struct nodeset_names list = { 0 };
	int error =
		names ? add_names(reader, term, names) : refuse(reader, ENOMEM, term->begin, NULL);

	if (!error)
		error = nodeset_written(names, &list, reader->fault);
	for (size_t i = 0; i < list.count && !error; i++)
		error = add_group(reader, term, list.name[i] + 1, set);
	nodeset_names_free(&list);
	nodeset_free(names);
	return error;
}

/* ---- expressions ---------------------------------------------------------------------------- */

static int add_term(struct reader *reader, const struct term *term, struct nodeset *set)
{
	return term->is_group ? add_groups(reader, term, set) : add_names(reader, term, set);
}

static int apply_term(struct reader *reader, char operation, const struct term *term,
		      struct nodeset *set)
{
	struct nodeset *other;
	int error;

	if (operation == ',')
		return add_term(reader, term, set);
	other = nodeset_new();
	if (!other)
		return refuse(reader, ENOMEM, term->begin, NULL);
	error = add_term(reader, term, other);
	if (!error && nodeset_combine(set, operation, other, reader->fault))
		error = pass_on(reader, reader->fault->error, term->begin);
	nodeset_free(other);
	return error;
}

/* Terms with @set's operations between them; a group's expression is one operand of its own. */
static int read_terms(struct reader *reader, struct nodeset *set)
{
	struct term *term = malloc(sizeof(*term));
	char operation = ',';
	int error = 0;

	if (!term)
		return refuse(reader, ENOMEM, reader->at, NULL);
	term->indexes = (struct nodeset_indexes){ 0 };
	while (operation && !error) {
		term->indexes.count = term->length = term->plain = term->axes = 0;
		error = read_term(reader, term);
		if (!error)
			error = apply_term(reader, operation, term, set);
		operation = error ? '\0' : *reader->at;
		if (operation)
			reader->at++;
	}
	free(term->indexes.index);
	free(term);
	return error;
}

static bool is_all_blank(const char *text)
{
	while (is_blank(*text))
		text++;
	return *text == '\0';
}

static int read_expression(struct reader *reader, struct nodeset *set)
{
	struct nodeset *inner;
	int error;

	/* Not to be had for nothing, or empty groups of empty groups would take forever. */
	if (*reader->work == 0)
		return refuse(reader, E2BIG, reader->at,
			      "an expression names at most 2,000,000 along its way");
	--*reader->work;
	if (is_all_blank(reader->text))
		return 0;
	if (!reader->outer)
		return read_terms(reader, set);
	inner = nodeset_new();
	if (!inner)
		return refuse(reader, ENOMEM, reader->at, NULL);
	error = read_terms(reader, inner);
	if (!error)
		error = nodeset_combine(set, ',', inner, reader->fault);
	nodeset_free(inner);
	return error;
}

int nodeset_parse(const char *expression, const struct nodeset_groups *groups, struct nodeset **set,
		  size_t *offset, struct fault *fault)
{
	size_t *shared = groups ? groups->work : NULL;
	size_t most = shared && *shared < NODESET_WORK_MAX ? *shared : NODESET_WORK_MAX;
	size_t work = most;
	struct reader reader = { .text = expression,
				 .at = expression,
				 .groups = groups,
				 .work = &work,
				 .wrong = expression,
				 .fault = fault };
	int error;

	*set = nodeset_new();
	error = *set ? read_expression(&reader, *set) : refuse(&reader, ENOMEM, expression, NULL);
	if (shared)
		*shared -= most - work;
	if (!error)
		error = nodeset_check_size(*set, fault);
	if (offset)
		*offset = (size_t)(reader.wrong - expression);
	if (!error)
		return 0;
	nodeset_free(*set);
	*set = NULL;
	return error;
}

/* ---- single names --------------------------------------------------------------------------- */

/* Read @name, which must be one name, into @term, whose indexes the caller frees. */
static int read_name(struct reader *reader, struct term *term)
{
	int error;

	if (strpbrk(reader->text, OPERATIONS "[]@"))
		return refuse(reader, EINVAL, reader->text, "one name alone is wanted here");
	error = read_term(reader, term);
	if (!error && *reader->at)
		error = refuse(reader, EINVAL, reader->at, "one name alone is wanted here");
	return error;
}

int nodeset_add_name(struct nodeset *set, const char *name, struct fault *fault)
{
	size_t work = 1;
	struct reader reader = { .text = name, .at = name, .work = &work, .fault = fault };
	struct term term = { .length = 0 };
	int error = read_name(&reader, &term);

	if (!error)
		error = add_names(&reader, &term, set);
	free(term.indexes.index);
	return error;
}

static bool has_row(const struct nodeset_pattern *pattern, const int64_t *row)
{
	size_t stride = nodeset_stride(pattern);
	size_t low = 0;
	size_t high = pattern->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = nodeset_row_compare(pattern->row + middle * stride, row, pattern->axes);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool nodeset_contains(struct nodeset *set, const char *name)
{
	size_t work = 1;
	struct fault fault;
	struct reader reader = { .text = name, .at = name, .work = &work, .fault = &fault };
	struct term term = { .length = 0 };
	struct nodeset_pattern *pattern = NULL;
	bool found;

	if (read_name(&reader, &term) == 0)
		pattern = nodeset_find(set, term.pattern, term.length);
	if (pattern)
		nodeset_settle_pattern(set, pattern);
	found = pattern && has_row(pattern, term.indexes.index);
	free(term.indexes.index);
	return found;
}
