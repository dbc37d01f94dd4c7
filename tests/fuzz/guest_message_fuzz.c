/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as what a guest tells the lender of its host, with the right code behind them, too. */
/* links: userspace/memory/lend/guest_message.c initramfs/fault.c initramfs/value.c */
/* libraries: libsodium */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/memory/lend/guest_message.h"

static void read_one(const char *bytes, size_t size)
{
	char *text = malloc(size ? size : 1), again[GUEST_MESSAGE_BYTES];
	struct guest_message message, second;
	struct fault fault = { 0 };
	size_t length;
	int error;

	memcpy(text, bytes, size);
	error = guest_message_read(text, size, "token", &message, &fault);
	if ((error != 0) != (fault.error != 0))
		abort();
	if (!error) {
		if (message.available_bytes > message.total_bytes || !*message.name)
			abort();
		length = guest_message_write(&message, "token", again);
		if (!length || guest_message_read(again, length, "token", &second, &fault) ||
		    memcmp(&message, &second, sizeof(second)) != 0)
			abort();
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char key[crypto_auth_hmacsha256_KEYBYTES], code[crypto_auth_hmacsha256_BYTES];
	char text[GUEST_MESSAGE_BYTES + 2 * sizeof(code) + 1];

	read_one((const char *)data, size);
	if (size > GUEST_MESSAGE_BYTES)
		return 0;
	crypto_hash_sha256(key, (const unsigned char *)"token", 5);
	crypto_auth_hmacsha256(code, data, size, key);
	memcpy(text, data, size);
	sodium_bin2hex(text + size, 2 * sizeof(code) + 1, code, sizeof(code));
	read_one(text, size + 2 * sizeof(code));
	return 0;
}
