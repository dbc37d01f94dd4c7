// SPDX-License-Identifier: GPL-2.0-only
/* Reads JSON. See message.h. */
#include "userspace/wirerootd/memory/message.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

/* Tokens are random; a short one would be somebody's own idea. */
#define TOKEN_LENGTH_MIN 16
#define INTERVAL_S_MAX	 3600

/* One JSON object, and the first thing that is wrong with it. */
struct reader {
	const json_t *object;
	char at[48]; /* where it is in the message: "grants[3]."; may be empty */
	struct fault *fault;
	bool is_wrong;
};

__attribute__((format(printf, 3, 4))) static void wrong(struct reader *reader, const char *key,
							const char *format, ...)
{
	char peer[sizeof(reader->fault->peer)], hint[sizeof(reader->fault->hint)];
	va_list values;

	if (reader->is_wrong)
		return;
	va_start(values, format);
	vsnprintf(hint, sizeof(hint), format, values);
	va_end(values);
	snprintf(peer, sizeof(peer), "%s%s", reader->at, key);
	fault_set(reader->fault, EINVAL, "read a message about memory", peer, hint);
	reader->is_wrong = true;
}

static const json_t *get(struct reader *reader, const char *key)
{
	const json_t *value = json_object_get(reader->object, key);

	if (!value)
		wrong(reader, key, "it is missing");
	return value;
}

static uint64_t number(struct reader *reader, const char *key, uint64_t minimum, uint64_t maximum)
{
	const json_t *value = get(reader, key);

	if (!value)
		return minimum;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) < minimum ||
	    (uint64_t)json_integer_value(value) > maximum) {
		wrong(reader, key, "a whole number from %llu to %llu is expected",
		      (unsigned long long)minimum, (unsigned long long)maximum);
		return minimum;
	}
	return (uint64_t)json_integer_value(value);
}

static uint64_t number_or(struct reader *reader, const char *key, uint64_t minimum,
			  uint64_t maximum, uint64_t otherwise)
{
	if (!json_object_get(reader->object, key))
		return otherwise;
	return number(reader, key, minimum, maximum);
}

static uint64_t bytes(struct reader *reader, const char *key)
{
	return number(reader, key, 0, MESSAGE_BYTES_OF_ALL);
}

/* Of a grant. */
static uint64_t grant_bytes(struct reader *reader)
{
	uint64_t read = number(reader, "bytes", MESSAGE_GRANT_MINIMUM, MESSAGE_BYTES_OF_ALL);

	if (read % MESSAGE_GRANT_UNIT)
		wrong(reader, "bytes", "a multiple of %d is expected", MESSAGE_GRANT_UNIT);
	return read;
}

static double share(struct reader *reader, const char *key)
{
	const json_t *value = get(reader, key);
	double read = json_number_value(value);

	/* PSI gives per cent. */
	if (value && (!json_is_number(value) || !(read >= 0) || read > 100))
		wrong(reader, key, "a number from 0 to 100 is expected");
	return reader->is_wrong ? 0 : read;
}

static bool boolean(struct reader *reader, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(reader->object, key);

	if (!value)
		return otherwise;
	if (!json_is_boolean(value))
		wrong(reader, key, "true or false is expected");
	return json_is_true(value);
}

/* A text that fits @size with its NUL, without control characters; "" when it is wrong. */
static void text(struct reader *reader, const char *key, char *to, size_t size)
{
	const json_t *value = get(reader, key);

	*to = '\0';
	if (!value)
		return;
	if (!json_is_string(value) ||
	    strlen(json_string_value(value)) != json_string_length(value) ||
	    json_string_length(value) >= size || !value_plain(json_string_value(value)))
		wrong(reader, key, "a text of at most %zu bytes is expected", size - 1);
	else
		snprintf(to, size, "%s", json_string_value(value));
}

static bool is_absent(const struct reader *reader, const char *key)
{
	const json_t *value = json_object_get(reader->object, key);

	return !value || json_is_null(value);
}

/* The same; "" when it is not there, or null. */
static void text_or_nothing(struct reader *reader, const char *key, char *to, size_t size)
{
	*to = '\0';
	if (!is_absent(reader, key))
		text(reader, key, to, size);
}

/* How much of @said fits @size with its NUL, up to the end of a character of UTF-8. */
static size_t cut(const char *said, size_t size)
{
	size_t length = strnlen(said, size);

	if (length < size)
		return length;
	while (--length && ((unsigned char)said[length] & 0xc0) == 0x80)
		;
	return length;
}

