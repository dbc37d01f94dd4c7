// SPDX-License-Identifier: GPL-2.0-only
/* Whether loading may begin before the kernel is done with itself. See early.h. */
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "early.h"
#include "sys.h"

/* Some 80 bytes for each of about ten keys and keyrings that the kernel itself has by then. */
#define KEYS_BYTES 8192

/*
 * The kernel fills the keyring of its own certificates in one go, after most of its subsystems.
 * Without such a keyring (CONFIG_MODULE_SIG) one cannot tell how far it has come.
 */
static bool signatures_can_be_checked(void)
{
	static const char keyring[] = "keyring   .builtin_trusted_keys: ";
	char keys[KEYS_BYTES];
	const char *found;

	if (file_read("/proc/keys", keys, sizeof(keys)) < 0)
		return false;
	found = strstr(keys, keyring);
	return found && strncmp(found + strlen(keyring), "empty", strlen("empty")) != 0;
}

bool early_may_begin(void)
{
	/* The kernel gives its helpers no descriptors: keep 0 to 2 from becoming something else. */
	while (open("/", O_RDONLY) < STDERR_FILENO)
		;
	(void)mkdir("/proc", 0755);
	(void)mount("proc", "/proc", "proc", MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL);
	/* Of several calls at a time, only one can remove the name. */
	return signatures_can_be_checked() && unlink(EARLY_PATH) == 0;
}

void early_end(void)
{
	(void)unlink(EARLY_PATH);
}
