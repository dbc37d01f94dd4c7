// SPDX-License-Identifier: GPL-2.0-only
/* The JSON files of an OCI image; see oci.h. */
#include "tools/image/oci.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "userspace/lib/text.h"

#define DIGEST_PREFIX "sha256:"
#define TAG	      "org.opencontainers.image.ref.name"

/* What a media type is; "….tar" stands for all compressions. */
static const struct {
	const char *name;
	bool prefix;
	enum oci_type type;
} media_types[] = {
	{ "application/vnd.oci.image.index.v1+json", false, OCI_INDEX },
	{ "application/vnd.docker.distribution.manifest.list.v2+json", false, OCI_INDEX },
	{ "application/vnd.oci.image.manifest.v1+json", false, OCI_MANIFEST },
	{ "application/vnd.docker.distribution.manifest.v2+json", false, OCI_MANIFEST },
	{ "application/vnd.oci.image.layer.v1.tar", true, OCI_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar", true, OCI_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar", true, OCI_LAYER },
	{ "application/vnd.docker.image.rootfs.foreign.diff.tar", true, OCI_LAYER },
};

static int bad(struct fault *fault, const char *what, const char *hint)
{
	return fault_set(fault, EBADMSG, "read OCI image", what, hint);
}

static enum oci_type type_of(const char *name)
{
	for (size_t i = 0; i < sizeof(media_types) / sizeof(media_types[0]); i++) {
		size_t length = strlen(media_types[i].name);

		if (strncmp(name, media_types[i].name, length) != 0)
			continue;
		if (!name[length] ||
		    (media_types[i].prefix &&
		     (strcmp(name + length, "+gzip") == 0 || strcmp(name + length, "+zstd") == 0 ||
		      strcmp(name + length, ".gzip") == 0)))
			return media_types[i].type;
	}
	return OCI_OTHER;
}

/* The object in @text, a new reference, or NULL with the fault. */
static json_t *load(const char *text, size_t length, const char *what, struct fault *fault)
{
	json_error_t error;
	json_t *json;

	if (length > OCI_JSON_BYTES_MAX) {
		bad(fault, what, "it is too large for what it is");
		return NULL;
	}
	json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(json))
		return json;
	bad(fault, what, json ? "it is no JSON object" : error.text);
	json_decref(json);
	return NULL;
}

int oci_parse_layout(const char *text, size_t length, struct fault *fault)
{
	json_t *json = load(text, length, "oci-layout", fault);
	const char *version;
	int error = 0;

	if (!json)
		return -fault->error;
	version = json_string_value(json_object_get(json, "imageLayoutVersion"));
	if (!version || strncmp(version, "1.", 2) != 0)
		error = bad(fault, "oci-layout", "its version is not 1");
	json_decref(json);
	return error;
}

static int parse_digest(const char *digest, char hex[static OCI_HEX_BYTES], struct fault *fault)
{
	size_t prefix = strlen(DIGEST_PREFIX);

	if (!digest)
		return bad(fault, "descriptor", "it has no digest");
	if (strncmp(digest, DIGEST_PREFIX, prefix) != 0)
		return fault_set(fault, ENOTSUP, "read OCI image", digest,
				 "only sha256 digests can be verified");
	digest += prefix;
	if (strlen(digest) != OCI_HEX_BYTES - 1 ||
	    strspn(digest, "0123456789abcdef") != OCI_HEX_BYTES - 1)
		return bad(fault, "descriptor", "its digest is no SHA-256");
	memcpy(hex, digest, OCI_HEX_BYTES);
	return 0;
}

/* "linux/arm64/v8", or NULL; false when memory ran out. */
static bool parse_platform(const json_t *platform, char **result)
{
	const char *os = json_string_value(json_object_get(platform, "os"));
	const char *architecture = json_string_value(json_object_get(platform, "architecture"));
	struct text text = { 0 };

	*result = NULL;
	if (!os || !architecture)
		return true;
	text_printf(&text, "%s/%s", os, architecture);
	*result = text_take(&text);
	return *result != NULL;
}

static int parse_descriptor(const json_t *json, struct oci_descriptor *descriptor,
			    struct fault *fault)
{
	const char *type = json_string_value(json_object_get(json, "mediaType"));
	const json_t *size = json_object_get(json, "size");
	const char *tag =
		json_string_value(json_object_get(json_object_get(json, "annotations"), TAG));
	int error = parse_digest(json_string_value(json_object_get(json, "digest")),
				 descriptor->hex, fault);