/*
 * What is for people to read is cut, and never a reason to refuse the rest: leases end when a
 * report is not taken.
 */
static void remark(struct reader *reader, const char *key, char *to, size_t size)
{
	const char *said = json_string_value(json_object_get(reader->object, key));
	size_t length = said ? cut(said, size) : 0;

	if (!said && !is_absent(reader, key))
		wrong(reader, key, "a text is expected");
	for (size_t i = 0; i < length; i++)
		to[i] = (unsigned char)said[i] < ' ' || said[i] == 0x7f ? '?' : said[i];
	to[length] = '\0';
}

static void name(struct reader *reader, const char *key, char to[static BROKERAGE_NAME_BYTES])
{
	text(reader, key, to, BROKERAGE_NAME_BYTES);
	if (!reader->is_wrong && !value_host_name(to, HOST_NAME_LENGTH))
		wrong(reader, key, "a member's name is expected");
}

static void address(struct reader *reader, const char *key, char to[static BROKERAGE_ADDRESS_BYTES])
{
	unsigned char binary[sizeof(struct in6_addr)];

	text(reader, key, to, BROKERAGE_ADDRESS_BYTES);
	if (!reader->is_wrong && inet_pton(AF_INET, to, binary) != 1 &&
	    inet_pton(AF_INET6, to, binary) != 1)
		wrong(reader, key, "an IPv4 or IPv6 address is expected");
}

/*
 * 223 bytes; what lenders take, and no more (wanted.c): one that they refuse would be granted, and
 * never be there.
 */
static void initiator(struct reader *reader, const char *key,
		      char to[static BROKERAGE_INITIATOR_BYTES])
{
	text(reader, key, to, BROKERAGE_INITIATOR_BYTES);
	if (reader->is_wrong)
		return;
	if ((strncmp(to, "iqn.", 4) != 0 && strncmp(to, "eui.", 4) != 0 &&
	     strncmp(to, "naa.", 4) != 0) ||
	    !to[4] || to[strspn(to, "abcdefghijklmnopqrstuvwxyz0123456789.:-")])
		wrong(reader, key,
		      "an initiator's name such as iqn.2026-11.org.example:n01 is "
		      "expected");
}

bool message_id(const char *string, uint64_t *id)
{
	uint64_t read = 0;

	if (strlen(string) != 16)
		return false;
	for (const char *at = string; *at; at++) {
		int digit = value_hex_digit(*at);

		if (digit < 0)
			return false;
		read = read << 4 | (uint64_t)digit;
	}
	*id = read;
	return read != 0;
}

static uint64_t id(struct reader *reader, const char *key)
{
	char digits[17];
	uint64_t read = 0;

	text(reader, key, digits, sizeof(digits));
	if (!reader->is_wrong && !message_id(digits, &read))
		wrong(reader, key, "16 hexadecimal digits, not all 0, are expected");
	return read;
}

static unsigned int choice(struct reader *reader, const char *key, const char *const *names,
			   unsigned int count)
{
	const json_t *value = get(reader, key);

	for (unsigned int i = 0; json_is_string(value) && i < count; i++)
		if (names[i] && !strcmp(json_string_value(value), names[i]))
			return i;
	wrong(reader, key, "it is none of the words that are known");
	return 0;
}

/* The array @key with @maximum entries at the most; NULL when it is wrong. */
static const json_t *array(struct reader *reader, const char *key, size_t maximum)
{
	const json_t *value = get(reader, key);

	if (value && (!json_is_array(value) || json_array_size(value) > maximum)) {
		wrong(reader, key, "an array of at most %zu entries is expected", maximum);
		return NULL;
	}
	return value;
}

/* The reader of entry @number of the array @key, @entries. */
static struct reader entry(struct reader *reader, const char *key, const json_t *entries,
			   size_t number)
{
	struct reader of_entry = { .object = json_array_get(entries, number),
				   .fault = reader->fault,
				   .is_wrong = reader->is_wrong };

	snprintf(of_entry.at, sizeof(of_entry.at), "%s[%zu].", key, number);
	if (!json_is_object(of_entry.object))
		wrong(&of_entry, "", "an object is expected");
	return of_entry;
}

static int parse(const char *string, size_t length, json_t **root, struct reader *reader,
		 struct fault *fault)
{
	json_error_t where;
	char hint[sizeof(fault->hint)];

