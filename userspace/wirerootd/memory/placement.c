// SPDX-License-Identifier: GPL-2.0-only
/* Chooses a lender. See placement.h. */
#include "userspace/wirerootd/memory/placement.h"

/* So many draws that miss mean that few have room: then all are looked at, once. */
#define DRAWS_MAX 16

struct choice {
	placement_look look;
	const void *lenders;
	size_t count;
	uint64_t bytes;
	placement_random random;
	void *source;
};

static bool fits(const struct choice *choice, size_t number, bool second,
		 struct placement_lender *lender)
{
	*lender = choice->look(choice->lenders, number);
	return !lender->is_out && lender->is_second == second && lender->room >= choice->bytes;
}

/* Is @one less loaded than @other, by the part of its memory that is lent? */
static bool is_less_loaded(const struct placement_lender *one, const struct placement_lender *other)
{
	double all_one = (double)one->lent + (double)one->room;
	double all_other = (double)other->lent + (double)other->room;

	return (double)one->lent * all_other < (double)other->lent * all_one;
}

/* The better one of two that are drawn; -1 when the draws found none. */
static long draw(const struct choice *choice)
{
	struct placement_lender best, lender;
	long found = -1;

	for (int draws = 0; draws < DRAWS_MAX; draws++) {
		size_t number = choice->random(choice->source, choice->count);

		if ((long)number == found || !fits(choice, number, false, &lender))
			continue;
		if (found >= 0)
			return is_less_loaded(&lender, &best) ? (long)number : found;
		found = (long)number;
		best = lender;
	}
	return found;
}

/*
 * Two among all that fit, each pair as likely as any other: one pass that keeps the first two and
 * replaces one of them by the i-th with probability 2/i.
 */
static long scan(const struct choice *choice, bool second)
{
	struct placement_lender kept[2] = { 0 }, lender;
	long numbers[2] = { -1, -1 };
	size_t seen = 0;

	for (size_t number = 0; number < choice->count; number++) {
		size_t place;

		if (!fits(choice, number, second, &lender))
			continue;
		place = seen < 2 ? seen : choice->random(choice->source, seen + 1);
		seen++;
		if (place > 1)
			continue;
		numbers[place] = (long)number;
		kept[place] = lender;
	}
	if (numbers[1] >= 0 && is_less_loaded(&kept[1], &kept[0]))
		return numbers[1];
	return numbers[0];
}

static uint64_t largest_room(const struct choice *choice)
{
	uint64_t largest = 0;

	for (size_t number = 0; number < choice->count; number++) {
		struct placement_lender lender = choice->look(choice->lenders, number);

		if (!lender.is_out && lender.room > largest)
			largest = lender.room;
	}
	return largest;
}

long placement_choose(placement_look look, const void *lenders, size_t count, uint64_t bytes,
		      placement_random random, void *source, uint64_t *largest)
{
	const struct choice choice = { .look = look,
				       .lenders = lenders,
				       .count = count,
				       .bytes = bytes,
				       .random = random,
				       .source = source };
	long found = -1;

	*largest = 0;
	if (count > (size_t)2 * DRAWS_MAX)
		found = draw(&choice);
	if (found < 0)
		found = scan(&choice, false);
	if (found < 0)
		found = scan(&choice, true);
	if (found < 0)
		*largest = largest_room(&choice);
	return found;
}
