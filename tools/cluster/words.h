/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of words: how they add up, how variables are put in, and what the init says about them.
 */
#ifndef WIREROOT_CLUSTER_WORDS_H
#define WIREROOT_CLUSTER_WORDS_H

#include "initramfs/value.h"
#include "tools/cluster/loader.h"

/* What some settings' lists make together; shared by all nodes that these settings apply to. */
struct word_sum {
	const struct placed_word *words; /* with variables as they were written */
	struct word_list list; /* the same */
	const char *text; /* with commas; NULL when there are none */
	const char *origin; /* of all the settings, in their order */
	struct place place; /* of the last setting */
	const struct cluster_value *parts; /* see struct cluster_value; NULL when memory ran out */
	bool has_variables; /* ->list and ->text are no use then */
};

/*
 * Add the lists of @settings up, the least first: a word "-NAME" takes earlier words NAME and
 * NAME=… away. @origins are the settings' own. The sum is made once for the same settings. NULL
 * when memory ran out.
 */
const struct word_sum *sum_words(struct loader *loader, const struct setting *const *settings,
				 const char *const *origins, size_t count);

/* Variables that every node has by itself. */
#define OWN_VARIABLES 9
extern const char *const own_variables[OWN_VARIABLES];

/* Who the variables are filled in for. */
struct variable_source {
	struct loader *loader;
	const struct cluster_node *node;
	/* Texts of the node's own. */
	char mac[MAC_TEXT_BYTES], address[IPV4_TEXT_BYTES], server[IPV4_TEXT_BYTES], index[20];
};

void variables_begin(struct variable_source *source, struct loader *loader,
		     const struct cluster_node *node);

/* @word with its variables put in, in the arena; NULL with a report. */
const char *fill_in(struct variable_source *source, const struct placed_word *word);

/* What the init finds malformed or does not know in the single word @word; false when nothing. */
struct word_problem {
	char text[320];
	const char *suggestion;
	bool unknown;
};
bool parameter_problem(const char *word, struct word_problem *problem);

/* Judge the words of one list by themselves, but for those with variables. */
void check_own_words(struct loader *loader, const struct setting *setting);

/*
 * Judge @count words of the key @key together, and those that had variables also by themselves.
 * @text has the words as they will be, @words as they were written. What is found is told of @node,
 * or, with NULL, of nobody in particular.
 */
void check_sum(struct loader *loader, enum node_key key, const struct placed_word *words,
	       const char *const *text, size_t count, const char *node);

#endif
