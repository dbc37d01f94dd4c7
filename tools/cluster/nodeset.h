/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of nodes as ranges: "n[01-16/2,20]", "r[1-2]n[01-04]", "@rack1!n07".
 *
 * The syntax, the order and the folded text are those of ClusterShell's `nodeset` command:
 *
 *   n[1-3] n[01-10] n[0-8/2] n[1,5-7]  an index out of each bracket; zeros in front are kept: n1,
 *                                      n01 and n001 are three names
 *   r[1-2]n[1-4]                       several brackets: every combination
 *   A,B  A!B  A&B  A^B                 union, difference, intersection, symmetric difference, from
 *                                      left to right, all of the same rank
 *   @rack1  @rack[1-2]                 what a group stands for
 *
 * Stricter than ClusterShell where its answer can only surprise: faults are blanks inside a name,
 * wildcards, "1-2-3", digits before a bracket whose range grows a digit ("n1[9-10]"), and negative
 * numbers, with which a name could be spelled in two ways (n[-5] and n-5).
 *
 * Pure: memory, no files, no output. A set has at most NODESET_NAMES_MAX names; an expression may
 * name NODESET_WORK_MAX along its way (with what is taken away again, groups in groups included).
 * Functions return 0 or -errno with @fault filled in: -EINVAL for what was written, -ENOENT for a
 * group that there is none of, -ELOOP for groups that contain themselves, -E2BIG for a set too
 * large, -ENOMEM.
 *
 * Links: tools/cluster/nodeset.c tools/cluster/nodeset_parse.c tools/cluster/nodeset_range.c
 * tools/cluster/nodeset_table.c tools/cluster/nodeset_fold.c userspace/lib/text.c initramfs/fault.c
 */
#ifndef WIREROOT_NODESET_H
#define WIREROOT_NODESET_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

#define NODESET_NAMES_MAX  1000000
#define NODESET_WORK_MAX   2000000
#define NODESET_NAME_BYTES 256 /* a name with its NUL */
#define NODESET_DIGITS_MAX 17 /* of an index in brackets; longer numbers in names do not fold */
#define NODESET_DEPTH_MAX  32 /* groups in groups */

/* A set of names, each of them once; made by nodeset_parse() or nodeset_new(). */
struct nodeset;

/* Names one behind the other, as nodeset_sorted() and nodeset_written() fill it in. */
struct nodeset_names {
	size_t count;
	const char **name; /* @count of them */
	char *storage; /* what they point into */
};

/* Where the words behind '@' are looked up. */
struct nodeset_groups {
	/*
	 * The expression that the group @name ("rack1", without its '@') stands for, which may name
	 * groups in turn, or NULL when there is no such group. The text must stay until the call
	 * that was given this struct returns.
	 */
	const char *(*lookup)(void *context, const char *name);
	void *context;
	/* What several expressions may name together, less what each has named; NULL: every one
	 * has NODESET_WORK_MAX of its own, which is the limit of one in either case. */
	size_t *work;
};

/*
 * Read @expression into a new *@set, freed with nodeset_free(). An empty one is the empty set.
 * @groups may be NULL: then there are none. On failure *@offset is the byte of @expression at which
 * the offending text begins (for a fault inside of a group: the '@' that leads to it); @offset may
 * be NULL.
 */
int nodeset_parse(const char *expression, const struct nodeset_groups *groups, struct nodeset **set,
		  size_t *offset, struct fault *fault);

/* An empty set, or NULL when memory ran out. */
struct nodeset *nodeset_new(void);
void nodeset_free(struct nodeset *set); /* NULL is fine */

/* Add the one name @name, in which neither operators, groups nor brackets are allowed. */
int nodeset_add_name(struct nodeset *set, const char *name, struct fault *fault);

/* Let @set be "@set OPERATION @other", OPERATION being one of ',' '!' '&' '^'. @other stays, and is
 * another set. */
int nodeset_combine(struct nodeset *set, char operation, struct nodeset *other,
		    struct fault *fault);

/* How many names there are; counting and asking sort in passing and change nothing that can be
 * seen. */
size_t nodeset_count(struct nodeset *set);
bool nodeset_contains(struct nodeset *set, const char *name);

/*
 * The names as `nodeset --expand` orders them: by pattern, then by index. Freed with
 * nodeset_names_free().
 */
int nodeset_sorted(struct nodeset *set, struct nodeset_names *names, struct fault *fault);

/*
 * The names in the order in which they were written, for values that are paired with a range:
 * n[10-11,2] is n10, n11, n2; the last bracket of a name runs fastest; a name counts where it came
 * first; '&' and '!' keep the left side's order.
 */
int nodeset_written(struct nodeset *set, struct nodeset_names *names, struct fault *fault);
void nodeset_names_free(struct nodeset_names *names);

/* Add the short text of @set as `nodeset --fold` writes it; text->error tells of lack of memory. */
int nodeset_fold(struct nodeset *set, struct text *text, struct fault *fault);

#endif
