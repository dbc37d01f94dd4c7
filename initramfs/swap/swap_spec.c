// SPDX-License-Identifier: GPL-2.0-only
/* Which remote swap a node is to have; swap_spec.h has the contract. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../value.h"
#include "swap_spec.h"

/* Where wirerootd listens unless it is told otherwise. */
#define BROKER_PORT 8017
/* Less than this is not worth a session, more is a mistake. */
#define BYTES_MIN (1ull << 20)
#define BYTES_MAX (1ull << 46)

static const char *const mirror_names[] = { "none", "lender", "disk" };
static const char *const mode_names[] = { "plain", "lvm" };

const char *swap_mirror_name(enum swap_mirror mirror)
{
	return mirror_names[mirror];
}

const char *swap_mode_name(enum swap_mode mode)
{
	return mode_names[mode];
}

static unsigned int unit_shift(char unit)
{
	switch (unit) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	case 't':
	case 'T':
		return 40;
	default:
		return 0;
	}
}

static bool take_size(const char *text, size_t length, uint64_t *bytes)
{
	unsigned int shift = length ? unit_shift(text[length - 1]) : 0;
	uint64_t number = 0;

	length -= shift ? 1 : 0;
	if (!length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' || number > BYTES_MAX)
			return false;
		number = number * 10 + (uint64_t)(text[i] - '0');
	}
	if (number > BYTES_MAX >> shift || number << shift < BYTES_MIN)
		return false;
	*bytes = number << shift;
	return true;
}

/* Is @option "KEY=" and one of @names, @count of them? Its index, or -1. */
static int choice(const char *option, size_t length, const char *key, const char *const *names,
		  int count)
{
	size_t key_length = strlen(key);

	if (length <= key_length || strncmp(option, key, key_length) != 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (strlen(names[i]) == length - key_length &&
		    !memcmp(names[i], option + key_length, length - key_length))
			return i;
	return -1;
}

static bool take_option(struct swap_spec *spec, const char *option, size_t length)
{
	int mirror = choice(option, length, "mirror=", mirror_names, 3);
	int mode = choice(option, length, "mode=", mode_names, 2);

	/* "disk=", and a path. */
	if (length > 5 && !strncmp(option, "disk=/", 6))
		return value_copy(spec->disk, sizeof(spec->disk), option + 5, length - 5);
	if (mirror >= 0)
		spec->mirror = (enum swap_mirror)mirror;
	if (mode >= 0)
		spec->mode = (enum swap_mode)mode;
	return mirror >= 0 || mode >= 0;
}

static int take_swap(struct swap_spec *spec, const char *value, struct fault *fault)
{
	static const char kind[] = "remote:";
	static const char form[] =
		"give remote:SIZE[,mirror=lender|disk][,mode=plain|lvm][,disk=/dev/...], or off";
	const char *at = value + sizeof(kind) - 1;
	struct swap_spec taken = *spec;

	taken.bytes = 0;
	taken.mirror = SWAP_MIRROR_NONE;
	taken.mode = SWAP_PLAIN;
	taken.disk[0] = '\0';
	if (strcmp(value, "off") != 0) {
		if (strncmp(value, kind, sizeof(kind) - 1) != 0 ||
		    !take_size(at, strcspn(at, ","), &taken.bytes))
			return value_refuse(fault, "swap", value, form);
		for (at += strcspn(at, ","); *at; at += strcspn(at, ",")) {
			at++;
			if (!take_option(&taken, at, strcspn(at, ",")))
				return value_refuse(fault, "swap", value, form);
		}
	}
	*spec = taken;
	return 0;
}

static int take_broker(struct swap_spec *spec, const char *value, struct fault *fault)
{
	static const char form[] = "give ADDRESS[:PORT], as in 10.0.0.1:8017";
	size_t length = strcspn(value, ":");
	char text[IPV4_TEXT_BYTES];
	uint32_t address, port = BROKER_PORT;

	if (!value_copy(text, sizeof(text), value, length) || !value_ipv4(text, &address) ||
	    !address)
		return value_refuse(fault, "address", value, form);
	if (value[length] && (!value_number(value + length + 1, UINT16_MAX, &port) || !port))
		return value_refuse(fault, "port", value + length + 1, form);
	spec->broker = address;
	spec->port = (uint16_t)port;
	return 0;
}

static int take_member(struct swap_spec *spec, const char *value, struct fault *fault)
{
	if (!value_host_name(value, sizeof(spec->member) - 1))
		return value_refuse(fault, "member", value, "give the node's name");
	strcpy(spec->member, value);
	return 0;
}

/* What may stand in an HTTP header: RFC 6750 section 2.1. */
static int take_token(struct swap_spec *spec, const char *value, struct fault *fault)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._~+/=";

	if (!*value || strlen(value) >= sizeof(spec->token) ||
	    strspn(value, allowed) != strlen(value))
		return fault_set(fault, EINVAL, "read parameter", "wireroot.swap.token",
				 "a token has 1 to 128 letters, digits and -._~+/=");
	strcpy(spec->token, value);
	return 0;
}

