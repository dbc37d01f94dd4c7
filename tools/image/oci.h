/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON files of an OCI image (OCI image specification 1.0 and 1.1; Docker's own media types,
 * which mean the same, too). Pure: bytes in, struct or error out.
 *
 * Blobs are named by SHA-256 alone: other digests are refused with -ENOTSUP. Functions return 0 or
 * -errno with @fault filled in: -EBADMSG for what is no such file, -ENOMEM.
 */
#ifndef WIREROOT_IMAGE_OCI_H
#define WIREROOT_IMAGE_OCI_H

#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"

#define OCI_HEX_BYTES 65 /* a SHA-256 in hexadecimal, with its NUL */

/* The JSON files have some KiB; nobody's are as large as this. */
#define OCI_JSON_BYTES_MAX (4u << 20)
/* overlayfs and the container tools stop far below. */
#define OCI_ENTRIES_MAX 4096

enum oci_type { OCI_INDEX, OCI_MANIFEST, OCI_LAYER, OCI_OTHER };

struct oci_descriptor {
	enum oci_type type;
	char hex[OCI_HEX_BYTES]; /* names the blob: only 0-9a-f */
	uint64_t size;
	char *reference; /* its tag, or NULL */
	char *platform; /* "linux/amd64", or NULL: not said */
};

struct oci_list {
	struct oci_descriptor *list;
	size_t count;
};

/* oci-layout: is it a version that we can read? */
int oci_parse_layout(const char *text, size_t length, struct fault *fault);

/* An index, the outer one (index.json) or one in it. oci_free() in any case. */
int oci_parse_index(const char *text, size_t length, struct oci_list *manifests,
		    struct fault *fault);

/* The layers of a manifest, the lowest first. oci_free() in any case. */
int oci_parse_manifest(const char *text, size_t length, struct oci_list *layers,
		       struct fault *fault);

void oci_free(struct oci_list *list);

/*
 * The one of @manifests to take: with the tag @reference (NULL: any) and for @platform, or for none
 * in particular. NULL with @fault, which lists what there is, when it is none or more than one.
 */
const struct oci_descriptor *oci_choose(const struct oci_list *manifests, const char *reference,
					const char *platform, struct fault *fault);

#endif