	*reader = (struct reader){ .fault = fault };
	*root = json_loadb(string, length, JSON_REJECT_DUPLICATES, &where);
	if (!*root) {
		snprintf(hint, sizeof(hint), "it is no JSON: line %d, column %d: %.100s",
			 where.line, where.column, where.text);
		return fault_set(fault, EINVAL, "read a message about memory", "", hint);
	}
	reader->object = *root;
	if (!json_is_object(*root))
		wrong(reader, "", "an object is expected");
	return 0;
}

static int finish(json_t *root, const struct reader *reader)
{
	json_decref(root);
	return reader->is_wrong ? -EINVAL : 0;
}

/* --- reports ---------------------------------------------------------------------------------- */

static void read_guests(struct reader *reader, struct lender_report *report)
{
	const json_t *guests;

	report->guest_count = 0;
	if (is_absent(reader, "guests"))
		return;
	guests = array(reader, "guests", BROKERAGE_GUESTS_MAX);
	for (size_t i = 0; i < json_array_size(guests) && !reader->is_wrong; i++) {
		struct reader of_guest = entry(reader, "guests", guests, i);
		struct lender_guest *guest = &report->guests[report->guest_count++];

		name(&of_guest, "name", guest->name);
		guest->available_bytes = bytes(&of_guest, "available_bytes");
		guest->age_s = number(&of_guest, "age_s", 0, UINT32_MAX);
		reader->is_wrong = of_guest.is_wrong;
	}
}

static void read_held(struct reader *reader, struct lender_held *held)
{
	static const char *const states[HELD_STATES] = { "exported", "cleared", "failed" };

	held->id = id(reader, "id");
	held->generation = number(reader, "generation", 0, INT64_MAX / 2);
	held->state = choice(reader, "state", states, HELD_STATES);
	held->bytes = number_or(reader, "bytes", 0, MESSAGE_BYTES_OF_ALL, 0);
	held->allocated_bytes = number_or(reader, "allocated_bytes", 0, MESSAGE_BYTES_OF_ALL, 0);
	held->connected = boolean(reader, "connected", false);
	remark(reader, "detail", held->detail, sizeof(held->detail));
	held->borrower[0] = '\0';
	if (held->state == HELD_EXPORTED) {
		/* Whoever has lost its notes learns all of it from here. */
		name(reader, "borrower", held->borrower);
		held->bytes = number(reader, "bytes", 1, MESSAGE_BYTES_OF_ALL);
		held->connected = boolean(reader, "connected", false);
		if (is_absent(reader, "connected"))
			wrong(reader, "connected", "it is missing");
	} else if (!is_absent(reader, "borrower")) {
		name(reader, "borrower", held->borrower);
	}
}

static void read_all_held(struct reader *reader, struct lender_report *report)
{
	const json_t *grants = array(reader, "grants", (size_t)2 * BROKERAGE_GRANTS_MAX);

	report->grant_count = 0;
	for (size_t i = 0; i < json_array_size(grants) && !reader->is_wrong; i++) {
		struct reader of_grant = entry(reader, "grants", grants, i);

		read_held(&of_grant, &report->grants[report->grant_count++]);
		reader->is_wrong = of_grant.is_wrong;
	}
}

int message_lender_report(const char *string, size_t length, struct lender_report *report,
			  struct fault *fault)
{
	static const char *const states[LENDER_STATES] = { "lending", "short", "borrowing",
							   "leaving" };
	struct reader reader;
	json_t *root;

	if (parse(string, length, &root, &reader, fault))
		return -EINVAL;
	report->instance = id(&reader, "instance");
	report->report = number(&reader, "report", 1, INT64_MAX);
	report->sequence = number(&reader, "sequence", 0, INT64_MAX);
	address(&reader, "address", report->address);
	report->port = (uint16_t)number(&reader, "port", 1, UINT16_MAX);
	report->interval_s = (unsigned int)number(&reader, "interval_s", 1, INTERVAL_S_MAX);
	report->state = choice(&reader, "state", states, LENDER_STATES);
	report->spare_bytes = bytes(&reader, "spare_bytes");
	report->total_bytes = bytes(&reader, "total_bytes");
	report->available_bytes = bytes(&reader, "available_bytes");
	report->wanted_back_bytes = bytes(&reader, "wanted_back_bytes");
	report->pressure = share(&reader, "pressure");
	read_guests(&reader, report);
	read_all_held(&reader, report);
	return finish(root, &reader);
}

