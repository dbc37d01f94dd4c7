// SPDX-License-Identifier: GPL-2.0-only
/* Targets of LIO in a tree that behaves as configfs does, killed at every step. */
/* links: userspace/lib/iscsi_portal.c userspace/lib/log.c */
/* links: tools/target/lio.c tools/target/lio_text.c tools/target/target.c */
/* links: tools/target/configfs_look.c initramfs/fault.c initramfs/value.c userspace/lib/fs.c */
/* links: userspace/lib/text.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/target/configfs.h"
#include "tools/target/lio_text.h"
#include "tools/target/target.h"
#include "userspace/lib/fs.h"

#define TARGET	  "iqn.2026-11.example:n01"
#define INITIATOR "iqn.2026-11.example:initiator:n01"
#define GROUP	  "iscsi/" TARGET "/tpgt_1/"
#define ACL	  GROUP "acls/" INITIATOR "/"
#define NEVER	  100000

/* --- a kernel --------------------------------------------------------------------------------- */

/* How many changes are let pass; behind those, it is as if the process were gone. */
static int changes_left;

static bool is_gone(void)
{
	return changes_left-- <= 0;
}

static const char *last(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void make(const char *path, const char *name)
{
	char *whole = fs_join(path, name);

	assert_int_equal(mkdir(whole, 0755), 0);
	free(whole);
}

static void put(const char *path, const char *name, const char *value)
{
	char *whole = fs_join(path, name);
	struct fault fault;

	assert_int_equal(fs_write_file(whole, value, strlen(value), 0644, &fault), 0);
	free(whole);
}

/* What the kernel puts into a directory that is made. */
static void fill(const char *path)
{
	if (!strcmp(last(path), "tpgt_1")) {
		make(path, "attrib");
		make(path, "lun");
		make(path, "np");
		make(path, "acls");
		put(path, "enable", "0\n");
	} else if (strstr(path, "/acls/") && !strstr(path, "/lun_")) {
		make(path, "auth");
		put(path, "info", "No active iSCSI Session for Initiator Endpoint: x\n");
	} else if (strstr(path, "/core/") && !strstr(last(path), "_0")) {
		make(path, "wwn");
		make(path, "attrib");
		put(path, "enable", "0\n");
	}
}

int configfs_make_dir(const char *path)
{
	if (is_gone())
		return -EINTR;
	if (strstr(path, "/np/10.9."))
		return -EINVAL; /* where somebody else listens */
	if (mkdir(path, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	fill(path);
	return 0;
}

/* Groups and links that somebody made are in the way; what the kernel made is not. */
static bool is_in_use(const char *path)
{
	static const char *const makers[] = { "lun", "np", "acls", "" };
	struct configfs_names names;
	bool used = false;

	for (size_t i = 0; !used && i < sizeof(makers) / sizeof(makers[0]); i++) {
		char *inside = fs_join(path, makers[i]);

		if (configfs_names(inside, &names)) {
			free(inside);
			continue;
		}
		for (size_t n = 0; !used && n < names.count; n++) {
			char *entry = fs_join(inside, names.names[n]);

			used = configfs_is_link(entry) ||
			       (configfs_is_dir(entry) &&
				(*makers[i] || !strncmp(names.names[n], "tpgt_", 5) ||
				 !strncmp(names.names[n], "lun_", 4)));
			free(entry);
		}
		configfs_names_free(&names);
		free(inside);
	}
	return used;
}

/* Does a LUN of a target link to the object? */
static bool is_linked(const char *path)
{
	char command[1024];

	snprintf(command, sizeof(command),
		 "find %.*s/iscsi -type l -lname '%s' 2>/dev/null | grep -q .",
		 (int)(strstr(path, "/core/") - path), path, path);
	return system(command) == 0;
}

int configfs_remove_dir(const char *path)
{
	struct fault fault;

	if (is_gone())
		return -EINTR;
	if (access(path, F_OK) < 0)
		return -ENOENT;
	if (is_in_use(path))
		return -ENOTEMPTY;
	if (strstr(path, "/core/") && is_linked(path))
		return -EBUSY;
	/* An object without its group, an enabled group without its portal: never. */
	return fs_remove_tree(path, &fault);
}

int configfs_write(const char *path, const char *value)
{
	struct fault fault;

	return is_gone() ? -EINTR : fs_write_file(path, value, strlen(value), 0644, &fault);
}

int configfs_link(const char *target, const char *path)
{
	if (is_gone())
		return -EINTR;
	return symlink(target, path) < 0 ? -errno : 0;
}

int configfs_unlink(const char *path)
{
	if (is_gone())
		return -EINTR;
	return unlink(path) < 0 ? -errno : 0;
}

/* --- a server --------------------------------------------------------------------------------- */

struct bench {
	char root[64], disk[96];
	struct target_server server;
	struct target_offer offer;
};

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct fault fault;
	char path[128];

	snprintf(bench->root, sizeof(bench->root), "/tmp/lio_test.XXXXXX");
	if (!mkdtemp(bench->root))
		return -1;
	snprintf(path, sizeof(path), "%s/core", bench->root);
	mkdir(path, 0755);
	snprintf(bench->disk, sizeof(bench->disk), "%s/n01.img", bench->root);
	if (fs_write_file(bench->disk, "disk", 4, 0600, &fault))
		return -1;
	bench->server =
		(struct target_server){ .operations = &target_lio, .configfs = bench->root };
	bench->offer = (struct target_offer){
		.name = TARGET,
		.initiator = INITIATOR,
		.disk = bench->disk,
		.read_write = true,
		.serial = "144afa97-44fc-ab0b-1ea6-bbd6ce8bf560",
		.in = { INITIATOR, "Secret.of.node.1" },
		.out = { TARGET, "Secret.target.1" },
	};
	changes_left = NEVER;
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	struct fault fault;

	fs_remove_tree(bench->root, &fault);
	free(bench);
	return 0;
}

/* The attribute at @path below the root, or "" when it is not there. */
static const char *value(const struct bench *bench, const char *path)
{
	static char text[256];
	char whole[512];

	snprintf(whole, sizeof(whole), "%s/%s", bench->root, path);
	if (configfs_read(whole, text, sizeof(text)))
		*text = '\0';
	return text;
}

static bool is_there(const struct bench *bench, const char *path)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s/%s", bench->root, path);
	return access(whole, F_OK) == 0;
}

static int offer(struct bench *bench)
{
	struct fault fault = { 0 };

	return target_offer(&bench->server, &bench->offer, &fault);
}

static int withdraw(struct bench *bench)
{
	struct fault fault = { 0 };

	return target_withdraw(&bench->server, TARGET, &fault);
}

static void log_in(const struct bench *bench)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/" ACL, bench->root);
	put(path, "info",
	    "InitiatorName: " INITIATOR "\nInitiatorAlias: n01\n"
	    "LIO Session ID: 1   ISID: 0x40 00 01 37 00 00  TSIH: 1  SessionType: Normal\n"
	    "   Address 10.0.0.11 TCP  StatSN: 0x4d7d2c9a\n");
}

