// SPDX-License-Identifier: GPL-2.0-only
/* Which modules get loaded, in which order, and what a broken list is told. */
/* links: initramfs/module_list.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/module_list.h"

/* The list, its text and what it said about an error. */
struct sample {
	char *text, *alias_text;
	struct module_list list;
	struct module_aliases aliases;
	struct fault fault;
};

static const char usual[] = "# comment\n"
			    "\n"
			    "dep virtio kernel/drivers/virtio/virtio.ko - -\n"
			    "dep virtio_ring kernel/drivers/virtio/virtio_ring.ko virtio -\n"
			    "dep failover kernel/net/core/failover.ko - -\n"
			    "dep net_failover kernel/drivers/net/net_failover.ko failover -\n"
			    "net virtio_net kernel/n/virtio_net.ko net_failover,virtio-ring -\n"
			    "plug e1000e kernel/drivers/net/e1000e.ko - debug=1 mode=2\n"
			    "plug igb kernel/drivers/net/igb.ko - -\n"
			    "overlay overlay kernel/fs/overlayfs/overlay.ko - -";

static const char usual_aliases[] = "pci:v00008086d0000153[A-B]sv*sd*bc*sc*i* e1000e\n"
				    "pci:v00008086d00001533sv*sd*bc*sc*i* igb\n"
				    "virtio:d00000001v* virtio-net\n";

static int parse(struct sample *sample, const char *text)
{
	memset(sample, 0, sizeof(*sample));
	sample->text = strdup(text);
	return module_list_parse(sample->text, strlen(text), &sample->list, &sample->fault);
}

static int parse_aliases(struct sample *sample, const char *text)
{
	free(sample->alias_text);
	sample->alias_text = strdup(text);
	return module_aliases_parse(sample->alias_text, strlen(text), &sample->list,
				    &sample->aliases, &sample->fault);
}

static void discard(struct sample *sample)
{
	module_aliases_free(&sample->aliases);
	module_list_free(&sample->list);
	free(sample->text);
	free(sample->alias_text);
}

/* Load everything wanted, one after the other, and compare the names. */
static void assert_loads(struct sample *sample, const char *expected)
{
	char names[256] = "";
	struct module *module;

	while ((module = module_list_next(&sample->list, 0))) {
		strcat(names, module->name);
		strcat(names, " ");
		module->state = MODULE_LOADED;
	}
	assert_string_equal(names, expected);
	assert_int_equal(module_list_pending(&sample->list), 0);
}

static void fields_are_read_and_options_kept_whole(void **state)
{
	struct sample sample;
	int index;

	(void)state;
	assert_int_equal(parse(&sample, usual), 0);
	assert_int_equal(sample.list.count, 8);
	index = module_list_find(&sample.list, "e1000e");
	assert_int_equal(sample.list.modules[index].group, MODULE_PLUG);
	assert_string_equal(sample.list.modules[index].path, "kernel/drivers/net/e1000e.ko");
	assert_string_equal(sample.list.modules[index].options, "debug=1 mode=2");
	index = module_list_find(&sample.list, "virtio-net");
	assert_string_equal(sample.list.modules[index].options, "");
	assert_int_equal(module_list_find(&sample.list, "virtio_ne"), -ENOENT);
	discard(&sample);
}

static void empty_list_is_fine(void **state)
{
	struct sample sample;

	(void)state;
	assert_int_equal(parse(&sample, ""), 0);
	assert_int_equal(module_list_find(&sample.list, "a"), -ENOENT);
	assert_null(module_list_next(&sample.list, 0));
	assert_int_equal(parse_aliases(&sample, ""), 0);
	discard(&sample);
}

static void group_is_loaded_behind_its_dependencies_only(void **state)
{
	struct sample sample;

	(void)state;
	assert_int_equal(parse(&sample, usual), 0);
	assert_int_equal(module_list_want_group(&sample.list, MODULE_NET), 5);
	assert_int_equal(module_list_want_group(&sample.list, MODULE_NET), 0);
	assert_int_equal(module_list_pending(&sample.list), 5);
	assert_loads(&sample, "virtio virtio_ring failover net_failover virtio_net ");
	discard(&sample);
}

static void independent_modules_may_load_at_once(void **state)
{
	struct sample sample;
	struct module *virtio;

	(void)state;
	assert_int_equal(parse(&sample, usual), 0);
	module_list_want_group(&sample.list, MODULE_NET);
	virtio = module_list_next(&sample.list, 0);
	assert_string_equal(virtio->name, "virtio");
	assert_string_equal(module_list_next(&sample.list, 0)->name, "failover");
	assert_null(module_list_next(&sample.list, 0));
	virtio->state = MODULE_FAILED;
	assert_string_equal(module_list_next(&sample.list, 0)->name, "virtio_ring");
	discard(&sample);
}

