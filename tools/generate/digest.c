// SPDX-License-Identifier: GPL-2.0-only
/* Names made of contents; see digest.h. */
#include "tools/generate/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#define READ_BYTES 65536

static void write_text(const unsigned char bytes[static DIGEST_BYTES],
		       char digest[static DIGEST_TEXT_BYTES])
{
	sodium_bin2hex(digest, DIGEST_TEXT_BYTES, bytes, DIGEST_BYTES);
}

void digest_bytes(const void *data, size_t length, char digest[static DIGEST_TEXT_BYTES])
{
	unsigned char bytes[DIGEST_BYTES];

	crypto_generichash(bytes, sizeof(bytes), data, length, NULL, 0);
	write_text(bytes, digest);
}

uint64_t digest_number(const char *text)
{
	unsigned char bytes[DIGEST_BYTES];
	uint64_t number = 0;

	crypto_generichash(bytes, sizeof(bytes), (const unsigned char *)text, strlen(text), NULL,
			   0);
	for (size_t i = 0; i < sizeof(number); i++)
		number = number << 8 | bytes[i];
	return number;
}

void digest_uuid(const char *text, char uuid[static DIGEST_UUID_BYTES])
{
	char digest[DIGEST_TEXT_BYTES];

	digest_bytes(text, strlen(text), digest);
	snprintf(uuid, DIGEST_UUID_BYTES, "%.8s-%.4s-%.4s-%.4s-%.12s", digest, digest + 8,
		 digest + 12, digest + 16, digest + 20);
}

int digest_file(const char *path, char digest[static DIGEST_TEXT_BYTES], struct fault *fault)
{
	crypto_generichash_state state;
	unsigned char bytes[DIGEST_BYTES], buffer[READ_BYTES];
	ssize_t length;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fault_set(fault, errno, "read", path, NULL);
	crypto_generichash_init(&state, NULL, 0, sizeof(bytes));
	while ((length = read(fd, buffer, sizeof(buffer))) > 0)
		crypto_generichash_update(&state, buffer, (unsigned long long)length);
	if (length < 0) {
		int error = errno;

		close(fd);
		return fault_set(fault, error, "read", path, NULL);
	}
	close(fd);
	crypto_generichash_final(&state, bytes, sizeof(bytes));
	write_text(bytes, digest);
	return 0;
}