static void read_borrowed(struct reader *reader, struct borrowed *borrowed)
{
	static const char *const states[BORROWED_STATES] = {
		[BORROWED_ATTACHED] = "attached",
		[BORROWED_DETACHING] = "detaching",
		[BORROWED_DETACHED] = "detached",
		[BORROWED_BROKEN] = "broken",
	};

	borrowed->id = id(reader, "id");
	borrowed->generation = number(reader, "generation", 0, INT64_MAX / 2);
	borrowed->state = choice(reader, "state", states, BORROWED_STATES);
	borrowed->bytes = number_or(reader, "bytes", 0, MESSAGE_BYTES_OF_ALL, 0);
	borrowed->used_bytes = number_or(reader, "used_bytes", 0, MESSAGE_BYTES_OF_ALL, 0);
	text_or_nothing(reader, "device", borrowed->device, sizeof(borrowed->device));
	remark(reader, "detail", borrowed->detail, sizeof(borrowed->detail));
}

int message_borrower_report(const char *string, size_t length, struct borrower_report *report,
			    struct fault *fault)
{
	static const char *const modes[SWAP_MODES] = { "plain", "lvm", "dm" };
	static const char *const mirrors[MIRRORS] = { "none", "lender", "disk" };
	const json_t *grants;
	struct reader reader;
	json_t *root;

	if (parse(string, length, &root, &reader, fault))
		return -EINVAL;
	report->instance = id(&reader, "instance");
	address(&reader, "address", report->address);
	report->interval_s = (unsigned int)number(&reader, "interval_s", 1, INTERVAL_S_MAX);
	report->mode = choice(&reader, "mode", modes, SWAP_MODES);
	report->mirror = choice(&reader, "mirror", mirrors, MIRRORS);
	report->total_bytes = bytes(&reader, "total_bytes");
	report->available_bytes = bytes(&reader, "available_bytes");
	report->pressure = share(&reader, "pressure");
	report->grant_count = 0;
	grants = array(&reader, "grants", (size_t)2 * BROKERAGE_GRANTS_MAX);
	for (size_t i = 0; i < json_array_size(grants) && !reader.is_wrong; i++) {
		struct reader of_grant = entry(&reader, "grants", grants, i);

		read_borrowed(&of_grant, &report->grants[report->grant_count++]);
		reader.is_wrong = of_grant.is_wrong;
	}
	return finish(root, &reader);
}

/* --- requests --------------------------------------------------------------------------------- */

static void read_apart(struct reader *reader, struct brokerage_ask *ask)
{
	const json_t *ids;

	if (is_absent(reader, "apart_from"))
		return;
	ids = array(reader, "apart_from", BROKERAGE_APART_MAX);
	for (size_t i = 0; i < json_array_size(ids); i++) {
		const json_t *value = json_array_get(ids, i);

		if (!json_is_string(value) ||
		    !message_id(json_string_value(value), &ask->apart_from[ask->apart_count]))
			wrong(reader, "apart_from", "grants' ids are expected");
		else
			ask->apart_count++;
	}
}

int message_ask(const char *string, size_t length, struct brokerage_ask *ask,
		char borrower[static BROKERAGE_NAME_BYTES], struct fault *fault)
{
	struct reader reader;
	json_t *root;

	*ask = (struct brokerage_ask){ 0 };
	if (parse(string, length, &root, &reader, fault))
		return -EINVAL;
	name(&reader, "borrower", borrower);
	ask->bytes = grant_bytes(&reader);
	initiator(&reader, "initiator", ask->initiator);
	address(&reader, "address", ask->address);
	read_apart(&reader, ask);
	if (!is_absent(&reader, "request"))
		ask->request = id(&reader, "request");
	return finish(root, &reader);
}

int message_ceiling(const char *string, size_t length, bool *has, uint64_t *ceiling,
		    struct fault *fault)
{
	struct reader reader;
	const json_t *value;
	json_t *root;

	if (parse(string, length, &root, &reader, fault))
		return -EINVAL;
	value = get(&reader, "bytes");
	*has = value && !json_is_null(value);
	*ceiling = *has ? bytes(&reader, "bytes") : 0;
	return finish(root, &reader);
}

