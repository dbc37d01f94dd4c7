// SPDX-License-Identifier: GPL-2.0-only
/* Which services are told what, and how a plan says it. */
/* links: tools/generation/actions.c tools/generation/plan.c tools/generation/difference.c */
/* links: tools/generation/manifest.c tools/cluster/nodeset.c tools/cluster/nodeset_parse.c */
/* links: tools/cluster/nodeset_range.c tools/cluster/nodeset_table.c */
/* links: tools/cluster/nodeset_fold.c tools/generation/owners.c userspace/lib/text.c */
/* links: initramfs/fault.c */
/* libraries: jansson */
#include "tools/generation/actions.h"
#include "tools/generation/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ENTRIES_MAX 32

/* Two manifests that differ in the files of a list such as "+path ~path -path =path". */
struct fixture {
	struct manifest_entry old_entries[ENTRIES_MAX], new_entries[ENTRIES_MAX];
	struct manifest old, new;
	struct difference difference;
	struct actions actions;
	char text[2048];
};

static struct manifest_entry entry(const char *path, char content)
{
	struct manifest_entry made = { .path = path, .size = 1, .mode = 0644 };

	memset(made.hash, content, sizeof(made.hash));
	return made;
}

static void begin(struct fixture *fixture, const char *list)
{
	char *rest = fixture->text, *word;
	struct fault fault;

	*fixture =
		(struct fixture){ .old = { .entries = fixture->old_entries, .generation = 3 },
				  .new = { .entries = fixture->new_entries, .server = "boot1" } };
	snprintf(fixture->text, sizeof(fixture->text), "%s", list);
	while ((word = strsep(&rest, " "))) {
		if (*word != '+')
			fixture->old_entries[fixture->old.count++] = entry(word + 1, 1);
		if (*word != '-')
			fixture->new_entries[fixture->new.count++] =
				entry(word + 1, *word == '~' ? 2 : 1);
	}
	assert_int_equal(
		difference_find(&fixture->difference, &fixture->old, &fixture->new, &fault), 0);
}

static void end(struct fixture *fixture)
{
	actions_free(&fixture->actions);
	difference_free(&fixture->difference);
}

/* "dnsmasq restart, wirerootd.service reload" */
static const char *told(struct fixture *fixture, const char *server, char text[static 512])
{
	bool boots = actions_server_boots(&fixture->new, server) ||
		     actions_server_boots(&fixture->old, server);
	struct fault fault;

	*text = '\0';
	assert_int_equal(
		actions_find(&fixture->actions, &fixture->difference, server, boots, &fault), 0);
	for (size_t i = 0; i < fixture->actions.count; i++)
		sprintf(text + strlen(text), "%s%s %s", i ? ", " : "",
			fixture->actions.list[i].service,
			action_kind_name(fixture->actions.list[i].kind));
	return text;
}

#define BOOT1 "servers/boot1/"