static void log_out(const struct bench *bench)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/" ACL, bench->root);
	put(path, "info", "No active iSCSI Session for Initiator Endpoint: x\n");
}

static void expect_complete(const struct bench *bench)
{
	assert_string_equal(value(bench, GROUP "enable"), "1");
	assert_string_equal(value(bench, GROUP "attrib/authentication"), "1");
	assert_string_equal(value(bench, GROUP "attrib/generate_node_acls"), "0");
	assert_string_equal(value(bench, ACL "auth/userid"), INITIATOR);
	assert_string_equal(value(bench, ACL "auth/password"), "Secret.of.node.1");
	assert_string_equal(value(bench, ACL "auth/userid_mutual"), TARGET);
	assert_string_equal(value(bench, ACL "auth/password_mutual"), "Secret.target.1");
	assert_string_equal(value(bench, ACL "lun_1/write_protect"), "0");
	assert_true(is_there(bench, GROUP "np/0.0.0.0:3260"));
	assert_true(is_there(bench, ACL "lun_1/disk"));
	assert_string_equal(value(bench, GROUP "lun/lun_1/disk/udev_path"), bench->disk);
	assert_string_equal(value(bench, GROUP "lun/lun_1/disk/enable"), "1");
}

static void expect_nothing(const struct bench *bench)
{
	assert_false(is_there(bench, "iscsi/" TARGET));
	assert_false(is_there(bench, "core/fileio_0/wireroot-n01.img-44fcab0b"));
}

static void offer_makes_a_target_for_one_initiator(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(offer(bench), 0);
	expect_complete(bench);
	assert_int_equal(withdraw(bench), 0);
	expect_nothing(bench);
}

