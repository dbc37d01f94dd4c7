// SPDX-License-Identifier: GPL-2.0-only
/* Finds the program that the second stage starts with; second_stage.h has the contract. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "second_stage.h"

int find_init(const char *wanted, char *init, size_t init_bytes, struct fault *fault)
{
	static const char *const usual[] = { "/sbin/init", "/etc/init", "/bin/init", "/bin/sh" };
	const char *tried = wanted[0] ? wanted : usual[0];
	int error = 0;
	unsigned int i;

	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		const char *path = wanted[0] ? wanted : usual[i];
		struct stat status;

		if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
			errno = EACCES;
		else if (access(path, X_OK) == 0) {
			strlcpy(init, path, init_bytes);
			return 0;
		}
		if (!error)
			error = errno;
		if (wanted[0])
			break;
	}
	return fault_set(
		fault, error, "find the second stage's init in the root", tried,
		wanted[0] ? "check init= and the root's contents"
			  : "is this the root of a whole system? init= names another program");
}
