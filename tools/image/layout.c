// SPDX-License-Identifier: GPL-2.0-only
/* An OCI image layout; see layout.h. */
#include "tools/image/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tools/image/oci.h"
#include "tools/image/unpack.h"

#define READ_BYTES (256u << 10)
/* index.json, an index for several machines, and one more for good measure. */
#define INDEX_DEPTH_MAX 3

#define BLOB_PATH_BYTES (sizeof("blobs/sha256/") + OCI_HEX_BYTES)

struct layout {
	int directory;
	const char *reference;
	char platform[sizeof("linux/") + 64];
	struct tree *tree;
	struct progress *progress;
	struct fault *fault;
};

/* Names of architectures as Go, and so the specification, has them. */
static const char *architecture(const char *machine)
{
	static const char *const names[][2] = { { "x86_64", "amd64" }, { "aarch64", "arm64" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], machine) == 0)
			return names[i][1];
	return machine;
}

bool layout_is_one(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is = fd >= 0 && faccessat(fd, "oci-layout", F_OK, 0) == 0 &&
		  faccessat(fd, "index.json", F_OK, 0) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

/* A regular file of the layout, or -errno with the fault; nothing else is waited for or followed
 * out of it. */
static int open_file(const struct layout *layout, const char *name, uint64_t *size)
{
	int fd = tree_open_file(layout->directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return fault_set(layout->fault, fd, "open file of OCI image", name,
				 fd == -ENOENT ? "the archive is not complete" : NULL);
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return fault_set(layout->fault, EBADMSG, "open file of OCI image", name,
				 "it is no regular file");
	}
	*size = (uint64_t)status.st_size;
	return fd;
}

static int read_all(int fd, char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t got = read(fd, bytes, length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EBADMSG;
		bytes += got;
		length -= (size_t)got;
	}
	return 0;
}

/* The small file @fd, which is closed, for the caller to free. */
static int read_json(const struct layout *layout, int fd, const char *name, uint64_t size,
		     char **text)
{
	int error;

	*text = NULL;
	if (size > OCI_JSON_BYTES_MAX)
		error = -EFBIG;
	else
		error = (*text = malloc(size + 1)) ? read_all(fd, *text, size) : -ENOMEM;
	close(fd);
	return error ? fault_set(layout->fault, error, "read file of OCI image", name, NULL) : 0;
}

static int hash_file(int fd, unsigned char hash[static crypto_hash_sha256_BYTES])
{
	crypto_hash_sha256_state state;
	unsigned char *buffer = malloc(READ_BYTES);
	ssize_t got = -1;

	if (!buffer)
		return -ENOMEM;
	crypto_hash_sha256_init(&state);
	while ((got = read(fd, buffer, READ_BYTES)) != 0) {
		if (got < 0 && errno != EINTR)
			break;
		if (got > 0)
			crypto_hash_sha256_update(&state, buffer, (unsigned long long)got);
	}
	crypto_hash_sha256_final(&state, hash);
	free(buffer);
	return got < 0 ? -errno : lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static int verify(const struct layout *layout, int fd, uint64_t size, const char *name,
		  const struct oci_descriptor *blob)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[OCI_HEX_BYTES];
	int error;

	if (size != blob->size)
		return fault_set(layout->fault, EBADMSG, "verify blob of OCI image", name,
				 "its size is not what the image says; get it anew");
	error = hash_file(fd, hash);
	if (error)
		return fault_set(layout->fault, error, "verify blob of OCI image", name, NULL);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	if (strcmp(hex, blob->hex) == 0)
		return 0;
	return fault_set(layout->fault, EBADMSG, "verify blob of OCI image", name,
			 "its SHA-256 is not its name; get it anew");
}

/* @blob, verified, at its beginning; or -errno with the fault. */
static int open_blob(const struct layout *layout, const struct oci_descriptor *blob,
		     char name[static BLOB_PATH_BYTES])
{
	uint64_t size = 0;
	int fd, error;

	snprintf(name, BLOB_PATH_BYTES, "blobs/sha256/%s", blob->hex);
	fd = open_file(layout, name, &size);
	if (fd < 0)
		return fd;
	error = verify(layout, fd, size, name, blob);
	if (!error)
		return fd;
	close(fd);
	return error;
}

static int read_blob(const struct layout *layout, const struct oci_descriptor *blob, char **text)
{
	char name[BLOB_PATH_BYTES];
	int fd = open_blob(layout, blob, name);

	*text = NULL;
	return fd < 0 ? fd : read_json(layout, fd, name, blob->size, text);
}

static int unpack_one(const struct layout *layout, const struct oci_descriptor *layer,
		      size_t number, size_t count)
{
	char name[BLOB_PATH_BYTES], step[64];
	int fd, error;

	snprintf(step, sizeof(step), "layer %zu of %zu", number, count);
	progress_step(layout->progress, step, layer->size);
	fd = open_blob(layout, layer, name);
	if (fd < 0)
		return fd;
	error = unpack_layer(fd, name, layout->tree, layout->progress, layout->fault);
	close(fd);
	return error;
}

static int unpack_manifest(const struct layout *layout, const struct oci_descriptor *manifest)
{
	struct oci_list layers = { 0 };
	char *text;
	int error = read_blob(layout, manifest, &text);

	if (!error)
		error = oci_parse_manifest(text, manifest->size, &layers, layout->fault);
	for (size_t i = 0; !error && i < layers.count; i++)
		error = unpack_one(layout, &layers.list[i], i + 1, layers.count);
	oci_free(&layers);
	free(text);
	return error;
}

static int unpack_index(const struct layout *layout, const char *text, size_t length,
			unsigned int depth)
{
	struct oci_list manifests;
	const struct oci_descriptor *chosen = NULL;
	char *inner = NULL;
	int error = oci_parse_index(text, length, &manifests, layout->fault);

	if (!error) {
		/* Tags are in the outer index. */
		chosen = oci_choose(&manifests, depth ? NULL : layout->reference, layout->platform,
				    layout->fault);
		if (!chosen)
			error = -layout->fault->error;
	}
	if (chosen && chosen->type == OCI_MANIFEST) {
		error = unpack_manifest(layout, chosen);
	} else if (chosen && depth + 1 >= INDEX_DEPTH_MAX) {
		error = fault_set(layout->fault, ELOOP, "read OCI image", "index",
				  "it is an index in an index in an index");
	} else if (chosen) {
		error = read_blob(layout, chosen, &inner);
		if (!error)
			error = unpack_index(layout, inner, chosen->size, depth + 1);
	}
	free(inner);
	oci_free(&manifests);
	return error;
}

/* The layout's own file @name. */
static int read_own(const struct layout *layout, const char *name, char **text, uint64_t *size)
{
	int fd = open_file(layout, name, size);

	*text = NULL;
	return fd < 0 ? fd : read_json(layout, fd, name, *size, text);
}

static int unpack_open_layout(const struct layout *layout)
{
	char *text;
	uint64_t size = 0;
	int error = read_own(layout, "oci-layout", &text, &size);

	if (!error)
		error = oci_parse_layout(text, size, layout->fault);
	free(text);
	if (error)
		return error;
	error = read_own(layout, "index.json", &text, &size);
	if (!error)
		error = unpack_index(layout, text, size, 0);
	free(text);
	return error;
}

int layout_unpack(const char *directory, const char *reference, struct tree *tree,
		  struct progress *progress, struct fault *fault)
{
	struct layout layout = {
		.reference = reference, .tree = tree, .progress = progress, .fault = fault
	};
	struct utsname host;
	int error;

	if (uname(&host) < 0 || sodium_init() < 0)
		return fault_set(fault, EIO, "unpack OCI image", directory, NULL);
	snprintf(layout.platform, sizeof(layout.platform), "linux/%s", architecture(host.machine));
	layout.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (layout.directory < 0)
		return fault_set(fault, errno, "open OCI image", directory, NULL);
	error = unpack_open_layout(&layout);
	close(layout.directory);
	return error;
}