	if (error)
		return error;
	if (!type || !json_is_integer(size) || json_integer_value(size) < 0)
		return bad(fault, "descriptor", "it has no media type or no size");
	descriptor->type = type_of(type);
	descriptor->size = (uint64_t)json_integer_value(size);
	if (tag && !(descriptor->reference = strdup(tag)))
		return fault_set(fault, ENOMEM, "read OCI image", "", NULL);
	if (!parse_platform(json_object_get(json, "platform"), &descriptor->platform))
		return fault_set(fault, ENOMEM, "read OCI image", "", NULL);
	return 0;
}

static int parse_list(const json_t *json, const char *key, struct oci_list *list,
		      struct fault *fault)
{
	const json_t *array = json_object_get(json, key);
	size_t count = json_array_size(array);

	if (!json_is_array(array))
		return bad(fault, key, "the list is missing");
	if (count > OCI_ENTRIES_MAX)
		return bad(fault, key, "the list is longer than any image's");
	list->list = calloc(count ? count : 1, sizeof(*list->list));
	if (!list->list)
		return fault_set(fault, ENOMEM, "read OCI image", "", NULL);
	for (; list->count < count; list->count++) {
		int error = parse_descriptor(json_array_get(array, list->count),
					     &list->list[list->count], fault);

		if (error) {
			list->count++; /* what it has of its own is freed, too */
			return error;
		}
	}
	return 0;
}

int oci_parse_index(const char *text, size_t length, struct oci_list *manifests,
		    struct fault *fault)
{
	json_t *json = load(text, length, "index", fault);
	int error;

	*manifests = (struct oci_list){ 0 };
	if (!json)
		return -fault->error;
	error = parse_list(json, "manifests", manifests, fault);
	json_decref(json);
	return error;
}

int oci_parse_manifest(const char *text, size_t length, struct oci_list *layers,
		       struct fault *fault)
{
	json_t *json = load(text, length, "manifest", fault);
	int error;

	*layers = (struct oci_list){ 0 };
	if (!json)
		return -fault->error;
	error = parse_list(json, "layers", layers, fault);
	json_decref(json);
	for (size_t i = 0; !error && i < layers->count; i++)
		if (layers->list[i].type != OCI_LAYER)
			error = fault_set(fault, ENOTSUP, "read OCI image", "manifest",
					  "a layer of it is of a kind that is no file system");
	return error;
}

void oci_free(struct oci_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->list[i].reference);
		free(list->list[i].platform);
	}
	free(list->list);
	*list = (struct oci_list){ 0 };
}

/* An entry without a platform may be for any. */
static bool fits(const struct oci_descriptor *descriptor, const char *reference,
		 const char *platform)
{
	return (descriptor->type == OCI_INDEX || descriptor->type == OCI_MANIFEST) &&
	       (!reference ||
		(descriptor->reference && strcmp(descriptor->reference, reference) == 0)) &&
	       (!descriptor->platform || strcmp(descriptor->platform, platform) == 0);
}

static void add_choice(struct text *text, const struct oci_descriptor *descriptor)
{
	if (descriptor->type == OCI_OTHER || descriptor->type == OCI_LAYER)
		return;
	text_printf(text, "%s%s%s%s", text->length ? ", " : "",
		    descriptor->reference ? descriptor->reference : "(no tag)",
		    descriptor->platform ? " for " : "",
		    descriptor->platform ? descriptor->platform : "");
}

const struct oci_descriptor *oci_choose(const struct oci_list *manifests, const char *reference,
					const char *platform, struct fault *fault)
{
	const struct oci_descriptor *chosen = NULL;
	struct text text = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < manifests->count; i++) {
		const struct oci_descriptor *descriptor = &manifests->list[i];

		add_choice(&text, descriptor);
		if (!fits(descriptor, reference, platform))
			continue;
		/* Several tags may be for the same. */
		if (chosen && strcmp(chosen->hex, descriptor->hex) == 0)
			continue;
		chosen = descriptor;
		count++;
	}
	if (count > 1)
		fault_set(fault, ENOTUNIQ, "choose image; state --reference TAG", "there are",
			  text_string(&text));
	else if (!count)
		fault_set(fault, ENOENT, "choose image", reference ? reference : platform,
			  text.length ? text_string(&text) : "the archive has none");
	text_free(&text);
	return count == 1 ? chosen : NULL;
}
