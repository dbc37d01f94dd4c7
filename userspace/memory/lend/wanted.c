// SPDX-License-Identifier: GPL-2.0-only
/* What the broker wants of a lender; see wanted.h. */
#include "userspace/memory/lend/wanted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_LENGTH_MIN 12 /* RFC 7143 section 9.2.1: 96 bits */

/* Of a page, since no backing can have less. */
#define GRANT_UNIT_BYTES 4096

static const char *const words[] = {
	[WANT_EXPORT] = "export", [WANT_WITHDRAW] = "withdraw", [WANT_FORGET] = "forget"
};

static int refuse(struct fault *fault, const char *key)
{
	return fault_set(
		fault, EINVAL, "understand what the broker wants", key,
		"it is not what Documentation/memory.md says; is the broker another version?");
}

bool grant_is_id(const char *text)
{
	return strspn(text, "0123456789abcdef") == GRANT_ID_BYTES - 1 &&
	       text[GRANT_ID_BYTES - 1] == '\0';
}

/* The text of @key into @to, if all of it is in @characters. */
static bool take(const json_t *json, const char *key, const char *characters, char *to,
		 size_t bytes)
{
	const json_t *value = json_object_get(json, key);
	const char *text = json_string_value(value);

	return text && *text && strlen(text) == json_string_length(value) &&
	       text[strspn(text, characters)] == '\0' && value_copy(to, bytes, text, strlen(text));
}

/* RFC 3722: small letters, digits, '-', '.' and ':'. */
static bool take_name(const json_t *json, const char *key, char to[static GRANT_NAME_BYTES])
{
	return take(json, key, "abcdefghijklmnopqrstuvwxyz0123456789-.:", to, GRANT_NAME_BYTES);
}

/* What tgtd, LIO and initiators take alike. */
static bool take_word(const json_t *json, const char *key, char *to, size_t bytes)
{
	return take(json, key,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:+/", to,
		    bytes) &&
	       *to != '-';
}

/* A secret may begin with '-', since base64url has it. */
static bool take_secret(const json_t *json, const char *key, char to[static GRANT_SECRET_BYTES])
{
	return take(json, key,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:+/=", to,
		    GRANT_SECRET_BYTES) &&
	       strlen(to) >= SECRET_LENGTH_MIN;
}

/* A whole number that is not negative. */
static bool take_number(const json_t *json, const char *key, uint64_t maximum, uint64_t *number)
{
	const json_t *value = json_object_get(json, key);
	json_int_t got = json_integer_value(value);

	if (!json_is_integer(value) || got < 0 || (uint64_t)got > maximum)
		return false;
	*number = (uint64_t)got;
	return true;
}

static bool take_address(const json_t *json, uint32_t *address)
{
	const json_t *value = json_object_get(json, "initiator_address");

	if (!value || json_is_null(value))
		return true;
	return json_is_string(value) && value_ipv4(json_string_value(value), address);
}

char *wanted_target_name(const char *lender, const char *id, char name[static TARGET_NAME_ROOM])
{
	char part[HOST_NAME_LENGTH + 1];

	snprintf(name, TARGET_NAME_ROOM, GRANT_IQN_PREFIX "%s.%s", value_iscsi_part(lender, part),
		 id);
	return name;
}

/* The lender is part of the name, so that nobody is made to export what is another's. */
static bool is_name_of(const struct wanted *wanted, const char *lender)
{
	char name[TARGET_NAME_ROOM];

	return !strcmp(wanted_target_name(lender, wanted->id, name), wanted->iqn);
}