static void device_gets_its_driver(void **state)
{
	static const struct {
		const char *modalias, *loads;
	} cases[] = {
		{ "pci:v00008086d0000153Asv00001028sd000005D2bc02sc00i00", "e1000e " },
		{ "pci:v00008086d00001533sv00001028sd000005D2bc02sc00i00", "igb " },
		{ "pci:v00008086d0000153Csv00001028sd000005D2bc02sc00i00", "" },
		{ "pci:v00008086d0000153", "" },
		{ "virtio:d00000001v00001AF4",
		  "virtio virtio_ring failover net_failover virtio_net " },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample sample;

		assert_int_equal(parse(&sample, usual), 0);
		assert_int_equal(parse_aliases(&sample, usual_aliases), 0);
		module_list_want_modalias(&sample.list, &sample.aliases, cases[i].modalias);
		assert_loads(&sample, cases[i].loads);
		discard(&sample);
	}
}

static void loaded_module_is_not_wanted_again(void **state)
{
	struct sample sample;

	(void)state;
	assert_int_equal(parse(&sample, usual), 0);
	assert_int_equal(parse_aliases(&sample, usual_aliases), 0);
	module_list_want_group(&sample.list, MODULE_NET);
	assert_loads(&sample, "virtio virtio_ring failover net_failover virtio_net ");
	assert_int_equal(
		module_list_want_modalias(&sample.list, &sample.aliases, "virtio:d00000001v1"), 0);
	discard(&sample);
}

static unsigned int note_live(struct sample *sample, const char *modules)
{
	char *text = strdup(modules);
	unsigned int live = module_list_note_live(&sample->list, text);

	free(text);
	return live;
}

static uint8_t state_of(const struct sample *sample, const char *name)
{
	return sample->list.modules[module_list_find(&sample->list, name)].state;
}

static void live_modules_count_as_loaded(void **state)
{
	struct sample sample;

	(void)state;
	assert_int_equal(parse(&sample, usual), 0);
	assert_int_equal(note_live(&sample, "virtio_ring 45056 1 virtio, Live 0x0000000000000000\n"
					    "virtio 20480 0 - Loading 0x0000000000000000\n"
					    "ext4 1003520 2 - Live 0x0000000000000000\n"
					    "failover 16384 0 - Unloading 0x0000000000000000 (O-)\n"
					    "igb 16384 0 - Live 0x0000000000000000 (E)"),
			 2);
	assert_int_equal(state_of(&sample, "virtio_ring"), MODULE_LOADED);
	assert_int_equal(state_of(&sample, "virtio"), MODULE_UNWANTED);
	assert_int_equal(state_of(&sample, "failover"), MODULE_UNWANTED);
	assert_int_equal(state_of(&sample, "igb"), MODULE_LOADED);
	assert_int_equal(note_live(&sample, ""), 0);
	assert_int_equal(note_live(&sample, "\n\n Live \nvirtio"), 0);
	discard(&sample);
}

static void live_module_holds_nothing_back(void **state)
{
	struct sample sample;

	(void)state;
	assert_int_equal(parse(&sample, usual), 0);
	assert_int_equal(note_live(&sample, "failover 16384 0 - Live 0x0\n"
					    "virtio 20480 0 - Live 0x0\n"),
			 2);
	assert_int_equal(module_list_want_group(&sample.list, MODULE_NET), 3);
	assert_string_equal(module_list_next(&sample.list, 0)->name, "virtio_ring");
	assert_string_equal(module_list_next(&sample.list, 0)->name, "net_failover");
	assert_null(module_list_next(&sample.list, 0));
	discard(&sample);
}

