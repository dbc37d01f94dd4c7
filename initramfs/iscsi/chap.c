// SPDX-License-Identifier: GPL-2.0-only
/*
 * The digests of CHAP, computed by the kernel: four hash functions that need not be in the initrd.
 * Interface: the kernel's Documentation/crypto/userspace-if.rst.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_alg.h>

#include "chap.h"

#ifndef AF_ALG
#define AF_ALG 38 /* include/linux/socket.h; klibc's list is older */
#endif

static const struct {
	enum chap_algorithm algorithm;
	const char *name; /* the kernel's */
	int digest_bytes;
} algorithms[] = {
	{ CHAP_MD5, "md5", 16 },
	{ CHAP_SHA1, "sha1", 20 },
	{ CHAP_SHA256, "sha256", 32 },
	{ CHAP_SHA3_256, "sha3-256", 32 },
};

/* A socket that stands for the algorithm, or a negative errno. */
static int open_algorithm(const char *name)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG, .salg_type = "hash" };
	int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	strlcpy((char *)address.salg_name, name, sizeof(address.salg_name));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

unsigned int chap_algorithms(void)
{
	unsigned int set = 0;

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		int fd = open_algorithm(algorithms[i].name);

		if (fd < 0)
			continue;
		set |= 1u << algorithms[i].algorithm;
		close(fd);
	}
	return set;
}

static int compute(int algorithm, const uint8_t *data, size_t length, uint8_t *digest,
		   int digest_bytes)
{
	int fd = accept4(algorithm, NULL, NULL, SOCK_CLOEXEC);
	int result = digest_bytes;

	if (fd < 0)
		return -errno;
	if (send(fd, data, length, 0) != (ssize_t)length ||
	    read(fd, digest, (size_t)digest_bytes) != digest_bytes)
		result = errno ? -errno : -EIO;
	close(fd);
	return result;
}

int chap_kernel_digest(void *context, enum chap_algorithm algorithm, const uint8_t *data,
		       size_t length, uint8_t digest[static ISCSI_DIGEST_BYTES])
{
	(void)context;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		int fd, result;

		if (algorithms[i].algorithm != algorithm)
			continue;
		fd = open_algorithm(algorithms[i].name);
		if (fd < 0)
			return fd;
		result = compute(fd, data, length, digest, algorithms[i].digest_bytes);
		close(fd);
		return result;
	}
	return -EOPNOTSUPP;
}
