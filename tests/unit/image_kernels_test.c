// SPDX-License-Identifier: GPL-2.0-only
/* Kernels in an image: which there are, which is the newest, what is missing. */
/* links: tools/image/kernels.c tools/image/tree.c tools/cluster/names.c */
/* links: userspace/lib/fs.c userspace/lib/text.c initramfs/fault.c */
#include "tools/image/kernels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/cluster/names.h"
#include "userspace/lib/fs.h"

static int enter_directory(void **state)
{
	char directory[] = "/tmp/image_kernels_test.XXXXXX";

	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	*state = strdup(directory);
	return 0;
}

static int leave_directory(void **state)
{
	struct fault fault;

	assert_int_equal(chdir("/"), 0);
	assert_int_equal(fs_remove_tree(*state, &fault), 0);
	free(*state);
	return 0;
}

static void make(const char *path, bool directory)
{
	struct fault fault;
	char *above = strdup(path);

	*strrchr(above, '/') = '\0';
	assert_int_equal(fs_make_dirs(directory ? path : above, 0755, &fault), 0);
	if (!directory)
		assert_int_equal(fs_write_file(path, "x", 1, 0644, &fault), 0);
	free(above);
}

static void versions_are_ordered_as_they_were_released(void **state)
{
	static const char *const ordered[] = {
		"5.10.0-30-amd64",    "6.1.0-9-amd64",	  "6.1.0-10-amd64", "6.1.0-10-rt-amd64",
		"6.12-rc3",	      "6.12-rc10",	  "6.12",	    "6.12.0-rc1-amd64",
		"6.12.0-1-amd64",     "6.12.9~bpo-amd64", "6.12.9",	    "6.12.9+deb13-amd64",
		"6.12.12+deb13-amd64"
	};
	const size_t count = sizeof(ordered) / sizeof(ordered[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int order = compare_versions(ordered[i], ordered[j]);

			if (i < j ? order >= 0 : i > j ? order <= 0 : order != 0)
				fail_msg("%s and %s: %d", ordered[i], ordered[j], order);
		}
}

static void newest_kernel_with_modules_is_found(void **state)
{
	struct image_kernels kernels;
	struct text text = { 0 };
	struct fault fault;

	(void)state;
	make("root/boot/vmlinuz-6.1.0-9-amd64", false);
	make("root/boot/vmlinuz-6.1.0-10-amd64", false);
	make("root/boot/vmlinuz-6.12.0-1-amd64", false);
	make("root/boot/vmlinuz-", false);
	make("root/boot/config-6.1.0-9-amd64", false);
	make("root/usr/lib/modules/6.1.0-9-amd64", true);
	make("root/usr/lib/modules/6.1.0-10-amd64", true);
	make("root/usr/lib/modules/6.13.0-1-amd64", true);
	make("root/usr/lib/modules/no-directory", false);
	assert_int_equal(symlink("usr/lib", "root/lib"), 0);
	assert_int_equal(image_kernels_find("root", &kernels, &fault), 0);
	assert_int_equal(kernels.count, 4);
	assert_string_equal(kernels.list[0].version, "6.13.0-1-amd64");
	assert_string_equal(image_kernels_newest(&kernels)->version, "6.1.0-10-amd64");
	image_kernels_problems(&kernels, &text);
	assert_string_equal(
		text_string(&text),
		"modules of kernel 6.13.0-1-amd64 have no kernel boot/vmlinuz-6.13.0-1-amd64\n"
		"kernel 6.12.0-1-amd64 has no modules in usr/lib/modules/6.12.0-1-amd64");
	text_free(&text);
	image_kernels_free(&kernels);
}

static void links_out_of_the_image_lead_to_nothing(void **state)
{
	char outside[512];
	struct image_kernels kernels;
	struct fault fault;

	make("outside/modules/6.1.0", true);
	make("outside/secret", false);
	make("root/boot/x", true);
	make("root/usr/lib/x", true);
	snprintf(outside, sizeof(outside), "%s/outside/modules", (const char *)*state);
	assert_int_equal(symlink(outside, "root/usr/lib/modules"), 0);
	snprintf(outside, sizeof(outside), "%s/outside/secret", (const char *)*state);
	assert_int_equal(symlink(outside, "root/boot/vmlinuz-6.1.0"), 0);
	assert_int_equal(symlink("../../outside/secret", "root/boot/vmlinuz-6.2.0"), 0);
	assert_int_equal(image_kernels_find("root", &kernels, &fault), 0);
	assert_int_equal(kernels.count, 0);
	image_kernels_free(&kernels);
}

static void image_without_a_kernel_is_told_of(void **state)
{
	struct image_kernels kernels;
	struct text text = { 0 };
	struct fault fault;

	(void)state;
	make("root/etc", true);
	assert_int_equal(image_kernels_find("root", &kernels, &fault), 0);
	assert_null(image_kernels_newest(&kernels));
	image_kernels_problems(&kernels, &text);
	assert_non_null(strstr(text_string(&text), "there is no kernel with its modules"));
	text_free(&text);
	image_kernels_free(&kernels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_ordered_as_they_were_released),
		cmocka_unit_test_setup_teardown(newest_kernel_with_modules_is_found,
						enter_directory, leave_directory),
		cmocka_unit_test_setup_teardown(links_out_of_the_image_lead_to_nothing,
						enter_directory, leave_directory),
		cmocka_unit_test_setup_teardown(image_without_a_kernel_is_told_of, enter_directory,
						leave_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