static void patterns_match_as_in_modules_alias(void **state)
{
	static const struct {
		const char *pattern, *text;
		int matches;
	} cases[] = {
		{ "a", "a", 1 },
		{ "a", "b", 0 },
		{ "a", "", 0 },
		{ "", "", 1 },
		{ "*", "", 1 },
		{ "**", "abc", 1 },
		{ "a*c", "abcbc", 1 },
		{ "a*c", "abcb", 0 },
		{ "a?c", "abc", 1 },
		{ "a?c", "ac", 0 },
		{ "net-pf_1", "net_pf-1", 1 },
		{ "[0-9]x", "7x", 1 },
		{ "[0-9]x", "ax", 0 },
		{ "[4-A]", "9", 1 },
		{ "[ab]", "b", 1 },
		{ "[ab", "[ab", 1 },
		{ "[]", "]", 0 },
		{ "*[0-9]", "abc5", 1 },
		{ "*[0-9]*z", "5abc5yz", 1 },
		{ "?", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (module_alias_matches(cases[i].pattern, cases[i].text) != cases[i].matches)
			fail_msg("%s against %s", cases[i].pattern, cases[i].text);
}

static void many_stars_take_no_exponential_time(void **state)
{
	char pattern[401], text[4097];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 3);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(module_alias_matches(pattern, text), 1);
	text[sizeof(text) - 2] = 'b';
	assert_int_equal(module_alias_matches(pattern, text), 0);
}

static void broken_lists_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text, *peer, *hint;
	} cases[] = {
		{ "net a b -", "line 1", "a line has five fields" },
		{ "net a b - ", "line 1", "a line has five fields" },
		{ "net  a b - -", "line 1", "a line has five fields" },
		{ "net a b - -\n\nnett c d - -\n", "line 3", "the group is unknown" },
		{ "net a b a -\n", "line 1", "a dependency does not stand before the module" },
		{ "net a p b -\nnet b p a -\n", "line 1",
		  "a dependency does not stand before the module" },
		{ "net a p - -\nnet b p a,,a -\n", "line 2",
		  "a dependency does not stand before the module" },
		{ "net a-x p - -\nnet a_x p - -\n", "line 2", "the module was listed before" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample sample;

		assert_int_equal(parse(&sample, cases[i].text), -EINVAL);
		assert_int_equal(sample.fault.error, EINVAL);
		assert_string_equal(sample.fault.peer, cases[i].peer);
		assert_string_equal(sample.fault.hint, cases[i].hint);
		assert_null(sample.list.modules);
		discard(&sample);
	}
}

static void broken_aliases_are_refused_with_their_line(void **state)
{
	static const char *const texts[] = { "\npci:v1", "\npci:v1 ", "\n x", "\npci:v1 none" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sample sample;

		assert_int_equal(parse(&sample, usual), 0);
		assert_int_equal(parse_aliases(&sample, texts[i]), -EINVAL);
		assert_string_equal(sample.fault.peer, "line 2");
		discard(&sample);
	}
}

static void text_with_nul_is_refused(void **state)
{
	char text[] = "net a p - -\n\0net b p - -\n";
	struct module_list list;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(module_list_parse(text, sizeof(text) - 1, &list, &fault), -EINVAL);
}

static void too_many_modules_are_refused(void **state)
{
	size_t rows = MODULE_LIST_MAX + 2;
	char *text = malloc(rows + 1);
	struct module_list list;
	struct fault fault = { 0 };

	(void)state;
	memset(text, '\n', rows);
	text[rows] = '\0';
	assert_int_equal(module_list_parse(text, rows, &list, &fault), -E2BIG);
	free(text);
}

static void largest_list_is_searched_by_hash(void **state)
{
	char *text = malloc(MODULE_LIST_MAX * 32);
	struct module_list list;
	struct fault fault = { 0 };
	size_t length = 0;

	(void)state;
	for (int i = 0; i < MODULE_LIST_MAX; i++)
		length += (size_t)sprintf(text + length, "plug m%d p - -\n", i);
	assert_int_equal(module_list_parse(text, length, &list, &fault), 0);
	for (int i = 0; i < MODULE_LIST_MAX; i++) {
		char name[16];

		snprintf(name, sizeof(name), "m%d", i);
		assert_int_equal(module_list_find(&list, name), i);
	}
	module_list_free(&list);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read_and_options_kept_whole),
		cmocka_unit_test(empty_list_is_fine),
		cmocka_unit_test(group_is_loaded_behind_its_dependencies_only),
		cmocka_unit_test(independent_modules_may_load_at_once),
		cmocka_unit_test(device_gets_its_driver),
		cmocka_unit_test(loaded_module_is_not_wanted_again),
		cmocka_unit_test(live_modules_count_as_loaded),
		cmocka_unit_test(live_module_holds_nothing_back),
		cmocka_unit_test(patterns_match_as_in_modules_alias),
		cmocka_unit_test(many_stars_take_no_exponential_time),
		cmocka_unit_test(broken_lists_are_refused_with_their_line),
		cmocka_unit_test(broken_aliases_are_refused_with_their_line),
		cmocka_unit_test(text_with_nul_is_refused),
		cmocka_unit_test(too_many_modules_are_refused),
		cmocka_unit_test(largest_list_is_searched_by_hash),
	};

	return cmocka_run_group_tests_name("module_list", tests, NULL, NULL);
}
