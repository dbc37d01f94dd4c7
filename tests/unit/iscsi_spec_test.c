/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of every spelling of an iSCSI root's place, and of what outranks what. */
/* links: initramfs/iscsi/iscsi_spec.c initramfs/value.c initramfs/words.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/iscsi/iscsi_spec.h"

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

/* "SERVER PORT LUN NAME [USER SECRET [USER SECRET]]"; NULL: refused. */
static const struct {
	const char *text, *expected;
} places[] = {
	{ "10.0.0.1::::iqn.2026-11.org.example:disk",
	  "10.0.0.1 3260 0 iqn.2026-11.org.example:disk" },
	{ "10.0.0.1:6:3261:1:iqn.2026-11.org.example:a:b:c",
	  "10.0.0.1 3261 1 iqn.2026-11.org.example:a:b:c" },
	{ "10.0.0.1:tcp::1:iqn.x:y", "10.0.0.1 3260 1 iqn.x:y" },
	{ "disks.example.org:::1f:eui.0123456789abcdef",
	  "disks.example.org 3260 1f eui.0123456789abcdef" },
	{ ":::1:naa.5000", " 3260 1 naa.5000" },
	{ "[fe80::1]:::1:iqn.x", "[fe80::1] 3260 1 iqn.x" },
	/* The LUN's groups, highest level first (RFC 4173 section 5). */
	{ "a:::412C:iqn.x", "a 3260 412c iqn.x" },
	{ "a:::4752-3A4F-6b7e-2F99:iqn.x", "a 3260 2f996b7e3a4f4752 iqn.x" },
	{ "a:::4186-9:iqn.x", "a 3260 94186 iqn.x" },
	/* dracut's interface and NIC before the LUN. */
	{ "a::::eth0:1:iqn.x:y", "a 3260 1 iqn.x:y" },
	{ "a:::default:eth0:1:iqn.x:y", "a 3260 1 iqn.x:y" },
	{ "a:::::2:iqn.x:y", "a 3260 2 iqn.x:y" },
	/* Accounts. */
	{ "u:s@10.0.0.1::::iqn.x", "10.0.0.1 3260 0 iqn.x u s" },
	{ "u:s:v:t@10.0.0.1::::iqn.x", "10.0.0.1 3260 0 iqn.x u s v t" },
	{ "u:s@t@10.0.0.1::::iqn.x", "10.0.0.1 3260 0 iqn.x u s@t" },
	/* A name of no type that the RFC knows. */
	{ "10.0.0.1::::disk1", "10.0.0.1 3260 0 disk1" },
	{ "", NULL },
	{ "10.0.0.1", NULL },
	{ "10.0.0.1:iqn.x:y", NULL },
	{ "10.0.0.1::::", NULL },
	{ "10.0.0.1:17:::iqn.x", NULL },
	{ "10.0.0.1::0::iqn.x", NULL },
	{ "10.0.0.1::65536::iqn.x", NULL },
	{ "10.0.0.1:::12345:iqn.x", NULL },
	{ "10.0.0.1:::1-:iqn.x", NULL },
	{ "10.0.0.1:::1-2-3-4-5:iqn.x", NULL },
	{ "10.0.0.1:::g:iqn.x", NULL },
	{ "a:::x:default:eth0:1:iqn.x", NULL },
	{ "[fe80::1:::1:iqn.x", NULL },
	{ "[]:::1:iqn.x", NULL },
	{ "[fe80::1]6:::1:iqn.x", NULL },
	{ "a b:::1:iqn.x", NULL },
	{ "10.0.0.1:::1:iqn.a b", NULL },
	{ "10.0.0.1:::1:iqn.a,b", NULL },
	{ "u@10.0.0.1::::iqn.x", NULL },
	{ "u:s:v@10.0.0.1::::iqn.x", NULL },
	{ "u:s:v:t:w@10.0.0.1::::iqn.x", NULL },
};

static void show(const struct iscsi_target *target, char *text, size_t bytes)
{
	int length = snprintf(text, bytes, target->ipv6 ? "[%s] %u %llx %s" : "%s %u %llx %s",
			      target->server, target->port, (unsigned long long)target->lun,
			      target->name);

	if (target->initiator.secret[0])
		length += snprintf(text + length, bytes - (size_t)length, " %s %s",
				   target->initiator.user, target->initiator.secret);
	if (target->target.secret[0])
		snprintf(text + length, bytes - (size_t)length, " %s %s", target->target.user,
			 target->target.secret);
}

