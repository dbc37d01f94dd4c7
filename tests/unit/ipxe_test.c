/* SPDX-License-Identifier: GPL-2.0-only */
/* links: tools/generate/ipxe.c tools/generate/ipxe_templates.c tools/generate/template.c */
/* links: userspace/lib/text.c initramfs/fault.c */
/* iPXE scripts: what the built-in templates become, and values that must not get in. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/generate/ipxe.h"

static const char *const initrds[] = { "http://s/base.img", "http://s/node.img" };

static int node(const char *kernel, const char *append, size_t count, struct text *output,
		struct fault *fault)
{
	const struct ipxe_template template = ipxe_node_template();
	const struct ipxe_node_script script = { kernel, initrds, count, append };

	return ipxe_node_script(&template, &script, output, fault);
}

static void script_has_lines_in_order(void **state)
{
	struct text output = { 0 };
	struct fault fault;
	const char *kernel, *base, *segment, *boot;

	(void)state;
	assert_int_equal(node("http://s/vmlinuz", "ip=dhcp -- single", 2, &output, &fault), 0);
	assert_memory_equal(output.data, "#!ipxe\n", 7);
	assert_null(strchr(output.data, '@'));
	assert_non_null(strstr(output.data, "set loading http://s/vmlinuz\n"));
	/* Behind a "--" in the node's words, the init would not see BOOTIF. */
	kernel =
		strstr(output.data, "kernel --name vmlinuz ${loading} BOOTIF=01-${netX/mac:hexhyp} "
				    "${initrds} ip=dhcp -- single || goto failed\n");
	base = strstr(output.data, "set loading http://s/base.img\n"
				   "initrd --name initrd0.img ${loading} || goto failed\n");
	segment = strstr(output.data, "set loading http://s/node.img\n"
				      "initrd --name initrd1.img ${loading} || goto failed\n");
	boot = strstr(output.data, "\nboot || goto failed\n");
	assert_true(kernel && base && segment && boot);
	assert_true(kernel < base && base < segment && segment < boot);
	text_free(&output);
}

static void efi_kernel_gets_names_of_all_initrds(void **state)
{
	struct text output = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(node("http://s/vmlinuz", "", 2, &output, &fault), 0);
	assert_non_null(strstr(output.data, "iseq ${platform} efi && set initrds "
					    "initrd=initrd0.img initrd=initrd1.img ||\n"));
	text_free(&output);
}

static void kernel_without_initrd_is_possible(void **state)
{
	struct text output = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(node("http://s/vmlinuz", "", 0, &output, &fault), 0);
	assert_null(strstr(output.data, "\ninitrd "));
	text_free(&output);
}

static void values_that_break_out_are_refused(void **state)
{
	static const char *const words[] = { "a\nshell", "a\rb", "a\tb", "a || shell", "a && shell",
					     "; shell",	 "a #b", "#b",	 "a ${b",      "\033c" };
	static const char *const urls[] = { "", "http://s/a b", "http://s/a\nshell", "--name",
					    "http://s/${a" };
	struct text output = { 0 };
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (node("http://s/k", words[i], 1, &output, &fault) != -EINVAL)
			fail_msg("words '%s' pass", words[i]);
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		if (node(urls[i], "", 1, &output, &fault) != -EINVAL)
			fail_msg("URL '%s' passes", urls[i]);
	assert_null(output.data);
}

static void harmless_punctuation_passes(void **state)
{
	static const char words[] =
		"root=nfs:10.0.0.1:/a,vers=4.2 x=\"a b\" a#b c||d e=1;f m=${netX/mac}";
	struct text output = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(node("http://${next-server}/k", words, 1, &output, &fault), 0);
	assert_non_null(strstr(output.data, words));
	text_free(&output);
}

static void too_long_parameters_are_refused(void **state)
{
	char words[IPXE_COMMAND_LINE_BYTES];
	struct text output = { 0 };
	struct fault fault;

	(void)state;
	memset(words, 'a', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	assert_int_equal(node("http://s/k", words, 2, &output, &fault), -E2BIG);
	words[sizeof(words) - 100] = '\0';
	assert_int_equal(node("http://s/k", words, 2, &output, &fault), 0);
	text_free(&output);
}

static void boot_script_chains_to_the_node(void **state)
{
	const struct ipxe_template template = ipxe_boot_template();
	static const char *const servers[] = { "http://10.0.0.1:8017", "http://10.0.0.1:8017/" };
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct text output = { 0 };

		assert_int_equal(ipxe_boot_script(&template, servers[i], &output, &fault), 0);
		assert_non_null(strstr(output.data, "set script http://10.0.0.1:8017/node/"
						    "${netX/mac}.ipxe\n"));
		text_free(&output);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(script_has_lines_in_order),
		cmocka_unit_test(efi_kernel_gets_names_of_all_initrds),
		cmocka_unit_test(kernel_without_initrd_is_possible),
		cmocka_unit_test(values_that_break_out_are_refused),
		cmocka_unit_test(harmless_punctuation_passes),
		cmocka_unit_test(too_long_parameters_are_refused),
		cmocka_unit_test(boot_script_chains_to_the_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