static void offer_killed_at_any_step_lets_nobody_in_and_can_be_repeated(void **state)
{
	struct bench *bench = *state;
	int steps = 0;

	for (;; steps++) {
		changes_left = steps;
		if (offer(bench) == 0)
			break;
		assert_string_not_equal(value(bench, GROUP "enable"), "1");
		changes_left = NEVER;
		assert_int_equal(offer(bench), 0);
		expect_complete(bench);
		assert_int_equal(withdraw(bench), 0);
		expect_nothing(bench);
	}
	assert_in_range(steps, 15, 40);
}

static void what_a_killed_offer_left_can_be_withdrawn(void **state)
{
	struct bench *bench = *state;

	for (int steps = 0;; steps++) {
		changes_left = steps;
		if (offer(bench) == 0)
			break;
		changes_left = NEVER;
		assert_int_equal(withdraw(bench), 0);
		expect_nothing(bench);
	}
}

static void withdrawal_killed_at_any_step_lets_nobody_in_and_can_be_repeated(void **state)
{
	struct bench *bench = *state;

	for (int steps = 0;; steps++) {
		int error;

		assert_int_equal(offer(bench), 0);
		changes_left = steps;
		error = withdraw(bench);
		changes_left = NEVER;
		if (!error)
			break;
		if (steps)
			assert_string_not_equal(value(bench, GROUP "enable"), "1");
		assert_int_equal(withdraw(bench), 0);
		expect_nothing(bench);
	}
}

static void target_in_use_is_left_alone(void **state)
{
	struct bench *bench = *state;
	unsigned int sessions;
	struct fault fault = { 0 };

	assert_int_equal(offer(bench), 0);
	log_in(bench);
	assert_int_equal(target_sessions(&bench->server, TARGET, &sessions, &fault), 0);
	assert_int_equal(sessions, 1);
	assert_int_equal(offer(bench), 0); /* the same */
	assert_int_equal(withdraw(bench), -EBUSY);
	bench->offer.read_write = false;
	assert_int_equal(target_offer(&bench->server, &bench->offer, &fault), -EBUSY);
	assert_string_equal(fault.hint,
			    INITIATOR " is logged in to it from 10.0.0.11; shut it down first");
	bench->offer.read_write = true;
	expect_complete(bench);
}

/* --- portals ---------------------------------------------------------------------------------- */

static const struct iscsi_portal near = { 0x0a000001, 3260 }, far = { 0x0a010001, 3261 },
				 taken = { 0x0a090001, 3260 };

/* Offer the target at the @count portals of @portals. */
static int offer_at(struct bench *bench, const struct iscsi_portal *portals, size_t count)
{
	bench->offer.portals = portals;
	bench->offer.portal_count = count;
	return offer(bench);
}

static void expect_portals(const struct bench *bench, const char *portals)
{
	struct target_list list = { 0 };
	struct fault fault = { 0 };

	assert_int_equal(target_list(&bench->server, &list, &fault), 0);
	assert_true(target_find(&list, TARGET)->open);
	assert_string_equal(target_find(&list, TARGET)->portals, portals);
	target_list_free(&list);
}

/* Has the target been there since somebody put a mark on it? */
static void mark(const struct bench *bench)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/" GROUP, bench->root);
	put(path, "mark", "");
}

static void portals_of_a_target_change_while_it_stays(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(offer_at(bench, &near, 1), 0);
	expect_portals(bench, "10.0.0.1:3260");
	mark(bench);
	assert_int_equal(offer_at(bench, (struct iscsi_portal[]){ near, far }, 2), 0);
	expect_portals(bench, "10.0.0.1:3260 10.1.0.1:3261");
	assert_int_equal(offer_at(bench, &far, 1), 0);
	expect_portals(bench, "10.1.0.1:3261");
	/* Whoever lists none leaves those that there are. */
	assert_int_equal(offer_at(bench, NULL, 0), 0);
	expect_portals(bench, "10.1.0.1:3261");
	assert_true(is_there(bench, GROUP "mark"));
	assert_int_equal(withdraw(bench), 0);
	expect_nothing(bench);
}

static void target_in_use_gets_portals_and_loses_none(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(offer_at(bench, &near, 1), 0);
	log_in(bench);
	assert_int_equal(offer_at(bench, &far, 1), 0);
	expect_portals(bench, "10.0.0.1:3260 10.1.0.1:3261");
	log_out(bench);
	assert_int_equal(offer_at(bench, &far, 1), 0);
	expect_portals(bench, "10.1.0.1:3261");
}