static void every_spelling_of_a_target_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		struct iscsi_target target;
		struct fault fault = { 0 };
		char text[2048] = "";
		int rc = iscsi_target_parse(places[i].text, &target, &fault);

		if (rc == 0)
			show(&target, text, sizeof(text));
		if (!places[i].expected != (rc != 0))
			print_error("'%s': %s\n", places[i].text, text);
		assert_int_equal(rc, places[i].expected ? 0 : -EINVAL);
		if (places[i].expected)
			assert_string_equal(text, places[i].expected);
	}
}

static void refusals_never_show_a_secret(void **state)
{
	static const char *const texts[] = { "user:hidden:half@10.0.0.1::::iqn.x",
					     "user:hidden@10.0.0.1:17:::iqn.x" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct iscsi_target target;
		struct fault fault = { 0 };
		char line[FAULT_LINE_BYTES];

		assert_int_equal(iscsi_target_parse(texts[i], &target, &fault), -EINVAL);
		assert_null(strstr(fault_line(&fault, line), "hidden"));
	}
}

static void moved_targets_are_followed_where_the_address_says(void **state)
{
	static const struct {
		const char *address, *expected;
	} moves[] = {
		{ "10.0.0.2", "10.0.0.2 3260 1 iqn.x" },
		{ "10.0.0.2:3261", "10.0.0.2 3261 1 iqn.x" },
		{ "10.0.0.2:3261,4", "10.0.0.2 3261 1 iqn.x" },
		{ "other.example:99,1", "other.example 99 1 iqn.x" },
		{ "[fe80::2]:3261", "[fe80::2] 3261 1 iqn.x" },
		{ "[fe80::2],1", "[fe80::2] 3260 1 iqn.x" },
		{ "", NULL },
		{ ":3261", NULL },
		{ "10.0.0.2:0", NULL },
		{ "10.0.0.2:3261:1", NULL },
		{ "10.0.0.2:x", NULL },
		{ "[fe80::2", NULL },
		{ "a b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(moves); i++) {
		struct iscsi_target target = {
			.server = "10.0.0.1", .port = 1, .lun = 1, .name = "iqn.x"
		};
		char text[2048];
		bool taken = iscsi_target_move(&target, moves[i].address);

		show(&target, text, sizeof(text));
		assert_string_equal(text,
				    moves[i].expected ? moves[i].expected : "10.0.0.1 1 1 iqn.x");
		assert_int_equal(taken, moves[i].expected != NULL);
	}
}

/* Words of both sources and the root-path; "INITIATOR/ROOT/TARGET/TARGET…", or a part of the fault.
 */
static const struct {
	const char *node_file, *command_line, *root_path;
	int rc;
	const char *expected;
} sources[] = {
	{ "", "root=iscsi:a::::iqn.x", "", 0, "//a 3260 0 iqn.x" },
	{ "netroot=iscsi:a::::iqn.x", "root=LABEL=r", "", 0, "/LABEL=r/a 3260 0 iqn.x" },
	{ "root=LABEL=low netroot=iscsi:a::::iqn.x", "root=UUID=high netroot=iscsi:b::::iqn.y", "",
	  0, "/UUID=high/b 3260 0 iqn.y" },
	{ "", "netroot=iscsi:a::::iqn.x netroot=iscsi:b::::iqn.x netroot=iscsi:c:::1:iqn.y", "", 0,
	  "//a 3260 0 iqn.x/b 3260 0 iqn.x/c 3260 1 iqn.y" },
	{ "root=UUID=low", "root=iscsi:a::::iqn.x", "", 0, "//a 3260 0 iqn.x" },
	{ "", "", "iscsi:a:::2:iqn.x", 0, "//a 3260 2 iqn.x" },
	{ "", "root=PARTUUID=1-1 netroot=dhcp", "iscsi:a::::iqn.x", 0,
	  "/PARTUUID=1-1/a 3260 0 iqn.x" },
	{ "", "root=/dev/sda1 netroot=iscsi:b::::iqn.y", "iscsi:a::::iqn.x", 0,
	  "/dev/sda1/b 3260 0 iqn.y" },
	{ "", "root=/dev/nfs netroot=iscsi:b::::iqn.y", "", 0, "//b 3260 0 iqn.y" },
	{ "",
	  "netroot=iscsi rd.iscsi.target.name=iqn.x rd.iscsi.target.ip=10.0.0.1 "
	  "rd.iscsi.target.port=3261 rd.iscsi.target.group=1 rd.iscsi.username=u "
	  "rd.iscsi.password=s rd.iscsi.in.username=v rd.iscsi.in.password=t "
	  "rd.iscsi.initiator=iqn.me rd.iscsi.login_retry_max=3",
	  "", 0, "iqn.me//10.0.0.1 3261 0 iqn.x u s v t" },
	{ "rd.iscsi.username=u rd.iscsi.password=s", "root=iscsi:a:b@a::::iqn.x", "", 0,
	  "//a 3260 0 iqn.x u s" },
	{ "rd.iscsi.initiator=iqn.low", "rd.iscsi.initiator=iqn.high root=iscsi:a::::iqn.x", "", 0,
	  "iqn.high//a 3260 0 iqn.x" },
	{ "", "root=dhcp", "10.0.0.1:/srv", -ENODATA, "netroot=iscsi:" },
	{ "", "netroot=iscsi", "", -ENODATA, "root-path" },
	{ "", "root=iscsi:::::iqn.x", "", -ENODATA, "rd.iscsi.target.ip=" },
	{ "", "root=dhcp", "iscsi:a:b", -EINVAL, "iscsi:SERVER" },
	{ "", "root=iscsi:a", "iscsi:a::::iqn.x", -EINVAL, "iscsi:SERVER" },
	{ "", "root=iscsi:u:same:v:same@a::::iqn.x", "", -EINVAL, "RFC 7143 forbids" },
	{ "rd.iscsi.in.username=v rd.iscsi.in.password=same", "root=dhcp",
	  "iscsi:u:same@a::::iqn.x", -EINVAL, "RFC 7143 forbids" },
	{ "", "root=iscsi:u:same:v:same@a::::iqn.x rd.iscsi.username=w rd.iscsi.password=other", "",
	  0, "//a 3260 0 iqn.x w other v same" },
	{ "", "root=iscsi:u:s:v:@a::::iqn.x", "", -EINVAL, "or neither" },
	{ "", "root=iscsi:u:@a::::iqn.x", "", -EINVAL, "or neither" },
	{ "", "root=iscsi:u:s@a::::iqn.x rd.iscsi.in.username=v", "", -EINVAL, "or neither" },
	{ "", "root=iscsi:a::::iqn.x rd.iscsi.in.username=v rd.iscsi.in.password=t", "", -EINVAL,
	  "rd.iscsi.username=" },
	{ "", "rd.iscsi.target.port=0", "", -EINVAL, "65535" },
	{ "", "rd.iscsi.initiator=a,b", "", -EINVAL, "iqn." },
	{ "", "rd.iscsi.param=node.session.timeo.x=1", "", -EINVAL, "HeaderDigest" },
	{ "",
	  "netroot=iscsi:a::::i1 netroot=iscsi:a::::i2 netroot=iscsi:a::::i3 netroot=iscsi:a::::i4 "
	  "netroot=iscsi:a::::i5 netroot=iscsi:a::::i6 netroot=iscsi:a::::i7 netroot=iscsi:a::::i8 "
	  "netroot=iscsi:a::::i9",
	  "", -EINVAL, "at most 8" },
};

static int apply(struct iscsi_spec *spec, const char *text, char *copy, struct fault *fault)
{
	struct words words = { 0 };

	strcpy(copy, text);
	assert_int_equal(words_split(copy, &words, fault), 0);
	return iscsi_spec_apply(spec, &words, fault);
}

static void sources_outrank_each_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct iscsi_spec spec = { 0 };
		struct fault fault = { 0 };
		char copy[1024], text[4096];
		int rc = apply(&spec, sources[i].node_file, copy, &fault);

		if (!rc)
			rc = apply(&spec, sources[i].command_line, copy, &fault);
		if (!rc)
			rc = iscsi_spec_complete(&spec, sources[i].root_path, &fault);
		if (rc != sources[i].rc)
			print_error("source %zu: %s\n", i, fault.hint);
		assert_int_equal(rc, sources[i].rc);
		if (rc) {
			if (!strstr(fault.hint, sources[i].expected))
				print_error("source %zu: %s\n", i, fault.hint);
			assert_non_null(strstr(fault.hint, sources[i].expected));
			continue;
		}
		snprintf(text, sizeof(text), "%s/%s", spec.initiator,
			 spec.root[0] == '/' ? spec.root + 1 : spec.root);
		for (unsigned int j = 0; j < spec.count; j++) {
			strcat(text, "/");
			show(&spec.targets[j], text + strlen(text), sizeof(text) - strlen(text));
		}
		assert_string_equal(text, sources[i].expected);
	}
}

