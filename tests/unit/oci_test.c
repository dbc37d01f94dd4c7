// SPDX-License-Identifier: GPL-2.0-only
/* The JSON files of an OCI image. */
/* links: tools/image/oci.c userspace/lib/text.c initramfs/fault.c */
/* libraries: jansson */
#include "tools/image/oci.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define INDEX	 "application/vnd.oci.image.index.v1+json"
#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define LAYER	 "application/vnd.oci.image.layer.v1.tar"

#define BLOB(type, hex) "\"mediaType\":\"" type "\",\"digest\":\"sha256:" hex "\",\"size\":7"
#define TAGGED(tag)	",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" tag "\"}"
#define FOR(os, arch)	",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"}"

static int parse_index(const char *text, struct oci_list *list, struct fault *fault)
{
	return oci_parse_index(text, strlen(text), list, fault);
}

static int parse_manifest(const char *text, struct oci_list *list, struct fault *fault)
{
	return oci_parse_manifest(text, strlen(text), list, fault);
}

static void layout_has_to_be_of_version_1(void **state)
{
	static const char good[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	static const char *const bad[] = { "", "{}", "[]", "{\"imageLayoutVersion\":2}",
					   "{\"imageLayoutVersion\":\"2.0.0\"}" };
	struct fault fault;

	(void)state;
	assert_int_equal(oci_parse_layout(good, strlen(good), &fault), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(oci_parse_layout(bad[i], strlen(bad[i]), &fault), -EBADMSG);
}

static void index_lists_manifests_with_tags_and_platforms(void **state)
{
	struct oci_list list;
	struct fault fault;

	(void)state;
	assert_int_equal(parse_index("{\"manifests\":[{" BLOB(MANIFEST, HEX_A) TAGGED("v1")
					     FOR("linux", "arm64") "},{" BLOB(INDEX, HEX_B) "}]}",
				     &list, &fault),
			 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.list[0].type, OCI_MANIFEST);
	assert_string_equal(list.list[0].hex, HEX_A);
	assert_int_equal(list.list[0].size, 7);
	assert_string_equal(list.list[0].reference, "v1");
	assert_string_equal(list.list[0].platform, "linux/arm64");
	assert_int_equal(list.list[1].type, OCI_INDEX);
	assert_null(list.list[1].reference);
	assert_null(list.list[1].platform);
	oci_free(&list);
}

static void manifest_lists_layers_in_order_whatever_their_compression(void **state)
{
	static const char text[] =
		"{\"layers\":[{" BLOB(LAYER, HEX_A) "},{" BLOB(LAYER "+gzip", HEX_B) "},{" BLOB(
			LAYER "+zstd",
			HEX_A) "},{" BLOB("application/vnd.docker.image.rootfs.diff.tar.gzip",
					  HEX_A) "}]}";
	struct oci_list list;
	struct fault fault;

	(void)state;
	assert_int_equal(parse_manifest(text, &list, &fault), 0);
	assert_int_equal(list.count, 4);
	assert_string_equal(list.list[1].hex, HEX_B);
	oci_free(&list);
}

static void layers_that_are_no_file_system_are_refused(void **state)
{
	static const char *const types[] = {
		"{\"layers\":[{" BLOB(LAYER "+encrypted", HEX_A) "}]}",
		"{\"layers\":[{" BLOB("application/wasm", HEX_A) "}]}",
		"{\"layers\":[{" BLOB(MANIFEST, HEX_A) "}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct oci_list list;
		struct fault fault;

		assert_int_equal(parse_manifest(types[i], &list, &fault), -ENOTSUP);
		oci_free(&list);
	}
}

static void bad_descriptors_are_refused(void **state)
{
	static const struct {
		const char *descriptor;
		int error;
	} cases[] = {
		{ "{}", -EBADMSG },
		{ "7", -EBADMSG },
		{ "{\"mediaType\":\"" MANIFEST "\",\"size\":7}", -EBADMSG },
		{ "{\"mediaType\":\"" MANIFEST "\",\"digest\":\"sha256:" HEX_A "\"}", -EBADMSG },
		{ "{\"mediaType\":\"" MANIFEST "\",\"digest\":\"sha256:" HEX_A "\",\"size\":-1}",
		  -EBADMSG },
		{ "{\"mediaType\":\"" MANIFEST "\",\"digest\":\"sha256:" HEX_A "\",\"size\":\"7\"}",
		  -EBADMSG },
		{ "{\"digest\":\"sha256:" HEX_A "\",\"size\":7}", -EBADMSG },
		{ "{" BLOB(MANIFEST, "../../../etc/passwd") "}", -EBADMSG },
		{ "{" BLOB(MANIFEST, HEX_A "a") "}", -EBADMSG },
		{ "{" BLOB(MANIFEST, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				     "AAAA") "}",
		  -EBADMSG },
		{ "{\"mediaType\":\"" MANIFEST "\",\"digest\":\"md5:" HEX_A "\",\"size\":7}",
		  -ENOTSUP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct oci_list list;
		struct fault fault;

		strcpy(text, "{\"manifests\":[");
		strcat(text, cases[i].descriptor);
		strcat(text, "]}");
		assert_int_equal(parse_index(text, &list, &fault), cases[i].error);
		oci_free(&list);
	}
}

static void what_is_no_index_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "[]", "{}", "{\"manifests\":{}}", "{\"manifests\":[", "\"x\""
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct oci_list list;
		struct fault fault;

		assert_int_equal(parse_index(texts[i], &list, &fault), -EBADMSG);
		oci_free(&list);
	}
}

struct choice {
	const char *entries, *reference;
	int chosen; /* position, or -errno */
	const char *hint; /* a part of it */
};

static void one_image_is_chosen_by_tag_and_platform(void **state)
{
	static const char one[] = "{" BLOB(MANIFEST, HEX_A) "}";
	static const char machines[] = "{" BLOB(MANIFEST, HEX_A)
		FOR("linux", "arm64") "},{" BLOB(MANIFEST, HEX_B) FOR("linux", "amd64") "}";
	static const char tags[] = "{" BLOB(MANIFEST, HEX_A)
		TAGGED("old") "},{" BLOB(MANIFEST, HEX_B) TAGGED("new") "}";
	static const char same[] = "{" BLOB(MANIFEST, HEX_A)
		TAGGED("1.2") "},{" BLOB(MANIFEST, HEX_A) TAGGED("latest") "}";
	const struct choice choices[] = {
		{ one, NULL, 0, NULL },
		{ one, "v1", -ENOENT, "no tag" },
		{ machines, NULL, 1, NULL },
		{ tags, NULL, -ENOTUNIQ, "old, new" },
		{ tags, "new", 1, NULL },
		{ tags, "newer", -ENOENT, "old, new" },
		{ same, NULL, 0, NULL },
		{ "", NULL, -ENOENT, "none" },
		{ "{" BLOB(LAYER, HEX_A) "}", NULL, -ENOENT, "none" },
		{ "{" BLOB(MANIFEST, HEX_A) FOR("windows", "amd64") "}", NULL, -ENOENT,
		  "windows/amd64" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const struct oci_descriptor *chosen;
		char text[2048] = "{\"manifests\":[";
		struct oci_list list;
		struct fault fault;

		strcat(text, choices[i].entries);
		strcat(text, "]}");
		assert_int_equal(parse_index(text, &list, &fault), 0);
		chosen = oci_choose(&list, choices[i].reference, "linux/amd64", &fault);
		if (choices[i].chosen >= 0) {
			assert_ptr_equal(chosen, &list.list[choices[i].chosen]);
		} else {
			assert_null(chosen);
			assert_int_equal(fault.error, -choices[i].chosen);
			assert_non_null(strstr(fault.hint, choices[i].hint));
		}
		oci_free(&list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_has_to_be_of_version_1),
		cmocka_unit_test(index_lists_manifests_with_tags_and_platforms),
		cmocka_unit_test(manifest_lists_layers_in_order_whatever_their_compression),
		cmocka_unit_test(layers_that_are_no_file_system_are_refused),
		cmocka_unit_test(bad_descriptors_are_refused),
		cmocka_unit_test(what_is_no_index_is_refused),
		cmocka_unit_test(one_image_is_chosen_by_tag_and_platform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
