// SPDX-License-Identifier: GPL-2.0-only
/* What a guest tells the lender of its host; see guest_message.h. */
#include "userspace/memory/lend/guest_message.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define HEAD	    "wireroot-guest 1 "
#define CODE_DIGITS ((size_t)2 * crypto_auth_hmacsha256_BYTES)

/* Of any size that a machine's memory could have. */
#define BYTES_MAX (UINT64_C(1) << 56)

static bool compute(const char *text, size_t length, const char *token,
		    char digits[static CODE_DIGITS + 1])
{
	unsigned char key[crypto_auth_hmacsha256_KEYBYTES], code[crypto_auth_hmacsha256_BYTES];

	if (sodium_init() < 0)
		return false;
	crypto_hash_sha256(key, (const unsigned char *)token, strlen(token));
	crypto_auth_hmacsha256(code, (const unsigned char *)text, length, key);
	sodium_bin2hex(digits, CODE_DIGITS + 1, code, sizeof(code));
	sodium_memzero(key, sizeof(key));
	return true;
}

size_t guest_message_write(const struct guest_message *message, const char *token,
			   char text[static GUEST_MESSAGE_BYTES])
{
	char digits[CODE_DIGITS + 1];
	int length = snprintf(text, GUEST_MESSAGE_BYTES, HEAD "%s %llu %llu %llu %llu ",
			      message->name, (unsigned long long)message->sequence,
			      (unsigned long long)message->total_bytes,
			      (unsigned long long)message->available_bytes,
			      (unsigned long long)message->reserve_bytes);

	if (length < 0 || (size_t)length + CODE_DIGITS >= GUEST_MESSAGE_BYTES ||
	    !compute(text, (size_t)length, token, digits))
		return 0;
	memcpy(text + length, digits, sizeof(digits));
	return (size_t)length + CODE_DIGITS;
}

/* A decimal number and the blank behind it, or NULL. */
static const char *read_number(const char *text, const char *end, uint64_t maximum,
			       uint64_t *number)
{
	const char *start = text;

	*number = 0;
	for (; text < end && *text >= '0' && *text <= '9' && text - start < 18; text++)
		*number = *number * 10 + (uint64_t)(*text - '0');
	return text > start && text < end && *text == ' ' && *number <= maximum ? text + 1 : NULL;
}

static const char *read_name(const char *text, const char *end, char name[HOST_NAME_LENGTH + 1])
{
	const char *blank = memchr(text, ' ', (size_t)(end - text));

	if (!blank || !value_copy(name, HOST_NAME_LENGTH + 1, text, (size_t)(blank - text)) ||
	    !value_host_name(name, HOST_NAME_LENGTH))
		return NULL;
	return blank + 1;
}

static bool read_fields(const char *text, const char *end, struct guest_message *message)
{
	text = read_name(text, end, message->name);
	text = text ? read_number(text, end, UINT64_MAX, &message->sequence) : NULL;
	text = text ? read_number(text, end, BYTES_MAX, &message->total_bytes) : NULL;
	text = text ? read_number(text, end, message->total_bytes, &message->available_bytes)
		    : NULL;
	text = text ? read_number(text, end, BYTES_MAX, &message->reserve_bytes) : NULL;
	return text == end;
}

int guest_message_read(const char *text, size_t length, const char *token,
		       struct guest_message *message, struct fault *fault)
{
	const size_t head = strlen(HEAD);
	char digits[CODE_DIGITS + 1];
	size_t signed_length;

	*message = (struct guest_message){ 0 };
	if (length < head + CODE_DIGITS || length >= GUEST_MESSAGE_BYTES ||
	    memcmp(text, HEAD, head) != 0 || memchr(text, '\0', length))
		return fault_set(fault, EINVAL, "read a guest's report", "", "it is none");
	signed_length = length - CODE_DIGITS;
	/* Before anything of it is looked at. */
	if (!compute(text, signed_length, token, digits) ||
	    sodium_memcmp(digits, text + signed_length, CODE_DIGITS) != 0)
		return fault_set(fault, EACCES, "read a guest's report", "",
				 "host and guest must have the same guest token");
	if (!read_fields(text + head, text + signed_length, message))
		return fault_set(fault, EINVAL, "read a guest's report", "", "it is malformed");
	return 0;
}
