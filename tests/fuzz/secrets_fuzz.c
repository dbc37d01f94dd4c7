/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as a file of CHAP secrets. */
/* links: tools/target/secrets.c tools/cluster/table.c userspace/lib/fs.c userspace/lib/text.c */
/* links: initramfs/fault.c */
/* links: tools/target/secret_files.c */
/* libraries: libsodium */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/target/secrets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct chap_secrets secrets;
	struct fault fault = { 0 };
	int error;

	memcpy(text, data, size);
	error = secrets_parse(text, size, "fuzz", &secrets, &fault);
	if ((error != 0) != (fault.error != 0))
		abort();
	if (!error && (strlen(secrets.in) < SECRET_LENGTH_MIN || !strcmp(secrets.in, secrets.out)))
		abort();
	free(text);
	return 0;
}