int message_wish(const char *string, size_t length, char borrower[static BROKERAGE_NAME_BYTES],
		 uint64_t *wished, struct fault *fault)
{
	struct reader reader;
	json_t *root;

	if (parse(string, length, &root, &reader, fault))
		return -EINVAL;
	name(&reader, "borrower", borrower);
	*wished = grant_bytes(&reader);
	return finish(root, &reader);
}

int message_return(const char *string, size_t length, unsigned int *deadline_s, struct fault *fault)
{
	struct reader reader;
	json_t *root;

	if (!length)
		return 0;
	if (parse(string, length, &root, &reader, fault))
		return -EINVAL;
	*deadline_s = (unsigned int)number_or(&reader, "deadline_s", 0, MESSAGE_DEADLINE_MAX,
					      *deadline_s);
	return finish(root, &reader);
}

/* --- memory.json ------------------------------------------------------------------------------ */

static void token(struct reader *reader, const char *key, char to[static MESSAGE_TOKEN_BYTES])
{
	text(reader, key, to, MESSAGE_TOKEN_BYTES);
	if (!reader->is_wrong && strlen(to) < TOKEN_LENGTH_MIN)
		wrong(reader, key, "a token has %d characters or more", TOKEN_LENGTH_MIN);
}

static void read_rules(struct reader *reader, struct member_rules *rules)
{
	name(reader, "name", rules->name);
	if (!is_absent(reader, "address"))
		address(reader, "address", rules->address);
	text_or_nothing(reader, "rack", rules->rack, sizeof(rules->rack));
	rules->may_lend = boolean(reader, "lend", false);
	rules->may_borrow = boolean(reader, "borrow", false);
	rules->borrow_bytes_max = number_or(reader, "borrow_bytes_max", 0, MESSAGE_BYTES_OF_ALL, 0);
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* A name that is there twice would have two tokens. */
static int check_names(struct reader *reader, const struct message_members *members)
{
	const char **names = calloc(members->count + 1, sizeof(*names));

	if (!names)
		return fault_set(reader->fault, ENOMEM, "read a message about memory", "", NULL);
	for (size_t i = 0; i < members->count; i++)
		names[i] = members->rules[i].name;
	qsort(names, members->count, sizeof(*names), compare_names);
	for (size_t i = 1; i < members->count; i++)
		if (!strcmp(names[i], names[i - 1]))
			wrong(reader, "members", "%s is there twice", names[i]);
	free(names);
	return 0;
}

static int read_members(struct reader *reader, struct message_members *members)
{
	const json_t *entries = array(reader, "members", MESSAGE_MEMBERS_MAX);
	size_t count = json_array_size(entries);

	members->rules = calloc(count + 1, sizeof(*members->rules));
	members->tokens = calloc(count + 1, sizeof(*members->tokens));
	if (!members->rules || !members->tokens)
		return fault_set(reader->fault, ENOMEM, "read a message about memory", "", NULL);
	for (size_t i = 0; i < count && !reader->is_wrong; i++) {
		struct reader of_member = entry(reader, "members", entries, i);

		read_rules(&of_member, &members->rules[i]);
		token(&of_member, "token", members->tokens[i]);
		members->count++;
		reader->is_wrong = of_member.is_wrong;
	}
	return reader->is_wrong ? 0 : check_names(reader, members);
}

int message_members(const char *string, size_t length, struct message_members *members,
		    struct fault *fault)
{
	static const char *const policies[POLICIES] = { "wait", "stop-processes" };
	struct reader reader;
	json_t *root;
	int error;

	*members = (struct message_members){ 0 };
	if (parse(string, length, &root, &reader, fault))
		return -EINVAL;
	token(&reader, "admin_token", members->admin_token);
	members->line_port = (uint16_t)number_or(&reader, "line_port", 0, UINT16_MAX, 0);
	members->lease_s = (unsigned int)number_or(&reader, "lease_s", 1, MESSAGE_LEASE_S_MAX, 30);
	members->deadline_s =
		(unsigned int)number_or(&reader, "deadline_s", 0, MESSAGE_DEADLINE_MAX, 300);
	if (!is_absent(&reader, "policy"))
		members->policy = choice(&reader, "policy", policies, POLICIES);
	error = read_members(&reader, members);
	if (finish(root, &reader) && !error)
		error = -EINVAL;
	if (error)
		message_members_free(members);
	return error;
}

void message_members_free(struct message_members *members)
{
	free(members->rules);
	free(members->tokens);
	*members = (struct message_members){ 0 };
}