static void digests_are_chosen_by_settings_of_open_iscsi(void **state)
{
	struct iscsi_spec spec = { 0 };
	struct fault fault = { 0 };
	char copy[256];

	(void)state;
	assert_int_equal(apply(&spec,
			       "rd.iscsi.param=node.conn[0].iscsi.HeaderDigest=CRC32C,None "
			       "rd.iscsi.param=node.conn[0].iscsi.DataDigest=None",
			       copy, &fault),
			 0);
	assert_true(spec.header_digest);
	assert_false(spec.data_digest);
}

static void chap_may_be_kept_to_some_digests(void **state)
{
	static const struct {
		const char *list;
		enum chap_algorithm order[CHAP_ALGORITHMS];
	} rows[] = {
		{ "MD5", { CHAP_MD5 } },
		{ "SHA256,SHA3-256", { CHAP_SHA256, CHAP_SHA3_256 } },
		{ "SHA3-256,SHA256,SHA1,MD5", { CHAP_SHA3_256, CHAP_SHA256, CHAP_SHA1, CHAP_MD5 } },
		/* Refused. */
		{ "", { 0 } },
		{ "SHA512", { 0 } },
		{ "sha256", { 0 } },
		{ "SHA25", { 0 } },
		{ "SHA2567", { 0 } },
		{ "MD5,", { 0 } },
		{ ",MD5", { 0 } },
		{ "MD5,MD5", { 0 } },
		{ "MD5,SHA1,SHA256,SHA3-256,MD5", { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool good = rows[i].order[0] != 0;
		struct iscsi_spec spec = { 0 };
		struct fault fault = { 0 };
		char text[128], copy[128];

		snprintf(text, sizeof(text), "rd.iscsi.param=node.session.auth.chap_algs=%s",
			 rows[i].list);
		assert_int_equal(apply(&spec, text, copy, &fault), good ? 0 : -EINVAL);
		assert_string_equal(spec.chap_list, good ? rows[i].list : "");
		assert_memory_equal(spec.chap_order, rows[i].order, sizeof(rows[i].order));
		if (!good)
			assert_non_null(strstr(fault.hint, "SHA3-256"));
	}
}

static void overlay_is_on_a_disk_only_where_it_names_one(void **state)
{
	static const struct {
		const char *words, *overlay;
	} rows[] = {
		{ "wireroot.overlay=LABEL=own", "LABEL=own" },
		{ "wireroot.overlay=/dev/sdb1", "/dev/sdb1" },
		{ "wireroot.overlay=tmpfs:1g", "" },
		{ "wireroot.overlay=UUID=1 wireroot.overlay=off", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iscsi_spec spec = { 0 };
		struct words words = { 0 };
		struct fault fault = { 0 };
		char text[64];

		snprintf(text, sizeof(text), "%s", rows[i].words);
		assert_int_equal(words_split(text, &words, &fault), 0);
		assert_int_equal(iscsi_spec_apply(&spec, &words, &fault), 0);
		assert_string_equal(spec.overlay, rows[i].overlay);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_of_a_target_is_read_or_refused),
		cmocka_unit_test(refusals_never_show_a_secret),
		cmocka_unit_test(moved_targets_are_followed_where_the_address_says),
		cmocka_unit_test(sources_outrank_each_other),
		cmocka_unit_test(digests_are_chosen_by_settings_of_open_iscsi),
		cmocka_unit_test(chap_may_be_kept_to_some_digests),
		cmocka_unit_test(overlay_is_on_a_disk_only_where_it_names_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
