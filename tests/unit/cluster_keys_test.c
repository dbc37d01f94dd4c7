// SPDX-License-Identifier: GPL-2.0-only
/* The manual of the definition has every key, with an example that the key accepts. */
/* links: tools/cluster/ tools/generate/ipxe.c tools/generate/template.c tools/initrd/closure.c */
/* links: tools/initrd/archive.c tools/initrd/firmware.c tools/initrd/kernel_tree.c */
/* links: tools/initrd/wired.c userspace/lib/text.c initramfs/words.c */
/* links: initramfs/fault.c initramfs/ip_param.c initramfs/module_list.c initramfs/params.c */
/* links: initramfs/root_spec.c initramfs/timeline.c initramfs/value.c */
/* links: userspace/lib/fs.c userspace/lib/log.c userspace/lib/nearest.c userspace/lib/spawn.c */
/* links: userspace/lib/size.c */
/* links: userspace/lib/iscsi_portal.c initramfs/swap/swap_spec.c */
/* libraries: yaml-0.1 jansson libkmod libarchive */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/cluster/cluster.h"
#include "tools/cluster/findings.h"
#include "tools/cluster/words.h"
#include "userspace/lib/fs.h"

#define MANUAL	   "Documentation/man/wireroot-cluster.5"
#define PARAMETERS "Documentation/parameters.md"

/* What the manual calls each section. */
static const char *const headings[SECTION_COUNT] = {
	[SECTION_TOP] = "The definition",  [SECTION_CLUSTER] = "cluster",
	[SECTION_TEMPLATES] = "templates", [SECTION_NETWORK] = "networks",
	[SECTION_SERVER] = "servers",	   [SECTION_STORAGE] = "storage",
	[SECTION_IMAGE] = "images",	   [SECTION_NODE] = "nodes and profiles",
	[SECTION_MEMORY] = "memory",	   [SECTION_MEMORY_HOST] = "memory hosts",
};

static int read_manual(void **state)
{
	struct fault fault;
	size_t length;

	return fs_read_file(MANUAL, 1 << 20, (char **)state, &length, &fault);
}

static int free_manual(void **state)
{
	free(*state);
	return 0;
}

/* What is behind the line @line, which begins at or behind @from; before the line @end. */
static const char *behind_line(const char *from, const char *line, const char *end)
{
	char wanted[128];
	const char *found, *limit;

	snprintf(wanted, sizeof(wanted), "\n%s\n", line);
	found = strstr(from, wanted);
	snprintf(wanted, sizeof(wanted), "\n%s", end);
	limit = strstr(from, wanted);
	return found && (!limit || found < limit) ? found + strlen(line) + 1 : NULL;
}

/* Does the key accept @example, the text of its value in YAML? */
static void check_value(const struct key *key, const char *example)
{
	if (key->type >= KEY_MAP || key->type == KEY_PAIRED || *example == '[')
		return;
	if (!key_accepts(key, example)) {
		print_error("%s does not accept %s\n", key->name, example);
		fail();
	}
}

static void check_key(const char *manual, const struct key *key, enum section section)
{
	const char *dot = strchr(key->name, '.');
	const char *name = dot ? dot + 1 : key->name, *at, *example, *next;
	char line[128], value[256];

	snprintf(line, sizeof(line), ".Ss %s", dot ? "lab" : headings[section]);
	at = behind_line(manual, line, ".Sh FILES");
	assert_non_null(at);
	snprintf(line, sizeof(line), ".It Cm %s", name);
	at = behind_line(at, line, ".Ss ");
	if (!at) {
		print_error("%s: no key '%s' in '%s'\n", MANUAL, name, headings[section]);
		fail();
	}
	snprintf(line, sizeof(line), "\n.Dl %s: ", name);
	example = strstr(at, line);
	next = strstr(at, "\n.It ");
	if (!example || (next && example > next)) {
		print_error("%s: no example of '%s' in '%s'\n", MANUAL, name, headings[section]);
		fail();
		return;
	}
	example += strlen(line);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(example, "\n"), example);
	check_value(key, value);
	if (key->fallback) {
		snprintf(line, sizeof(line), "\nDefault: %s.\n", key->fallback);
		at = strstr(at, line);
		assert_true(at && at < example);
	}
}

static void the_manual_has_every_key_with_an_example(void **state)
{
	for (int section = 0; section < SECTION_COUNT; section++)
		for (size_t i = 0; i < section_keys[section].count; i++)
			check_key(*state, &section_keys[section].keys[i], (enum section)section);
}

/* The text of the first display behind @line. */
static char *display(const char *manual, const char *line)
{
	const char *begin = strstr(manual, line), *end;

	assert_non_null(begin);
	begin = strchr(strstr(begin, "\n.Bd") + 1, '\n') + 1;
	end = strstr(begin, ".Ed\n");
	return strndup(begin, (size_t)(end - begin));
}

static void the_manuals_example_has_nothing_wrong(void **state)
{
	char *definition = display(*state, ".Sh DESCRIPTION");
	char *drop_in = display(*state, ".Ss Drop-ins");
	struct cluster_edit edits[] = {
		{ "c/cluster.yaml", definition, strlen(definition) },
		{ "c/nodes.d/n17.yaml", drop_in, strlen(drop_in) },
	};
	struct cluster_options options = { .skip_files = true, .edits = edits, .edit_count = 2 };
	struct findings findings = { 0 };
	struct cluster cluster;
	struct fault fault;

	assert_int_equal(cluster_load_with(&cluster, edits[0].path, &options, &findings, &fault),
			 0);
	/* Nodes without a mac are all that there is to say. */
	assert_int_equal(findings.warnings, 1);
	assert_int_equal(cluster.node_count, 17);
	assert_string_equal(cluster_find_node(&cluster, "n01")->values[NODE_APPEND].text,
			    "console=ttyS0,rack=one");
	assert_int_equal(cluster_find_node(&cluster, "n17")->address, 0x0a57001b);
	cluster_free(&cluster);
	findings_free(&findings);
	free(definition);
	free(drop_in);
}

/* "### wireroot.NAME" in the reference: known, and what is suggested for a misspelling. */
static void check_word(const char *name, size_t length)
{
	struct word_problem problem;
	char word[64], wrong[64];

	snprintf(word, sizeof(word), "%.*s", (int)length, name);
	snprintf(wrong, sizeof(wrong), "%.*sx=1", (int)length, name);
	if (parameter_problem(word, &problem))
		assert_false(problem.unknown);
	assert_true(parameter_problem(wrong, &problem));
	assert_true(problem.unknown);
	assert_string_equal(problem.suggestion, word);
}

static void every_word_of_the_init_is_known(void **state)
{
	struct fault fault;
	unsigned int count = 0;
	size_t length;
	char *text;

	(void)state;
	assert_int_equal(fs_read_file(PARAMETERS, 1 << 20, &text, &length, &fault), 0);
	for (const char *at = text; (at = strstr(at, "\n### wireroot."));) {
		at += 5;
		check_word(at, strcspn(at, "=\n "));
		count++;
	}
	assert_true(count >= 7);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_manual_has_every_key_with_an_example,
						read_manual, free_manual),
		cmocka_unit_test_setup_teardown(the_manuals_example_has_nothing_wrong, read_manual,
						free_manual),
		cmocka_unit_test(every_word_of_the_init_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