static void portal_that_cannot_be_had_keeps_nobody_from_the_others(void **state)
{
	struct bench *bench = *state;
	struct fault fault = { 0 };

	bench->offer.portals = (struct iscsi_portal[]){ taken, near };
	bench->offer.portal_count = 2;
	assert_int_equal(target_offer(&bench->server, &bench->offer, &fault), -EINVAL);
	assert_string_equal(fault.peer, "10.9.0.1:3260 of " TARGET);
	assert_string_equal(fault.hint, "LIO refuses it; does another program listen there?");
	expect_portals(bench, "10.0.0.1:3260");
	/* Nor is the last one closed for it. */
	assert_int_equal(offer_at(bench, &taken, 1), -EINVAL);
	expect_portals(bench, "10.0.0.1:3260");
	assert_int_equal(withdraw(bench), 0);
	assert_int_equal(offer_at(bench, &taken, 1), -EINVAL);
	assert_string_equal(value(bench, GROUP "enable"), "0");
}

static void change_of_portals_killed_at_any_step_can_be_repeated(void **state)
{
	const struct iscsi_portal before[] = { near, { 0x0a000002, 3260 } };
	const struct iscsi_portal after[] = { far, { 0x0a010002, 3260 } };
	struct bench *bench = *state;
	int steps = 0;

	for (;; steps++) {
		assert_int_equal(offer_at(bench, before, 2), 0);
		changes_left = steps;
		if (offer_at(bench, after, 2) == 0)
			break;
		changes_left = NEVER;
		assert_string_equal(value(bench, GROUP "enable"), "1");
		assert_int_equal(offer_at(bench, after, 2), 0);
		expect_portals(bench, "10.1.0.1:3261 10.1.0.2:3260");
	}
	assert_in_range(steps, 4, 6);
}

/* With accounts and without: who they were for is not let in any more. */
static void another_initiator_takes_the_place_of_the_first(void **state)
{
	struct bench *bench = *state;
	struct fault fault = { 0 };

	for (int accounts = 1; accounts >= 0; accounts--) {
		if (!accounts)
			bench->offer.in = bench->offer.out = (struct target_account){ 0 };
		bench->offer.initiator = INITIATOR;
		assert_int_equal(offer(bench), 0);
		bench->offer.initiator = "iqn.2026-11.example:initiator:n02";
		assert_int_equal(offer(bench), 0);
		assert_true(
			is_there(bench, GROUP "acls/iqn.2026-11.example:initiator:n02/lun_1/disk"));
		assert_false(is_there(bench, ACL));
		assert_string_equal(value(bench, GROUP "enable"), "1");
	}
	bench->offer.initiator = INITIATOR;
	assert_int_equal(offer(bench), 0);
	log_in(bench);
	bench->offer.initiator = "iqn.2026-11.example:initiator:n02";
	assert_int_equal(target_offer(&bench->server, &bench->offer, &fault), -EBUSY);
	assert_true(is_there(bench, ACL));
}

static void disk_that_two_targets_have_stays_until_the_last_is_gone(void **state)
{
	struct bench *bench = *state;
	struct fault fault = { 0 };

	bench->offer.read_write = false;
	assert_int_equal(offer(bench), 0);
	bench->offer.name = "iqn.2026-11.example:n02";
	assert_int_equal(offer(bench), 0);
	assert_int_equal(withdraw(bench), 0);
	assert_true(is_there(bench, "core/fileio_0/wireroot-n01.img-44fcab0b"));
	assert_int_equal(target_withdraw(&bench->server, bench->offer.name, &fault), 0);
	assert_false(is_there(bench, "core/fileio_0/wireroot-n01.img-44fcab0b"));
}

/* What others have in LIO, finished, in the making, or used by a target that is not ours. */
static void disk_of_somebody_else_is_left_alone(void **state)
{
	static const char *const names[] = { "backup-0123abcd", "wireroot", "wireroot-44fcab0b-old",
					     "wirerooted-44fcab0b" };
	struct bench *bench = *state;
	char path[512];

	assert_int_equal(offer(bench), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/core/fileio_0/%s", bench->root, names[i]);
		assert_int_equal(configfs_make_dir(path), 0);
	}
	assert_int_equal(withdraw(bench), 0);
	expect_nothing(bench);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "core/fileio_0/%s", names[i]);
		assert_true(is_there(bench, path));
	}
}

