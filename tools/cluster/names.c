// SPDX-License-Identifier: GPL-2.0-only
/* The order of names in which people count: n2 before n10. */
#include "tools/cluster/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A run of digits as a number of any length: without zeros, the longer one is greater. */
static int compare_digits(const char **a, const char **b)
{
	const char *left = *a + strspn(*a, "0"), *right = *b + strspn(*b, "0");
	size_t left_length = strspn(left, "0123456789");
	size_t right_length = strspn(right, "0123456789");
	int order;

	*a = left + left_length;
	*b = right + right_length;
	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	order = memcmp(left, right, left_length);
	return order;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits, or else the byte, that both begin with: their order; 0: the same, and passed over. */
static int compare_step(const char **left, const char **right)
{
	if (is_digit(**left) && is_digit(**right))
		return compare_digits(left, right);
	if (**left != **right)
		return (unsigned char)**left < (unsigned char)**right ? -1 : 1;
	(*left)++;
	(*right)++;
	return 0;
}

/* What comes before the version that it is added to: 6.12-rc3 before 6.12, 6.1~beta before 6.1. */
static bool is_before_release(const char *rest)
{
	return *rest == '~' || strncmp(rest, "-rc", 3) == 0;
}

int compare_versions(const char *a, const char *b)
{
	const char *left = a, *right = b;
	int order = 0;

	while (!order && *left && *right) {
		if (is_before_release(left) != is_before_release(right))
			return is_before_release(left) ? -1 : 1;
		order = compare_step(&left, &right);
	}
	if (order)
		return order;
	if (*left || *right)
		return (*left ? 1 : -1) * (is_before_release(*left ? left : right) ? -1 : 1);
	return strcmp(a, b);
}

int compare_names(const char *a, const char *b)
{
	const char *left = a, *right = b;
	int order = 0;

	while (!order && *left && *right)
		order = compare_step(&left, &right);
	if (order)
		return order;
	if (*left || *right)
		return *left ? 1 : -1;
	return strcmp(a, b); /* zeros in front alone tell them apart */
}
