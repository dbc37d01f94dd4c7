// SPDX-License-Identifier: GPL-2.0-only
/* Lists of words that add up, and what the init says about them; see words.h. */
#include "tools/cluster/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/params.h"
#include "initramfs/swap/swap_spec.h"
#include "tools/generate/ipxe.h"
#include "userspace/lib/nearest.h"

/* The init splits so many words of the command line and of the node file each. */
#define OWN_WORDS  32 /* those that we add: ip=, root=, wireroot.… */
#define LIST_WORDS (WORDS_MAX - OWN_WORDS)
/* What loaders add to the command line: BOOTIF=, initrd=. */
#define LOADER_BYTES  256
#define APPEND_BYTES  (IPXE_COMMAND_LINE_BYTES - LOADER_BYTES)
#define NODE_FILE_MAX 12288 /* of the init's 16 KiB; the rest is for what we add */

/* Our words that params.c knows, for suggestions; a test compares the two. */
static const char *const known_words[] = {
	"wireroot.hostname", "wireroot.overlay", "wireroot.discover", "wireroot.onfail",
	"wireroot.timeout",  "wireroot.break",	 "wireroot.report",   "wireroot.debug",
};

/* Those that the init leaves to wireroot-swap. */
static const char *const swap_words[] = {
	"wireroot.swap",
	"wireroot.swap.broker",
	"wireroot.swap.member",
	"wireroot.swap.token",
};

/* Does "-NAME" take @word away: NAME or NAME=…? */
static bool is_taken_by(const char *word, const char *name)
{
	size_t length = strlen(name);

	return strncmp(word, name, length) == 0 && (!word[length] || word[length] == '=');
}

static void add_up(const struct setting *setting, struct placed_word *words, size_t *count)
{
	for (size_t i = 0; i < setting->word_count; i++) {
		const struct placed_word *word = &setting->words[i];
		size_t kept = 0;

		if (word->text[0] != '-') {
			words[(*count)++] = *word;
			continue;
		}
		for (size_t j = 0; j < *count; j++)
			if (!is_taken_by(words[j].text, word->text + 1))
				words[kept++] = words[j];
		*count = kept;
	}
}

static void describe(struct loader *loader, struct word_sum *sum,
		     const struct setting *const *settings, const char *const *origins,
		     size_t count)
{
	struct text text = { 0 }, origin = { 0 };

	for (size_t i = 0; i < sum->list.count; i++)
		text_printf(&text, "%s%s", i ? "," : "", sum->list.words[i]);
	for (size_t i = 0; i < count; i++)
		text_printf(&origin, "%s%s", i ? ", " : "", origins[i]);
	sum->text = sum->list.count ? loader_printf(loader, "%s", text_string(&text)) : NULL;
	sum->origin = loader_printf(loader, "%s", text_string(&origin));
	if (count)
		sum->place = settings[count - 1]->name->place;
	loader->no_memory |= text.error || origin.error;
	text_free(&text);
	text_free(&origin);
}

/* What each of @settings says by itself. */
static const struct cluster_value *parts_of(struct loader *loader,
					    const struct setting *const *settings,
					    const char *const *origins, size_t count)
{
	struct cluster_value *parts = loader_alloc(loader, (count + 1) * sizeof(*parts));

	for (size_t i = 0; parts && i < count; i++)
		parts[i] = (struct cluster_value){ .text = settings[i]->text,
						   .origin = origins[i],
						   .place = settings[i]->name->place };
	return parts;
}

static struct word_sum *new_sum(struct loader *loader, const struct setting *const *settings,
				const char *const *origins, size_t count)
{
	struct word_sum *sum = loader_alloc(loader, sizeof(*sum));
	size_t max = 0, words_count = 0;
	struct placed_word *words;
	const char **texts;

	for (size_t i = 0; i < count; i++)
		max += settings[i]->word_count;
	words = loader_alloc(loader, max * sizeof(*words));
	texts = loader_alloc(loader, max * sizeof(*texts));
	if (!sum || !words || !texts)
		return NULL;
	for (size_t i = 0; i < count; i++)
		add_up(settings[i], words, &words_count);
	for (size_t i = 0; i < words_count; i++) {
		texts[i] = words[i].text;
		sum->has_variables |= strchr(texts[i], '@') != NULL;
	}
	sum->words = words;
	sum->list = (struct word_list){ texts, words_count };
	describe(loader, sum, settings, origins, count);
	sum->parts = parts_of(loader, settings, origins, count);
	return sum;
}

