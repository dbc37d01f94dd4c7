// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of profiles: C3 linearisation.
 *
 * An order has the greatest authority first. A profile comes before those that it inherits from,
 * later ones of its list before earlier ones, and both also hold for what they inherit from in
 * turn; where no order satisfies all of that, there is none. Each profile is in it once.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/loader.h"

/* More of them than anybody can keep in mind; it bounds the recursion and the merging. */
#define DEPTH_MAX    64
#define PROFILES_MAX 256

/* Lists that are merged into one order. */
struct merge {
	const struct profile *const **lists;
	size_t *lengths; /* what is left of each */
	size_t count;
};

static bool is_in_tail(const struct merge *merge, const struct profile *profile)
{
	for (size_t i = 0; i < merge->count; i++)
		for (size_t j = 1; j < merge->lengths[i]; j++)
			if (merge->lists[i][j] == profile)
				return true;
	return false;
}

/* The first head of a list that is in no list's tail, or NULL. */
static const struct profile *next_of(const struct merge *merge, bool *left)
{
	*left = false;
	for (size_t i = 0; i < merge->count; i++) {
		if (!merge->lengths[i])
			continue;
		*left = true;
		if (!is_in_tail(merge, merge->lists[i][0]))
			return merge->lists[i][0];
	}
	return NULL;
}

static void take_off(struct merge *merge, const struct profile *profile)
{
	for (size_t i = 0; i < merge->count; i++)
		if (merge->lengths[i] && merge->lists[i][0] == profile) {
			merge->lists[i]++;
			merge->lengths[i]--;
		}
}

enum merged { MERGED, NO_ORDER, TOO_MANY };

/* Put the merged lists behind what is in @order, which has room for PROFILES_MAX. */
static enum merged merge_lists(struct merge *merge, const struct profile **order, size_t *count)
{
	bool left;

	for (;;) {
		const struct profile *profile = next_of(merge, &left);

		if (!left)
			return MERGED;
		if (!profile)
			return NO_ORDER;
		if (*count == PROFILES_MAX)
			return TOO_MANY;
		order[(*count)++] = profile;
		take_off(merge, profile);
	}
}

static const struct profile_order *order_below(struct loader *loader, struct profile *self,
					       const struct setting *setting, unsigned int depth);

/* "a, b, c": from @first down to @last, which inherits from @first again. */
static void add_path(struct text *path, const struct profile *last, const struct profile *first)
{
	if (!last)
		return;
	if (last != first)
		add_path(path, last->heir, first);
	text_printf(path, "%s%s", path->length ? ", " : "", last->name);
}

/* @word of @last names @first, whose order is just being looked for. */
static void report_cycle(struct loader *loader, const struct placed_word *word,
			 const struct profile *last, const struct profile *first)
{
	struct text path = { 0 };

	add_path(&path, last, first);
	findings_add(loader->findings, word->place, word->length, false,
		     loader_printf(loader, "take %s out of this list", word->text),
		     "profile %s inherits from itself: %s, %s", first->name, text_string(&path),
		     first->name);
	text_free(&path);
}

/* The profile that @word of @setting names, with its order found, or NULL with a report. */
static struct profile *parent_of(struct loader *loader, const struct profile *heir,
				 const struct setting *setting, const struct placed_word *word,
				 unsigned int depth)
{
	struct yaml_node at = *setting->value;
	struct profile *profile;

	at.place = word->place;
	at.length = word->length;
	profile = find_named(loader, &loader->profiles, "profile", &at, word->text);
	if (!profile)
		return NULL;
	if (profile->state == PROFILE_BUSY) {
		report_cycle(loader, word, heir, profile);
		return NULL;
	}
	if (profile->state == PROFILE_NEW) {
		if (depth == DEPTH_MAX) {
			loader_report(loader, &at, "let one profile hold what several do",
				      "profiles inherit more than 64 deep here");
			return NULL;
		}
		profile->state = PROFILE_BUSY;
		profile->heir = heir;
		order_below(loader, profile, find_setting(&profile->settings, NODE_PROFILES),
			    depth + 1);
		profile->state = PROFILE_DONE;
	}
	return profile;
}

/* Fill the lists in: each parent's order, the last parent first, then the parents themselves. */
static void fill_lists(struct merge *merge, const struct profile **parents, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		merge->lists[i] = parents[i]->order.profiles;
		merge->lengths[i] = parents[i]->order.count;
	}
	merge->lists[count] = parents;
	merge->lengths[count] = count;
	merge->count = count + 1;
}

