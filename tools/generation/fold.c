// SPDX-License-Identifier: GPL-2.0-only
/* Changes that are alike, once; see fold.h. */
#include "tools/generation/fold.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WHAT "compare generations"

/* What stands in a key for words of the node's own; generated files hold no control characters. */
#define OWN_NAME    "\001"
#define OWN_MAC	    "\002"
#define OWN_ADDRESS "\003"

#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define GREEN "\033[32m"
#define CYAN  "\033[36m"
#define PLAIN "\033[m"

struct fold_member {
	struct fold_member *next;
	const struct change *change;
};

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, WHAT, "", NULL);
}

/* --- which changes are alike --- */

/* A word of the node's own, what stands for it, and what it may be part of. */
struct own_word {
	const char *text, *token;
	size_t length;
	const char *joints; /* characters beside letters and digits that make a longer word */
};

#define OWN_WORDS 4

static size_t own_words(const struct owner *owner, char dashed[static OWNER_MAC_BYTES],
			struct own_word words[static OWN_WORDS])
{
	for (size_t i = 0; i < OWNER_MAC_BYTES; i++)
		dashed[i] = owner->mac[i] == ':' ? '-' : owner->mac[i];
	words[0] = (struct own_word){ owner->mac, OWN_MAC, strlen(owner->mac), "" };
	words[1] = (struct own_word){ dashed, OWN_MAC "-", strlen(dashed), "" };
	words[2] = (struct own_word){ owner->name, OWN_NAME, strlen(owner->name), "-_" };
	words[3] = (struct own_word){ owner->address, OWN_ADDRESS, strlen(owner->address), "" };
	return owner->address[0] ? 4 : 3;
}

static bool continues(char c, const char *joints)
{
	return c && (isalnum((unsigned char)c) || strchr(joints, c));
}

/* The word of @words that begins at @at, in a line from @begin to @end. */
static const struct own_word *word_at(const struct own_word *words, size_t count, const char *begin,
				      const char *at, const char *end)
{
	for (size_t i = 0; i < count; i++) {
		const struct own_word *word = &words[i];

		if (word->length <= (size_t)(end - at) && !memcmp(at, word->text, word->length) &&
		    !(at > begin && continues(at[-1], word->joints)) &&
		    !(at + word->length < end && continues(at[word->length], word->joints)))
			return word;
	}
	return NULL;
}

/* Lines that go and come, with the node's own words (@count of them) by what stands for them. */
static bool add_lines(struct text *key, const char *hunks, size_t length,
		      const struct own_word *words, size_t count)
{
	const char *end = hunks + length;
	bool own = false;

	for (const char *line = hunks, *stop; line < end; line = stop + 1) {
		const char *kept = line;

		stop = memchr(line, '\n', (size_t)(end - line));
		if (!stop)
			stop = end;
		if (*line == ' ' || *line == '@')
			continue;
		for (const char *at = line + 1; at < stop; at++) {
			const struct own_word *word = word_at(words, count, line + 1, at, stop);

			if (!word)
				continue;
			text_add_bytes(key, kept, (size_t)(at - kept));
			text_add(key, word->token);
			kept = at + word->length;
			at = kept - 1;
			own = true;
		}
		text_add_bytes(key, kept, (size_t)(stop - kept));
		text_add(key, "\n");
	}
	return own;
}

static const struct owners *owners_for(const struct fold *fold, const struct change *change)
{
	return change->new ? fold->new : fold->old;
}

/* What changes that are alike have in common; true: words of the node's own are in it. */
static bool make_key(const struct fold *fold, const struct change *change, const char *hunks,
		     size_t length, struct text *key)
{
	const char *path = change_path(change), *slash = strrchr(path, '/');
	struct own_word words[OWN_WORDS];
	char dashed[OWNER_MAC_BYTES];
	struct owner owner;

	text_printf(key, "%d %zu ", change->kind, path_kind(path));
	if (owners_find(owners_for(fold, change), path, &owner)) {
		text_add(key, "\n");
		return add_lines(key, hunks, length, words, own_words(&owner, dashed, words));
	}
	/* Files of servers bear their kind's name. */
	text_printf(key, "%s\n", slash ? slash + 1 : path);
	return add_lines(key, hunks, length, NULL, 0);
}