static int take_role(struct swap_spec *spec, const char *value, struct fault *fault)
{
	bool lends = !strcmp(value, "lend");

	if (!lends && strcmp(value, "borrow") != 0)
		return value_refuse(fault, "role", value, "give lend or borrow");
	spec->role = lends ? SWAP_LENDS : SWAP_BORROWS;
	return 0;
}

static int take_reserve(struct swap_spec *spec, const char *value, struct fault *fault)
{
	return take_size(value, strlen(value), &spec->reserve_bytes)
		       ? 0
		       : value_refuse(fault, "size", value, "give 1m or more, as in 2g");
}

static const struct {
	const char *name;
	int (*take)(struct swap_spec *spec, const char *value, struct fault *fault);
} rules[] = {
	{ "wireroot.swap=", take_swap },	  { "wireroot.swap.broker=", take_broker },
	{ "wireroot.swap.member=", take_member }, { "wireroot.swap.token=", take_token },
	{ "wireroot.swap.role=", take_role },	  { "wireroot.swap.reserve=", take_reserve },
};

static int take_word(struct swap_spec *spec, const char *word, struct fault *fault)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		size_t length = strlen(rules[i].name);

		if (strncmp(word, rules[i].name, length) == 0)
			return rules[i].take(spec, word + length, fault);
	}
	/* The init leaves these to us, mistakes as well. */
	if (strncmp(word, "wireroot.swap", strlen("wireroot.swap")) == 0)
		return value_refuse(fault, "parameter", word,
				    "nobody knows it; see wireroot-swap(8)");
	return 0;
}

int swap_spec_apply(struct swap_spec *spec, const struct words *words, struct fault *fault)
{
	struct fault later;
	int error = 0;

	for (unsigned int i = 0; i < words->count; i++)
		if (take_word(spec, words->word[i], error ? &later : fault) && !error)
			error = -EINVAL;
	return error;
}

static int take_member_line(struct swap_spec *spec, const char *line, struct fault *fault)
{
	static const char broker[] = "broker=http://", member[] = "member=", token[] = "token=";

	if (!strncmp(line, broker, sizeof(broker) - 1))
		return take_broker(spec, line + sizeof(broker) - 1, fault);
	if (!strncmp(line, member, sizeof(member) - 1))
		return take_member(spec, line + sizeof(member) - 1, fault);
	if (!strncmp(line, token, sizeof(token) - 1))
		return take_token(spec, line + sizeof(token) - 1, fault);
	return 0;
}

int swap_spec_read_member(struct swap_spec *spec, const char *text, size_t length,
			  struct fault *fault)
{
	const char *end = text + length;
	char line[256];
	int error = 0;

	memset(spec, 0, sizeof(*spec));
	while (!error && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		if (!value_copy(line, sizeof(line), text, (size_t)(stop - text)))
			return fault_set(fault, EINVAL, "read who this node is", "",
					 "a line is too long, or holds a NUL");
		error = take_member_line(spec, line, fault);
		text = newline ? newline + 1 : end;
	}
	return error || swap_spec_complete(spec, fault) ? -EINVAL : 0;
}

int swap_spec_complete(const struct swap_spec *spec, struct fault *fault)
{
	const char *missing = !spec->broker	 ? "wireroot.swap.broker="
			      : !spec->member[0] ? "wireroot.swap.member="
			      : !spec->token[0]	 ? "wireroot.swap.token="
						 : NULL;

	return missing ? fault_set(fault, ENODATA, "attach remote swap", missing,
				   "this word is missing; see wireroot-swap(8)")
		       : 0;
}