const struct word_sum *sum_words(struct loader *loader, const struct setting *const *settings,
				 const char *const *origins, size_t count)
{
	size_t bytes = count * sizeof(*settings);
	struct word_sum *sum = table_find(&loader->sums, settings, bytes);
	void *key;

	if (sum)
		return sum;
	sum = new_sum(loader, settings, origins, count);
	key = arena_copy(loader->arena, (const char *)settings, bytes);
	if (!sum || !key || table_put(&loader->sums, key, bytes, sum)) {
		loader->no_memory = true;
		return NULL;
	}
	if (count && !sum->has_variables)
		check_sum(loader, settings[0]->key, sum->words, sum->list.words, sum->list.count,
			  NULL);
	return sum;
}

/* --- what the init says ----------------------------------------------------------------------- */

/* What struct fault tells of a malformed word, without the words that say where. */
static void describe_fault(const struct fault *fault, struct word_problem *problem)
{
	snprintf(problem->text, sizeof(problem->text), "%s%s%s", fault->peer,
		 fault->hint[0] ? ": " : "", fault->hint);
}

static void describe_unknown(const char *word, struct word_problem *problem)
{
	char name[64];
	struct nearest nearest;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	nearest = nearest_begin(name);
	for (size_t i = 0; i < sizeof(known_words) / sizeof(known_words[0]); i++)
		nearest_offer(&nearest, known_words[i]);
	for (size_t i = 0; i < sizeof(swap_words) / sizeof(swap_words[0]); i++)
		nearest_offer(&nearest, swap_words[i]);
	snprintf(problem->text, sizeof(problem->text), "the init does not know '%s'", name);
	problem->suggestion = nearest.name;
	problem->unknown = true;
}

static bool is_swap_word(const char *word)
{
	size_t length = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(swap_words) / sizeof(swap_words[0]); i++)
		if (strlen(swap_words[i]) == length && !memcmp(swap_words[i], word, length))
			return true;
	return false;
}

/* What wireroot-swap says to the only one of @words, which the init leaves to it. */
static bool swap_problem(const struct words *words, struct word_problem *problem)
{
	const char *word = words->word[0];
	struct swap_spec spec = { 0 };
	struct fault fault = { 0 };

	if (!is_swap_word(word)) {
		describe_unknown(word, problem);
		return true;
	}
	if (!word[strcspn(word, "=")] || !swap_spec_apply(&spec, words, &fault))
		return false;
	describe_fault(&fault, problem);
	return true;
}

bool parameter_problem(const char *word, struct word_problem *problem)
{
	struct words words = { 0 };
	struct fault fault = { 0 };
	struct params params;
	char *copy = strdup(word), *unquoted;
	bool unclosed, found = true;

	*problem = (struct word_problem){ 0 };
	if (!copy)
		return false;
	params_init(&params);
	words_next(copy, &unquoted, &unclosed);
	if (!unquoted)
		unquoted = copy;
	words.count = 1;
	words.word[0] = unquoted;
	if (params_apply(&params, &words, &fault))
		describe_fault(&fault, problem);
	else if (params.unknown_count)
		describe_unknown(unquoted, problem);
	else
		found = params.swap && swap_problem(&words, problem);
	free(copy);
	return found;
}

static void tell(struct loader *loader, const struct placed_word *word, const char *suggestion,
		 const char *node, const char *message)
{
	if (node)
		gather_add(&loader->gather, word->place, word->length, false, suggestion, node,
			   "%s", message);
	else
		findings_add(loader->findings, word->place, word->length, false, suggestion, "%s",
			     message);
}

/* What iPXE would take for its own at @part, @length bytes without a blank; see ipxe.h. */
static const char *ipxe_part_problem(const char *part, size_t length)
{
	if (*part == '#')
		return "iPXE takes it for a comment";
	if ((length == 2 && (!memcmp(part, "||", 2) || !memcmp(part, "&&", 2))) ||
	    (length == 1 && *part == ';'))
		return "iPXE takes it for the end of a command";
	return NULL;
}

