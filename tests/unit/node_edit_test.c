// SPDX-License-Identifier: GPL-2.0-only
/* A drop-in before and after a change. */
/* links: tools/cluster/node_edit.c tools/cluster/yaml_tree.c tools/cluster/findings.c */
/* links: tools/cluster/arena.c tools/cluster/table.c */
/* links: userspace/lib/text.c initramfs/fault.c initramfs/value.c */
/* libraries: yaml-0.1 jansson */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/cluster/node_edit.h"

static const struct node_change set_two[] = { { "onfail", "reboot" }, { "lab.cpus", "4" } };
static const struct node_change take_out[] = { { "onfail", NULL } };

static const struct example {
	const char *name;
	const struct node_change *changes;
	size_t count;
	const char *before, *after; /* NULL: refused */
} examples[] = {
	{ "a new file", set_two, 2, "", "n1:\n  onfail: reboot\n  lab: { cpus: 4 }\n" },
	{ "a new entry behind others", set_two, 1, "n0: {}", "n0: {}\nn1:\n  onfail: reboot\n" },
	{ "comments alone", set_two, 1, "# mine\n", "# mine\nn1:\n  onfail: reboot\n" },
	{ "an empty entry", set_two, 1, "n1:\nn2: {}\n", "n1:\n  onfail: reboot\nn2: {}\n" },
	{ "a value is replaced where it stands", set_two, 1,
	  "n1:\n  image: deb # best\n  onfail: retry\n  # why\n  access: rw\n",
	  "n1:\n  image: deb # best\n  onfail: reboot\n  # why\n  access: rw\n" },
	{ "a new value comes last", set_two, 1, "n1:\n    image: deb\n\nn2: {}\n",
	  "n1:\n    image: deb\n    onfail: reboot\n\nn2: {}\n" },
	{ "a map keeps its other keys", set_two, 2,
	  "n1:\n  lab:\n    memory: 256\n    cpus: 1\n  # end\n  onfail: retry\n",
	  "n1:\n  lab: { memory: 256, cpus: 4 }\n  # end\n  onfail: reboot\n" },
	{ "an entry in braces gets a line for each key", set_two, 1,
	  "# a\nn1: { image: deb, append: [a, 'b c'] } # b\nn2: {}\n",
	  "# a\nn1:\n  image: deb\n  append: [a, \"b c\"]\n  onfail: reboot\nn2: {}\n" },
	{ "a value is taken out", take_out, 1, "n1:\n  onfail: reboot\n  image: deb\n",
	  "n1:\n  image: deb\n" },
	{ "a value that is not there is taken out", take_out, 1, "n1:\n  image: deb\n",
	  "n1:\n  image: deb\n" },
	{ "a list over several lines is replaced as a whole",
	  (const struct node_change[]){ { "append", "x" } }, 1,
	  "n1:\n  append:\n  - a\n  - b\n\n  # c\n  image: deb\n",
	  "n1:\n  append: x\n\n  # c\n  image: deb\n" },
	{ "a text in a block is replaced as a whole",
	  (const struct node_change[]){ { "init", "/x" } }, 1,
	  "n1:\n  init: |\n    /a\n  image: deb\n", "n1:\n  init: /x\n  image: deb\n" },
	{ "values are quoted where they have to be",
	  (const struct node_change[]){ { "append", "a=\"b\\c\" @x" }, { "variables.X", "~" } }, 2,
	  "", "n1:\n  append: \"a=\\\"b\\\\c\\\" @x\"\n  variables: { X: \"~\" }\n" },
	{ "a value with a line break", (const struct node_change[]){ { "init", "/x\ny" } }, 1, "",
	  NULL },
	{ "a broken file", set_two, 1, "n1: {\n", NULL },
	{ "a list as the file", set_two, 1, "- n1\n", NULL },
	{ "a list as the entry", set_two, 1, "n1:\n- a\n", NULL },
	{ "braces as the file", set_two, 1, "{ n1: {} }\n", NULL },
	{ "what others have by an alias", take_out, 1,
	  "n1: &a\n  onfail: retry\n  image: deb\nn2: *a\n", NULL },
};

static void check(void **state)
{
	const struct example *example = *state;
	struct findings findings = { 0 };
	struct text result = { 0 };
	struct fault fault = { 0 };
	int error = node_edit(example->before, strlen(example->before), "f.yaml", "n1",
			      example->changes, example->count, &result, &findings, &fault);

	if (example->after) {
		assert_int_equal(error, 0);
		assert_string_equal(text_string(&result), example->after);
	} else {
		assert_int_equal(error, -22);
		assert_int_equal(fault.error, 22);
	}
	text_free(&result);
	findings_free(&findings);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(examples) / sizeof(examples[0])];

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		tests[i] = (struct CMUnitTest){ .name = examples[i].name,
						.test_func = check,
						.initial_state = (void *)&examples[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
