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

#define GO_PATH	    "/early" /* a FIFO: a byte says that it is time */
#define HELPER_PATH "/proc/sys/kernel/modprobe"

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

bool early_answer(int *go)
{
	bool first;

	/* The kernel gives its helpers no descriptors: keep 0 to 2 from becoming something else. */
	while (open("/", O_RDONLY) < STDERR_FILENO)
		;
	first = mknod(GO_PATH, S_IFIFO | 0600, 0) == 0;
	/* Who waits has both ends open, so that nothing is lost that is written before it waits. */
	*go = open(GO_PATH, first ? O_RDWR : O_WRONLY | O_NONBLOCK);
	if (first) {
		(void)mkdir("/proc", 0755);
		(void)mount("proc", "/proc", "proc", MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL);
	}
	if (signatures_can_be_checked()) {
		(void)unlink(EARLY_PATH);
		(void)write(*go, "", 1);
	}
	return first && *go >= 0;
}

void early_end(char helper[static EARLY_HELPER_BYTES])
{
	int go = open(GO_PATH, O_WRONLY | O_NONBLOCK);

	(void)unlink(EARLY_PATH);
	if (go >= 0) {
		(void)write(go, "", 1);
		close(go);
	}
	(void)unlink(GO_PATH);
	if (file_read(HELPER_PATH, helper, EARLY_HELPER_BYTES) <= 0)
		helper[0] = '\0';
	else
		(void)file_write(HELPER_PATH, "\n");
}

void early_restore(const char *helper)
{
	if (helper[0])
		(void)file_write(HELPER_PATH, helper);
}