/* --- groups --- */

static int add_member(struct fold *fold, struct fold_group *group, const struct change *change,
		      struct fault *fault)
{
	struct fold_member *member = arena_alloc(fold->arena, sizeof(*member));
	const char *path = change_path(change);

	if (!member || table_put(&fold->by_path, path, strlen(path), group))
		return no_memory(fault);
	*member = (struct fold_member){ .change = change };
	*group->last = member;
	group->last = &member->next;
	group->count++;
	return 0;
}

static struct fold_group *new_group(struct fold *fold, const struct text *key, const char *hunks,
				    size_t length)
{
	struct fold_group *group = arena_alloc(fold->arena, sizeof(*group));
	const char *kept = arena_copy(fold->arena, key->data, key->length);

	if (!group || !kept || table_put(&fold->by_change, kept, key->length, group))
		return NULL;
	*group = (struct fold_group){ .hunks = hunks, .length = length };
	group->last = &group->first;
	if (!fold->last)
		fold->last = &fold->first;
	*fold->last = group;
	fold->last = &group->next;
	return group;
}

static int add_change(struct fold *fold, const struct change *change, const char *hunks,
		      size_t length, struct fault *fault)
{
	struct text key = { 0 };
	bool own_words = make_key(fold, change, hunks, length, &key);
	struct fold_group *group;

	group = key.error ? NULL : table_find(&fold->by_change, key.data, key.length);
	if (!group && !key.error)
		group = new_group(fold, &key, hunks, length);
	text_free(&key);
	if (!group)
		return no_memory(fault);
	group->own_words |= own_words;
	return add_member(fold, group, change, fault);
}

int fold_same(struct fold *fold, const struct change *change, const struct change *like,
	      struct fault *fault)
{
	const char *path = change_path(like);
	struct fold_group *group = table_find(&fold->by_path, path, strlen(path));

	return group ? add_member(fold, group, change, fault) : 0;
}

/* --- the output of diff(1) --- */

static int compare_path(const void *key, const void *change)
{
	return strcmp(key, change_path(change));
}

/* The change that "--- a/PATH<TAB>TIME" is about; @line ends at @end. */
static const struct change *change_at(const struct fold *fold, const char *line, const char *end,
				      struct fault *fault)
{
	static const char begin[] = "--- a/";
	const struct change *change = NULL;
	const char *tab = memchr(line, '\t', (size_t)(end - line));
	char *path = NULL;

	if (tab && tab > line + strlen(begin) && !memcmp(line, begin, strlen(begin))) {
		line += strlen(begin);
		path = strndup(line, (size_t)(tab - line));
		if (!path) {
			no_memory(fault);
			return NULL;
		}
		change = bsearch(path, fold->difference->changes, fold->difference->count,
				 sizeof(*fold->difference->changes), compare_path);
	}
	if (!change)
		fault_set(fault, EPROTO, WHAT, path ? path : "diff", "this is no output of diff");
	free(path);
	return change;
}

/* Behind the line that begins at @at. */
static const char *next_line(const char *at, const char *end)
{
	const char *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

	return stop ? stop + 1 : end;
}

int fold_read(struct fold *fold, const char *diff, size_t length, struct fault *fault)
{
	const char *end = diff + length, *at = diff;
	int error = 0;

	/* "diff …", "--- a/…", "+++ b/…" and hunks, whose lines begin with none of diff's letters.
	 */
	while (!error && at < end) {
		const char *from = next_line(at, end), *hunks;
		const struct change *change = change_at(fold, from, next_line(from, end), fault);

		if (!change)
			return -fault->error;
		hunks = next_line(next_line(from, end), end);
		for (at = hunks; at < end && *at != 'd'; at = next_line(at, end))
			;
		error = add_change(fold, change, hunks, (size_t)(at - hunks), fault);
	}
	return error;
}

/* --- writing --- */