static void disk_that_is_offered_is_refused_by_whatever_name(void **state)
{
	struct bench *bench = *state;
	struct fault fault = { 0 };
	char *link = fs_join(bench->root, "link");

	assert_int_equal(symlink(bench->disk, link), 0);
	assert_int_equal(target_refuse_offered(&bench->server, bench->disk, &fault), 0);
	assert_int_equal(offer(bench), 0);
	assert_int_equal(target_refuse_offered(&bench->server, link, &fault), -EBUSY);
	assert_string_equal(fault.hint, "lio offers it as " TARGET "; take that away first");
	log_in(bench);
	assert_int_equal(target_refuse_offered(&bench->server, bench->disk, &fault), -EBUSY);
	assert_non_null(strstr(fault.hint, "where a node is logged in"));
	assert_int_equal(target_refuse_offered(&bench->server, "/dev/null", &fault), 0);
	free(link);
}

static void disk_that_is_missing_is_told_of(void **state)
{
	struct bench *bench = *state;

	bench->offer.disk = "/tmp/lio_test.there-is-none";
	assert_int_equal(offer(bench), -ENOENT);
}

static void without_lio_it_is_said_what_is_missing(void **state)
{
	struct bench *bench = *state;
	struct fault fault = { 0 };

	bench->server.configfs = "/tmp/lio_test.there-is-none";
	assert_int_equal(target_offer(&bench->server, &bench->offer, &fault), -ENOENT);
	assert_non_null(strstr(fault.hint, "modprobe target_core_mod"));
}

static void list_tells_unfinished_targets_from_complete_ones(void **state)
{
	struct bench *bench = *state;
	struct target_list list = { 0 };
	struct fault fault = { 0 };

	assert_int_equal(offer(bench), 0);
	bench->offer.name = "iqn.2026-11.example:n02";
	changes_left = 12;
	assert_int_not_equal(offer(bench), 0);
	assert_int_equal(target_list(&bench->server, &list, &fault), 0);
	assert_int_equal(list.count, 2);
	assert_true(target_find(&list, TARGET)->open);
	assert_true(target_find(&list, TARGET)->read_write);
	assert_string_equal(target_find(&list, TARGET)->disk, bench->disk);
	assert_false(target_find(&list, bench->offer.name)->open);
	target_list_free(&list);
}

static void session_is_read_from_what_lio_tells(void **state)
{
	static const struct {
		const char *text, *initiator, *address;
	} cases[] = {
		{ "No active iSCSI Session for Initiator Endpoint: iqn.x:y\n", NULL, NULL },
		{ "", NULL, NULL },
		{ "InitiatorName: iqn.x:y\nInitiatorAlias: InitiatorName: z\n", "iqn.x:y", "" },
		{ "InitiatorName: iqn.x:y\n   Address fe80::1 TCP  StatSN: 1", "iqn.x:y",
		  "fe80::1" },
		{ "x InitiatorName: iqn.x:y\n", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct target_session session = { 0 };

		assert_int_equal(lio_read_session(cases[i].text, &session),
				 cases[i].initiator != NULL);
		if (!cases[i].initiator)
			continue;
		assert_string_equal(session.initiator, cases[i].initiator);
		assert_string_equal(session.address, cases[i].address);
	}
}

#define ON_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SERVER(offer_makes_a_target_for_one_initiator),
		ON_SERVER(offer_killed_at_any_step_lets_nobody_in_and_can_be_repeated),
		ON_SERVER(what_a_killed_offer_left_can_be_withdrawn),
		ON_SERVER(withdrawal_killed_at_any_step_lets_nobody_in_and_can_be_repeated),
		ON_SERVER(target_in_use_is_left_alone),
		ON_SERVER(portals_of_a_target_change_while_it_stays),
		ON_SERVER(target_in_use_gets_portals_and_loses_none),
		ON_SERVER(portal_that_cannot_be_had_keeps_nobody_from_the_others),
		ON_SERVER(change_of_portals_killed_at_any_step_can_be_repeated),
		ON_SERVER(another_initiator_takes_the_place_of_the_first),
		ON_SERVER(disk_that_two_targets_have_stays_until_the_last_is_gone),
		ON_SERVER(disk_of_somebody_else_is_left_alone),
		ON_SERVER(disk_that_is_offered_is_refused_by_whatever_name),
		ON_SERVER(disk_that_is_missing_is_told_of),
		ON_SERVER(without_lio_it_is_said_what_is_missing),
		ON_SERVER(list_tells_unfinished_targets_from_complete_ones),
		cmocka_unit_test(session_is_read_from_what_lio_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
