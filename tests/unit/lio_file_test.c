// SPDX-License-Identifier: GPL-2.0-only
/* lio.json read back, as it is generated (tests/golden/) and as somebody broke it. */
/* links: userspace/lib/iscsi_portal.c */
/* links: tools/target/lio_file.c tools/target/target.c initramfs/fault.c initramfs/value.c */
/* links: userspace/lib/fs.c userspace/lib/log.c userspace/lib/text.c */
/* libraries: jansson */
#include "tools/target/lio_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/lib/fs.h"

#define GOLDEN "tests/golden/many/files/servers/boot2/lio.json"
#define PREFIX "iqn.2026-11.example.many:"

static char *read_golden(size_t *length)
{
	struct fault fault;
	char *text;

	assert_int_equal(fs_read_file(GOLDEN, 1 << 20, &text, length, &fault), 0);
	return text;
}

static void generated_file_is_read_back(void **state)
{
	struct lio_file file;
	struct fault fault = { 0 };
	size_t length;
	char *text = read_golden(&length);

	(void)state;
	assert_int_equal(lio_file_parse(text, length, "lio.json", &file, &fault), 0);
	assert_int_equal(file.count, 3);
	assert_string_equal(file.prefix, PREFIX);
	assert_string_equal(file.offers[0].name, PREFIX "d3");
	assert_string_equal(file.offers[0].initiator, PREFIX "initiator:d3");
	assert_string_equal(file.offers[0].disk, "/dev/vg0/d3");
	assert_true(file.offers[0].read_write);
	assert_string_equal(file.offers[0].in.user, PREFIX "initiator:d3");
	assert_string_equal(file.offers[0].in.secret, "Secret.of.node.3");
	assert_string_equal(file.offers[0].out.user, PREFIX "d3");
	assert_string_equal(file.offers[0].out.secret, "Secret.target.3");
	assert_int_equal(file.offers[0].portal_count, 2);
	assert_int_equal(file.offers[0].portals[0].address, 0xc0a80101);
	assert_int_equal(file.offers[0].portals[0].port, 3260);
	assert_int_equal(file.offers[0].portals[1].address, 0xc0a80102);
	assert_int_equal(file.offers[0].portals[1].port, 3261);
	assert_int_equal(file.offers[2].portal_count, 1);
	assert_int_equal(file.offers[2].portals[0].port, 3261);
	assert_false(file.offers[2].read_write);
	assert_null(file.offers[2].in.user);
	assert_string_equal(file.offers[1].serial, file.offers[2].serial); /* one disk */
	lio_file_free(&file);
	free(text);
}

/* The golden file with the first @from replaced by @to. */
static char *broken(const char *from, const char *to)
{
	size_t length;
	char *text = read_golden(&length);
	char *place = strstr(text, from), *result;

	assert_non_null(place);
	assert_true(asprintf(&result, "%.*s%s%s", (int)(place - text), text, to,
			     place + strlen(from)) > 0);
	free(text);
	return result;
}