static void files_lead_to_services(void **state)
{
	static const struct {
		const char *files, *server, *told;
	} cases[] = {
		{ "~http/node/52:54:00:00:00:01.ipxe =" BOOT1 "dnsmasq.conf", "boot1",
		  "wirerootd.service reload" },
		{ "~" BOOT1 "dhcp-hosts =" BOOT1 "dnsmasq.conf ~" BOOT1 "hosts", "boot1",
		  "dnsmasq reload, wirerootd.service reload" },
		/* The gravest counts, and each service once. */
		{ "~" BOOT1 "dhcp-hosts ~" BOOT1 "dnsmasq.conf ~" BOOT1 "hosts", "boot1",
		  "dnsmasq restart, wirerootd.service reload" },
		/* Where nodes find their roots comes before what makes them boot. */
		{ "~" BOOT1 "dnsmasq.conf ~" BOOT1 "exports ~" BOOT1 "tgt.conf", "boot1",
		  "exports reload, tgt reload, dnsmasq restart, wirerootd.service reload" },
		{ "~" BOOT1 "exports", "boot1", "exports reload" },
		/* tgt's unit has learnt how to listen elsewhere before it is told to. */
		{ "+" BOOT1 "tgt-portals +" BOOT1 "tgt-service.conf ~" BOOT1 "tgt.conf", "boot1",
		  "systemd reload, tgt reload" },
		{ "~" BOOT1 "tgt-portals", "boot1", "tgt reload" },
		/* systemd learns of a unit before it is started, and ends it before it forgets. */
		{ "+" BOOT1 "units/wireroot-ganesha.service", "boot1",
		  "systemd reload, wireroot-ganesha.service start" },
		{ "~" BOOT1 "ganesha.conf ~" BOOT1 "units/wireroot-ganesha.service", "boot1",
		  "systemd reload, wireroot-ganesha.service restart" },
		{ "~" BOOT1 "ganesha.conf", "boot1", "wireroot-ganesha.service reload" },
		{ "~" BOOT1 "lio.json", "boot1", "wireroot-lio.service reload" },
		/* Other servers' files, and files of nobody. */
		{ "~" BOOT1 "dnsmasq.conf ~servers/boot10/exports", "boot10", "exports reload" },
		{ "~genders ~" BOOT1 "dnsmasq.conf", "nfs1", "" },
		{ "~" BOOT1 "dnsmasq.conf ~hosts", "", "" },
		/* The file `hosts` of everybody is not dnsmasq's. */
		{ "~hosts =" BOOT1 "dnsmasq.conf", "boot1", "wirerootd.service reload" },
		{ "=" BOOT1 "dnsmasq.conf", "boot1", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *fixture = malloc(sizeof(*fixture));
		char text[512];

		begin(fixture, cases[i].files);
		assert_string_equal(told(fixture, cases[i].server, text), cases[i].told);
		end(fixture);
		free(fixture);
	}
}

static void what_is_no_more_ends_first(void **state)
{
	struct fixture *fixture = malloc(sizeof(*fixture));
	char text[512];

	(void)state;
	begin(fixture,
	      "+" BOOT1 "exports -" BOOT1 "ganesha.conf -" BOOT1 "units/wireroot-ganesha.service");
	assert_string_equal(told(fixture, "boot1", text),
			    "wireroot-ganesha.service stop, systemd reload, exports reload");
	end(fixture);
	free(fixture);
}

static void path_of_a_server_is_just_its_own(void **state)
{
	(void)state;
	assert_string_equal(actions_server_path("servers/a/b/c", "a"), "b/c");
	assert_null(actions_server_path("servers/ab/c", "a"));
	assert_null(actions_server_path("servers/a", "a"));
	assert_null(actions_server_path("servers//c", ""));
	assert_null(actions_server_path("http/a/b", "a"));
}

static const char index_text[] = "# comment\n"
				 "52:54:00:00:00:01 n01 10.0.0.1 ipxe\n"
				 "52:54:00:00:00:02 n02 - ipxe\n"
				 "52:54:00:00:00:03 n03 10.0.0.3 ipxe\n";

static void make_plan(struct fixture *fixture, struct plan *plan)
{
	char text[512];

	begin(fixture, "+http/base/abc.img -http/node/52:54:00:00:00:01.img "
		       "~http/node/52:54:00:00:00:02.ipxe ~http/node/52:54:00:00:00:03.ipxe "
		       "~http/node/52:54:00:00:00:09.ipxe ~" BOOT1 "dnsmasq.conf ~zzz");
	told(fixture, "boot1", text);
	*plan = (struct plan){ .old = &fixture->old,
			       .new = &fixture->new,
			       .difference = &fixture->difference,
			       .actions = &fixture->actions,
			       .old_index = { index_text, strlen(index_text) },
			       .new_index = { index_text, strlen(index_text) } };
}

static void plan_speaks_of_kinds_and_nodes(void **state)
{
	struct fixture *fixture = malloc(sizeof(*fixture));
	struct text text = { 0 };
	struct fault fault;
	struct plan plan;

	(void)state;
	make_plan(fixture, &plan);
	assert_int_equal(plan_to_text(&plan, &text, &fault), 0);
	assert_string_equal(
		text_string(&text),
		"against generation 3: 1 file added, 5 changed, 1 removed\n"
		"  node scripts         3 changed: n[02-03]; http/node/52:54:00:00:00:09.ipxe\n"
		"  node segments        1 removed: n01\n"
		"  base images          1 added: http/base/abc.img\n"
		"  servers' files       1 changed: servers/boot1/dnsmasq.conf\n"
		"  other files          1 changed: zzz\n"
		"services of boot1:\n"
		"  dnsmasq                    restart  (servers/boot1/dnsmasq.conf)\n"
		"  wirerootd.service          reload   (http/base/abc.img)\n");
	text_free(&text);
	end(fixture);
	free(fixture);
}

static void plan_as_json_has_every_file(void **state)
{
	struct fixture *fixture = malloc(sizeof(*fixture));
	struct plan plan;
	json_t *json, *files;

	(void)state;
	make_plan(fixture, &plan);
	json = plan_to_json(&plan);
	files = json_object_get(json, "files");
	assert_int_equal(json_array_size(files), 7);
	assert_string_equal(json_string_value(json_object_get(json_array_get(files, 1), "node")),
			    "n01");
	assert_string_equal(json_string_value(json_object_get(json, "nodes")), "n[01-03]");
	assert_int_equal(json_array_size(json_object_get(json, "services")), 2);
	json_decref(json);
	end(fixture);
	free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_lead_to_services),
		cmocka_unit_test(what_is_no_more_ends_first),
		cmocka_unit_test(path_of_a_server_is_just_its_own),
		cmocka_unit_test(plan_speaks_of_kinds_and_nodes),
		cmocka_unit_test(plan_as_json_has_every_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
