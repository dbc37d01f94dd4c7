// SPDX-License-Identifier: GPL-2.0-only
/* dm-crypt by the kernel's own interface; mapper.h has the contract. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mapper.h"
#include "mapper_text.h"

#define CONTROL "/dev/mapper/control"
#define NEEDS	"the modules dm_mod, dm_crypt and xts must be loaded: build the initrd --with swap"

static int open_control(struct fault *fault)
{
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC);

	return fd < 0 ? fault_set(fault, errno, "reach the kernel's device mapper", CONTROL, NEEDS)
		      : fd;
}

/*
 * /dev/random, unlike /dev/urandom, waits until the kernel has collected enough: a key that could
 * be guessed would be worse than a late one. Linux 5.6 and newer wait for that once a boot.
 */
static int draw_key(uint8_t key[static MAPPER_KEY_BYTES], struct fault *fault)
{
	size_t got = 0;
	int fd = open("/dev/random", O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && got < MAPPER_KEY_BYTES) {
		ssize_t length = read(fd, key + got, MAPPER_KEY_BYTES - got);

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			break;
		got += (size_t)length;
	}
	if (fd >= 0)
		close(fd);
	return got == MAPPER_KEY_BYTES
		       ? 0
		       : fault_set(fault, EIO, "draw a random key", "/dev/random", NULL);
}

static int call(int fd, unsigned long request, union mapper_message *message)
{
	return ioctl(fd, request, message) < 0 ? -errno : 0;
}

static int load_table(int fd, const char *name, const char *disk, uint64_t sectors,
		      const uint8_t *key, bool large)
{
	union mapper_message message;
	char device[GRANT_DEVICE_BYTES + 8];
	int error;

	snprintf(device, sizeof(device), "/dev/%s", disk);
	mapper_message_init(&message, name, 0);
	error = mapper_message_crypt(&message, sectors, key, device, large)
			? call(fd, DM_TABLE_LOAD, &message)
			: -E2BIG;
	wipe(&message, sizeof(message));
	return error;
}

/* Blocks of 4096 bytes are a page each: one initialisation of the cipher instead of eight. */
static int load_any_table(int fd, const char *name, const char *disk, uint64_t bytes,
			  const uint8_t *key)
{
	int error = load_table(fd, name, disk, bytes / 4096 * 8, key, true);

	return error == -EINVAL ? load_table(fd, name, disk, bytes / 512, key, false) : error;
}

static int create(int fd, const char *name, const char *disk, uint64_t bytes, const uint8_t *key,
		  char device[static GRANT_DEVICE_BYTES])
{
	union mapper_message message;
	int error;

	mapper_message_init(&message, name, 0);
	error = call(fd, DM_DEV_CREATE, &message);
	if (error)
		return error;
	error = load_any_table(fd, name, disk, bytes, key);
	if (!error) {
		mapper_message_init(&message, name, 0); /* without the suspend flag: resume */
		error = call(fd, DM_DEV_SUSPEND, &message);
	}
	if (!error) {
		snprintf(device, GRANT_DEVICE_BYTES, "/dev/dm-%u",
			 mapper_minor(message.header.dev));
		return 0;
	}
	mapper_message_init(&message, name, 0);
	(void)call(fd, DM_DEV_REMOVE, &message);
	return error;
}

int mapper_encrypt(const char *name, const char *disk, uint64_t bytes,
		   char device[static GRANT_DEVICE_BYTES], struct fault *fault)
{
	uint8_t key[MAPPER_KEY_BYTES];
	int fd = open_control(fault), error;

	if (fd < 0)
		return fd;
	error = draw_key(key, fault);
	if (!error) {
		error = create(fd, name, disk, bytes, key, device);
		if (error)
			fault_set(fault, error, "put dm-crypt on the disk", disk,
				  error == -EINVAL ? NEEDS : NULL);
	}
	wipe(key, sizeof(key));
	close(fd);
	return error;
}

int mapper_remove(const char *name, struct fault *fault)
{
	union mapper_message message;
	int fd = open_control(fault), error;

	if (fd < 0)
		return fd;
	mapper_message_init(&message, name, 0);
	error = call(fd, DM_DEV_REMOVE, &message);
	close(fd);
	if (!error || error == -ENXIO)
		return 0;
	return fault_set(fault, error, "remove the mapping", name,
			 error == -EBUSY ? "something still uses it" : NULL);
}