static void broken_file_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "{", "[" },
		{ "\"prefix\"", "\"suffix\"" },
		{ "\"prefix\": \"iqn", "\"prefix\": \"../iqn" },
		{ "\"storage_objects\"", "\"objects\"" },
		{ "\"dev\": \"/dev/vg0/d3\"", "\"dev\": \"vg0/d3\"" },
		{ "\"wwn\": \"144afa97", "\"www\": \"144afa97" },
		{ "\"name\": \"wireroot-d3-44fcab0b\"", "\"name\": \"d3\"" },
		{ "\"wwn\": \"iqn.2026-11.example.many:d3\"", "\"wwn\": \"iqn.other:d3\"" },
		{ "\"wwn\": \"iqn.2026-11.example.many:d3\"",
		  "\"wwn\": \"iqn.2026-11.example.many:/../d3\"" },
		{ "\"wwn\": \"iqn.2026-11.example.many:d3\"", "\"wwn\": 3" },
		{ "\"node_wwn\": \"iqn", "\"node_wwn\": \"../iqn" },
		{ "\"port\": 3260", "\"port\": 326000" },
		{ "\"port\": 3260", "\"port\": \"3260\"" },
		{ "\"ip_address\": \"192.168.1.1\"", "\"ip_address\": \"nowhere\"" },
		{ "\"port\": 3261", "\"port\": 0" },
		{ "\"portals\": [", "\"doors\": [" },
		{ "\"portals\": [", "\"portals\": [ 1," },
		{ "\"ip_address\": \"192.168.1.2\",\n              \"port\": 3261",
		  "\"ip_address\": \"192.168.1.1\",\n              \"port\": 3260" },
		{ "\"node_acls\": [", "\"node_acls\": [ 1," },
		{ "\"mapped_luns\": [", "\"mapped_luns\": [ 1," },
		{ "/backstores/block/wireroot-d3", "/backstores/fileio/wireroot-d3" },
		{ "\"chap_password\": \"Secret.of.node.3\",", "" },
		{ "\"chap_mutual_password\": \"Secret.target.3\",", "" },
		{ "\"comment\"", "\"prefix\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = broken(cases[i].from, cases[i].to);
		char line[FAULT_LINE_BYTES];
		struct lio_file file;
		struct fault fault = { 0 };

		if (lio_file_parse(text, strlen(text), "lio.json", &file, &fault) != -EINVAL)
			fail_msg("'%s' was taken", cases[i].to);
		assert_null(strstr(fault_line(&fault, line), "Secret"));
		lio_file_free(&file);
		free(text);
	}
}

/* --- a server that notes what it is told ------------------------------------------------------ */

struct notes {
	char text[1024];
	const char *busy; /* what is in use */
};

static struct notes *notes;

static void add(const char *what, const char *name)
{
	strncat(notes->text, what, sizeof(notes->text) - strlen(notes->text) - 1);
	strncat(notes->text, strrchr(name, ':') + 1, sizeof(notes->text) - strlen(notes->text) - 1);
}

static int note_offer(const struct target_server *server, const struct target_offer *offer,
		      struct fault *fault)
{
	(void)server;
	add(" +", offer->name);
	return strcmp(offer->disk, "/dev/vg0/d3") ? 0 : fault_set(fault, ENOENT, "x", "y", NULL);
}

static int note_withdrawal(const struct target_server *server, const char *name,
			   struct fault *fault)
{
	(void)server;
	add(" -", name);
	return notes->busy && strstr(name, notes->busy) ? fault_set(fault, EBUSY, "x", "y", NULL)
							: 0;
}

static int list_some(const struct target_server *server, struct target_list *list,
		     struct fault *fault)
{
	static const char *const names[] = { PREFIX "d3", PREFIX "gone", PREFIX "used",
					     "iqn.2026-11.example.other:d3" };

	(void)server;
	(void)fault;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		snprintf(target_list_add(list)->name, TARGET_NAME_BYTES, "%s", names[i]);
	return 0;
}

static const struct target_operations noting = {
	.name = "notes", .offer = note_offer, .withdraw = note_withdrawal, .list = list_some
};

static void one_trouble_does_not_keep_others_from_their_disks(void **state)
{
	const struct target_server server = { .operations = &noting };
	const struct log quiet = { "test", LOG_LEVEL_ERROR - 1, false };
	struct notes here = { .busy = "used" };
	struct lio_file file;
	struct fault fault = { 0 };
	size_t length;
	char *text = read_golden(&length);

	(void)state;
	notes = &here;
	assert_int_equal(lio_file_parse(text, length, "lio.json", &file, &fault), 0);
	assert_int_equal(lio_file_restore(&file, &server, &quiet, &fault), -EBUSY);
	assert_string_equal(here.text, " -gone -used +d3 +d4 +d5");
	*here.text = '\0';
	assert_int_equal(lio_file_withdraw(&file, &server, &quiet, &fault), -EBUSY);
	assert_string_equal(here.text, " -d3 -gone -used");
	lio_file_free(&file);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_file_is_read_back),
		cmocka_unit_test(broken_file_is_refused),
		cmocka_unit_test(one_trouble_does_not_keep_others_from_their_disks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