/* The same of a whole word, whose quotes mean nothing to iPXE: it parts it at its blanks. */
static const char *ipxe_problem(const char *word)
{
	const char *setting = word, *why = NULL;

	while (*word && !why) {
		size_t length = strcspn(word, " ");

		if (length)
			why = ipxe_part_problem(word, length);
		word += length + strspn(word + length, " ");
	}
	while (!why && (setting = strstr(setting, "${"))) {
		setting = strchr(setting, '}');
		if (!setting)
			why = "a ${ has no }";
	}
	return why;
}

static void check_command_word(struct loader *loader, enum node_key key,
			       const struct placed_word *word, const char *text, const char *node)
{
	const char *why = key == NODE_APPEND ? ipxe_problem(text) : NULL;
	struct word_problem problem;
	char message[512];

	if (!why && parameter_problem(text, &problem)) {
		why = problem.text;
		if (problem.unknown) {
			tell(loader, word, problem.suggestion, node, why);
			return;
		}
	}
	if (!why)
		return;
	snprintf(message, sizeof(message), "'%s': %s", text, why);
	tell(loader, word, NULL, node, message);
}

/* All of them as options of an NFS root, as the init reads them. */
static void check_options(struct loader *loader, const struct placed_word *words,
			  const char *const *text, size_t count, const char *node)
{
	struct text root = { 0 };
	struct word_problem problem;

	/* nfs-version may come before them. */
	text_add(&root, "root=nfs:10.0.0.1:/:vers=4.2");
	for (size_t i = 0; i < count; i++)
		text_printf(&root, ",%s", text[i]);
	if (count && !root.error && parameter_problem(root.data, &problem))
		tell(loader, &words[count - 1], NULL, node, problem.text);
	loader->no_memory |= root.error;
	text_free(&root);
}

static void check_size(struct loader *loader, enum node_key key, const struct placed_word *words,
		       const char *const *text, size_t count, const char *node)
{
	size_t bytes = 0, limit = key == NODE_APPEND ? APPEND_BYTES : NODE_FILE_MAX;
	char message[160];

	for (size_t i = 0; i < count; i++)
		bytes += strlen(text[i]) + 1;
	if (bytes > limit)
		snprintf(message, sizeof(message),
			 "the words of %s have %zu bytes; there is room for %zu",
			 section_keys[SECTION_NODE].keys[key].name, bytes, limit);
	else if (count > LIST_WORDS)
		snprintf(message, sizeof(message),
			 "%s has %zu words; the init takes %d, and of these %d are Wireroot's own",
			 section_keys[SECTION_NODE].keys[key].name, count, WORDS_MAX, OWN_WORDS);
	else
		return;
	tell(loader, &words[count - 1],
	     key == NODE_APPEND ? "put what the kernel itself does not need into parameters" : NULL,
	     node, message);
}

/* Variables can have put anything into a word. */
static bool is_acceptable(struct loader *loader, enum node_key key, const struct placed_word *word,
			  const char *text, const char *node)
{
	const struct key *description = &section_keys[SECTION_NODE].keys[key];
	char wants[160], message[512];

	if (key_accepts(description, text))
		return true;
	snprintf(message, sizeof(message), "'%s' has to be %s, not '%s'", description->name,
		 key_wants(description, wants, sizeof(wants)), text);
	tell(loader, word, NULL, node, message);
	return false;
}

/* Words whose variables are not put in yet say nothing. */
void check_own_words(struct loader *loader, const struct setting *setting)
{
	for (size_t i = 0; i < setting->word_count; i++) {
		const struct placed_word *word = &setting->words[i];

		if (word->text[0] == '-' || strchr(word->text, '@'))
			continue;
		if (setting->key == NODE_MOUNT_OPTIONS)
			check_options(loader, word, &word->text, 1, NULL);
		else if (setting->key == NODE_APPEND || setting->key == NODE_PARAMETERS)
			check_command_word(loader, setting->key, word, word->text, NULL);
	}
}

void check_sum(struct loader *loader, enum node_key key, const struct placed_word *words,
	       const char *const *text, size_t count, const char *node)
{
	for (size_t i = 0; i < count; i++) {
		if (!strchr(words[i].text, '@'))
			continue;
		if (!is_acceptable(loader, key, &words[i], text[i], node))
			return;
		if (key != NODE_MOUNT_OPTIONS)
			check_command_word(loader, key, &words[i], text[i], node);
	}
	if (count && key == NODE_MOUNT_OPTIONS)
		check_options(loader, words, text, count, node);
	else if (count)
		check_size(loader, key, words, text, count, node);
}