static void add_coloured(struct text *text, const char *colour, const char *line, size_t length)
{
	if (!colour) {
		text_add_bytes(text, line, length);
	} else {
		text_add(text, colour);
		text_add_bytes(text, line, length);
		text_add(text, PLAIN);
	}
	text_add(text, "\n");
}

static const char *colour_of(char first)
{
	switch (first) {
	case '-':
		return RED;
	case '+':
		return GREEN;
	case '@':
		return CYAN;
	default:
		return NULL;
	}
}

static void add_hunks(const struct fold_group *group, bool colour, struct text *text)
{
	const char *end = group->hunks + group->length;

	for (const char *line = group->hunks, *stop; line < end; line = stop) {
		stop = next_line(line, end);
		add_coloured(text, colour ? colour_of(*line) : NULL, line,
			     (size_t)(stop - line) - (stop[-1] == '\n'));
	}
}

/* As patch(1) wants it. */
static void add_header(const struct change *change, bool colour, struct text *text)
{
	struct text line = { 0 };

	text_printf(&line, "--- %s%s\n+++ %s%s", change->old ? "a/" : "",
		    change->old ? change->old->path : "/dev/null", change->new ? "b/" : "",
		    change->new ? change->new->path : "/dev/null");
	add_coloured(text, colour ? BOLD : NULL, text_string(&line), line.length);
	text->error = text->error ? text->error : line.error;
	text_free(&line);
}

/* Names of nodes, folded, and behind them the paths that are nobody's. */
static int add_members(const struct fold *fold, const struct fold_group *group, struct text *line,
		       struct fault *fault)
{
	struct nodeset *nodes = nodeset_new();
	struct text paths = { 0 };
	size_t named = 0;
	int error = nodes ? 0 : no_memory(fault);

	for (const struct fold_member *member = group->first; member && !error;
	     member = member->next) {
		const char *path = change_path(member->change);
		struct owner owner;

		if (owners_find(owners_for(fold, member->change), path, &owner)) {
			error = nodeset_add_name(nodes, owner.name, fault);
			named++;
		} else {
			text_printf(&paths, "%s%s", paths.length ? " " : "", path);
		}
	}
	if (!error && named)
		error = nodeset_fold(nodes, line, fault);
	if (paths.length)
		text_printf(line, "%s%s", named ? " " : "", text_string(&paths));
	if (paths.error)
		error = no_memory(fault);
	text_free(&paths);
	nodeset_free(nodes);
	return error;
}

/* "n[01-16], node segments, 16 changes alike; shown is n01:" */
static int add_title(const struct fold *fold, const struct fold_group *group, bool colour,
		     struct text *text, struct fault *fault)
{
	const struct change *shown = group->first->change;
	const char *path = change_path(shown);
	struct text line = { 0 };
	struct owner owner;
	bool owned = owners_find(owners_for(fold, shown), path, &owner);
	int error;

	if (group->count == 1 && !owned)
		return 0; /* the path says it */
	error = add_members(fold, group, &line, fault);
	text_printf(&line, ", %s", path_kind_name(path_kind(path)));
	if (group->count > 1)
		text_printf(&line, ", %zu changes alike%s", group->count,
			    group->own_words ? " but for each one's own name and address" : "");
	if (group->count > 1 && owned)
		text_printf(&line, "; shown is %s", owner.name);
	text_add(&line, ":");
	add_coloured(text, colour ? BOLD : NULL, text_string(&line), line.length);
	if (!error && line.error)
		error = no_memory(fault);
	text_free(&line);
	return error;
}

int fold_write(const struct fold *fold, bool colour, struct text *text, struct fault *fault)
{
	int error = 0;

	for (const struct fold_group *group = fold->first; group && !error; group = group->next) {
		error = add_title(fold, group, colour, text, fault);
		add_header(group->first->change, colour, text);
		add_hunks(group, colour, text);
	}
	return !error && text->error ? no_memory(fault) : error;
}

void fold_free(struct fold *fold)
{
	table_free(&fold->by_change);
	table_free(&fold->by_path);
}