static int read_export(const json_t *json, const char *lender, struct wanted *wanted,
		       struct fault *fault)
{
	if (!take_number(json, "bytes", GRANT_BYTES_MAX, &wanted->bytes) || !wanted->bytes ||
	    wanted->bytes % GRANT_UNIT_BYTES)
		return refuse(fault, "bytes");
	if (!take(json, "borrower",
		  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
		  wanted->borrower, sizeof(wanted->borrower)))
		return refuse(fault, "borrower");
	if (!take_name(json, "iqn", wanted->iqn) || !is_name_of(wanted, lender))
		return refuse(fault, "iqn");
	if (!take_name(json, "initiator", wanted->initiator))
		return refuse(fault, "initiator");
	if (!take_address(json, &wanted->address))
		return refuse(fault, "initiator_address");
	if (!take_word(json, "username", wanted->username, sizeof(wanted->username)))
		return refuse(fault, "username");
	if (!take_word(json, "username_in", wanted->username_in, sizeof(wanted->username_in)) ||
	    !strcmp(wanted->username, wanted->username_in))
		return refuse(fault, "username_in");
	if (!take_secret(json, "secret", wanted->secret))
		return refuse(fault, "secret");
	/* RFC 7143 section 9.2.1: or a target could have its own question answered by itself. */
	if (!take_secret(json, "secret_in", wanted->secret_in) ||
	    !strcmp(wanted->secret, wanted->secret_in))
		return refuse(fault, "secret_in");
	return 0;
}

static bool read_want(const json_t *json, enum want *want)
{
	const char *word = json_string_value(json_object_get(json, "want"));

	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], word)) {
			*want = (enum want)i;
			return true;
		}
	return false;
}

int wanted_read_grant(const json_t *json, const char *lender, struct wanted *wanted,
		      struct fault *fault)
{
	*wanted = (struct wanted){ 0 };
	if (!take(json, "id", "0123456789abcdef", wanted->id, sizeof(wanted->id)) ||
	    !grant_is_id(wanted->id))
		return refuse(fault, "id");
	if (!take_number(json, "generation", INT64_MAX, &wanted->generation))
		return refuse(fault, "generation");
	if (!read_want(json, &wanted->want))
		return refuse(fault, "want");
	return wanted->want == WANT_EXPORT ? read_export(json, lender, wanted, fault) : 0;
}

json_t *wanted_to_json(const struct wanted *wanted)
{
	char address[IPV4_TEXT_BYTES];

	return json_pack("{s:s s:I s:s s:I s:s s:s s:s s:s? s:s s:s s:s s:s}", "id", wanted->id,
			 "generation", (json_int_t)wanted->generation, "want", words[wanted->want],
			 "bytes", (json_int_t)wanted->bytes, "borrower", wanted->borrower, "iqn",
			 wanted->iqn, "initiator", wanted->initiator, "initiator_address",
			 wanted->address ? value_ipv4_text(wanted->address, address) : NULL,
			 "username", wanted->username, "secret", wanted->secret, "username_in",
			 wanted->username_in, "secret_in", wanted->secret_in);
}

int wanted_read(const json_t *json, const char *lender, struct wanted_list *list,
		struct fault *fault)
{
	const json_t *grants = json_object_get(json, "grants");
	size_t count = json_array_size(grants);
	uint64_t lease_s;
	int error = 0;

	if (!take_number(json, "sequence", INT64_MAX, &list->sequence))
		return refuse(fault, "sequence");
	if (!take_number(json, "lease_s", UINT32_MAX, &lease_s))
		return refuse(fault, "lease_s");
	if (!json_is_array(grants))
		return refuse(fault, "grants");
	list->lease_s = (uint32_t)lease_s;
	list->grants = calloc(count ? count : 1, sizeof(*list->grants));
	if (!list->grants)
		return fault_set(fault, ENOMEM, "understand what the broker wants", "", NULL);
	for (size_t i = 0; !error && i < count; i++) {
		error = wanted_read_grant(json_array_get(grants, i), lender,
					  &list->grants[list->count], fault);
		list->count += !error;
	}
	return error;
}

void wanted_free(struct wanted_list *list)
{
	if (list->grants)
		explicit_bzero(list->grants, list->count * sizeof(*list->grants));
	free(list->grants);
	*list = (struct wanted_list){ 0 };
}