static bool is_among(const struct profile *const *profiles, size_t count,
		     const struct profile *profile)
{
	for (size_t i = 0; i < count; i++)
		if (profiles[i] == profile)
			return true;
	return false;
}

/* The parents that can be used, the last of the list first. */
static size_t find_parents(struct loader *loader, const struct profile *heir,
			   const struct setting *setting, const struct profile **parents,
			   unsigned int depth, bool *incomplete)
{
	size_t count = 0;

	*incomplete = setting && !setting->text && !yaml_is_empty(setting->value);

	for (size_t i = setting ? setting->word_count : 0; i-- > 0;) {
		const struct placed_word *word = &setting->words[i];
		const struct profile *parent = parent_of(loader, heir, setting, word, depth);

		*incomplete |= !parent || parent->order.incomplete;
		if (!parent)
			continue;
		if (is_among(parents, count, parent))
			findings_add(loader->findings, word->place, word->length, false,
				     "name it once", "profile %s is in this list twice",
				     word->text);
		else if (count < PROFILES_MAX)
			parents[count++] = parent;
	}
	return count;
}

static void report_order(struct loader *loader, const struct setting *setting, enum merged merged)
{
	if (merged == NO_ORDER)
		loader_report(
			loader, setting->value, "name the one that is to outrank last",
			"profiles '%s': there is no order in which each outranks those that it "
			"inherits from",
			setting->text);
	else if (merged == TOO_MANY)
		loader_report(loader, setting->value, "let one profile hold what several do",
			      "more than 256 profiles apply here");
}

/*
 * The order of what @setting names, behind @self if there is one, which then keeps it. A profile
 * without an order is used alone, so that one mistake is reported once.
 */
static const struct profile_order *order_below(struct loader *loader, struct profile *self,
					       const struct setting *setting, unsigned int depth)
{
	const struct profile *order[PROFILES_MAX], *parents[PROFILES_MAX];
	const struct profile *const *lists[PROFILES_MAX + 1];
	size_t lengths[PROFILES_MAX + 1], count = 0;
	struct merge merge = { .lists = lists, .lengths = lengths };
	struct profile_order *result = self ? &self->order : loader_alloc(loader, sizeof(*result));
	const struct profile **kept;
	bool incomplete;
	size_t parent_count = find_parents(loader, self, setting, parents, depth, &incomplete);
	enum merged merged;

	if (self)
		order[count++] = self;
	fill_lists(&merge, parents, parent_count);
	merged = merge_lists(&merge, order, &count);
	report_order(loader, setting, merged);
	if (merged != MERGED)
		count = self ? 1 : 0;
	kept = loader_alloc(loader, count * sizeof(*kept));
	if (!kept || !result)
		return NULL;
	memcpy(kept, order, count * sizeof(*kept));
	*result = (struct profile_order){ kept, count, incomplete || merged != MERGED };
	return result;
}

static int compare_profiles(const void *a, const void *b)
{
	const struct profile *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* By name, so that which of a cycle's profiles is blamed does not depend on chance. */
void order_profiles(struct loader *loader)
{
	const struct table *table = &loader->profiles;
	struct profile **profiles = loader_alloc(loader, table->count * sizeof(*profiles));
	size_t count = 0;

	for (size_t i = 0; profiles && i < table->capacity; i++)
		if (table->slots[i].key)
			profiles[count++] = table->slots[i].value;
	if (count)
		qsort(profiles, count, sizeof(*profiles), compare_profiles);
	for (size_t i = 0; i < count; i++) {
		if (profiles[i]->state != PROFILE_NEW)
			continue;
		profiles[i]->state = PROFILE_BUSY;
		order_below(loader, profiles[i],
			    find_setting(&profiles[i]->settings, NODE_PROFILES), 0);
		profiles[i]->state = PROFILE_DONE;
	}
}

const struct profile_order *order_of(struct loader *loader, const struct setting *setting)
{
	const struct profile_order *order;

	if (!setting || yaml_is_empty(setting->value))
		return NULL;
	order = setting->text ? loader_find(&loader->orders, setting->text) : NULL;
	if (order)
		return order;
	order = order_below(loader, NULL, setting, 0);
	/* One with a mistake in it is not kept: the next list of the same text has its own place.
	 */
	if (order && !order->incomplete)
		loader_put(loader, &loader->orders, setting->text, (void *)order);
	return order;
}
