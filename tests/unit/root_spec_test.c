/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of every spelling of the root's place, and of what a lease fills in. */
/* links: initramfs/root_spec.c initramfs/value.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/root_spec.h"

enum place { ROOT, NFSROOT };

struct row {
	enum place place;
	const char *value;
	int rc;
	/* "VERSION SERVER PATH OPTIONS", or "dhcp" with a version; for a failure, a part of the
	 * hint. */
	const char *expected;
};

static const struct row rows[] = {
	{ ROOT, "/dev/nfs", 0, "dhcp 0" },
	{ ROOT, "dhcp", 0, "dhcp 0" },
	{ ROOT, "nfs", 0, "dhcp 0" },
	{ ROOT, "nfs:", 0, "dhcp 0" },
	{ ROOT, "nfs4", 0, "dhcp 4" },
	{ ROOT, "nfs4:", 0, "dhcp 4" },
	{ NFSROOT, "auto", 0, "dhcp 0" },
	{ NFSROOT, "dhcp", 0, "dhcp 0" },
	{ ROOT, "nfs:10.0.0.1:/srv/root", 0, "0 10.0.0.1 /srv/root -" },
	{ ROOT, "nfs:10.0.0.1:/srv/root,rsize=8192,tcp", 0, "0 10.0.0.1 /srv/root rsize=8192,tcp" },
	{ ROOT, "nfs:10.0.0.1:/srv/root:rsize=8192,tcp", 0, "0 10.0.0.1 /srv/root rsize=8192,tcp" },
	{ ROOT, "nfs:files.example.org:/srv", 0, "0 files.example.org /srv -" },
	{ ROOT, "nfs:/srv", 0, "0 - /srv -" },
	{ ROOT, "nfs::/srv", 0, "0 - /srv -" },
	{ ROOT, "nfs:/srv:nolock", 0, "0 - /srv nolock" },
	{ ROOT, "nfs4:10.0.0.1:/", 0, "4 10.0.0.1 / -" },
	{ ROOT, "nfs4:10.0.0.1:/srv,vers=4.2", 0, "42 10.0.0.1 /srv -" },
	{ ROOT, "nfs4:10.0.0.1:/srv,minorversion=1", 0, "41 10.0.0.1 /srv -" },
	{ ROOT, "10.0.0.1:/srv/root", 0, "0 10.0.0.1 /srv/root -" },
	{ ROOT, "server:/srv/root,vers=3", 0, "30 server /srv/root -" },
	{ ROOT, "a:/b", 0, "0 a /b -" },
	{ ROOT, "boot_server.example:/srv/%s", 0, "0 boot_server.example /srv/%s -" },
	{ NFSROOT, "/srv/%s", 0, "0 - /srv/%s -" },
	{ NFSROOT, "/srv,vers=4,minorversion=2", 0, "42 - /srv -" },
	{ NFSROOT, "/srv,minorversion=0,vers=4", 0, "40 - /srv -" },
	{ NFSROOT, "/srv,nfsvers=4.1,hard", 0, "41 - /srv hard" },
	{ NFSROOT, "/srv,v3,nolock,", 0, "30 - /srv nolock" },
	{ NFSROOT, "/srv,v4.2", 0, "42 - /srv -" },
	{ NFSROOT, "/srv,,a,,b", 0, "0 - /srv a,b" },
	{ NFSROOT, "10.0.0.1:/srv:v4", 0, "4 10.0.0.1 /srv -" },
	{ NFSROOT, "nfs:10.0.0.1:/srv", 0, "0 10.0.0.1 /srv -" },
	{ NFSROOT, "/a b", 0, "0 - /a b -" },
	/* Roots of another kind. */
	{ ROOT, "/dev/sda1", -ENOENT, "" },
	{ ROOT, "LABEL=root", -ENOENT, "" },
	{ ROOT, "UUID=0a-b", -ENOENT, "" },
	{ ROOT, "PARTUUID=a:/b", -ENOENT, "" },
	{ ROOT, "0801", -ENOENT, "" },
	{ ROOT, "8:1", -ENOENT, "" },
	{ ROOT, "auto", -ENOENT, "" },
	{ ROOT, "", -EINVAL, "PATH" },
	{ ROOT, "nfs5:a:/b", -ENOENT, "" },
	{ ROOT, "iscsi:10.0.0.1::::iqn.2001-04.org:x", -ENOENT, "" },
	{ ROOT, "iscsi::::1:iqn:/x", -ENOENT, "" },
	{ ROOT, "live:/dev/sda", -ENOENT, "" },
	{ ROOT, "http://10.0.0.1/root", -ENOENT, "" },
	{ ROOT, "block:/dev/sda1", -ENOENT, "" },
	{ ROOT, "/srv/root", -ENOENT, "" },
	/* Meant as ours, and wrong. */
	{ ROOT, "nfs:10.0.0.1", -EINVAL, "PATH" },
	{ ROOT, "nfs:10.0.0.1:srv", -EINVAL, "PATH" },
	{ ROOT, "nfs:10.0.0.256:/srv", -EINVAL, "IPv4 address or a DNS name" },
	{ ROOT, "10.0.0:/srv", -EINVAL, "IPv4 address or a DNS name" },
	{ ROOT, "nfs:0.0.0.0:/srv", -EINVAL, "IPv4 address or a DNS name" },
	{ ROOT, "nfs:-a:/srv", -EINVAL, "IPv4 address or a DNS name" },
	{ ROOT, "nfs:a..b:/srv", -EINVAL, "IPv4 address or a DNS name" },
	{ ROOT, "a b:/srv", -EINVAL, "IPv4 address or a DNS name" },
	{ ROOT, "nfs:[fe80::1]:/srv", -EINVAL, "IPv6" },
	{ ROOT, "[fe80::1]:/srv", -EINVAL, "IPv6" },
	{ ROOT, "fe80::1:/srv", -EINVAL, "IPv6" },
	{ ROOT, "dhcp6", -EINVAL, "IPv6" },
	{ NFSROOT, "fe80::1:/srv", -EINVAL, "IPv6" },
	{ NFSROOT, "srv/root", -EINVAL, "PATH" },
	{ NFSROOT, "", -EINVAL, "PATH" },
	{ NFSROOT, "/srv,vers=2", -EINVAL, "vers=3" },
	{ NFSROOT, "/srv,v4.9", -EINVAL, "vers=3" },
	{ NFSROOT, "/srv,minorversion=3", -EINVAL, "vers=3" },
	{ NFSROOT, "/srv,vers=3,minorversion=1", -EINVAL, "contradicts" },
	{ ROOT, "nfs4:a:/srv,vers=3", -EINVAL, "contradicts" },
	{ NFSROOT, "/srv\n", -EINVAL, "control character" },
	{ NFSROOT, "/srv,a\033", -EINVAL, "control character" },
};

static void show(const struct root_spec *spec, char *text, size_t text_bytes)
{
	if (spec->from_dhcp && !spec->path[0])
		snprintf(text, text_bytes, "dhcp %d", spec->version);
	else
		snprintf(text, text_bytes, "%d %s %s %s", spec->version,
			 spec->server[0] ? spec->server : "-", spec->path,
			 spec->options[0] ? spec->options : "-");
}

static void every_spelling_of_the_root_is_read_or_refused(void **state)
{
	const struct root_spec empty = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct root_spec spec = empty;
		struct fault fault = { 0 };
		char text[1024];
		int rc = root_spec_parse(row->value, row->place == NFSROOT, &spec, &fault);

		if (rc != row->rc)
			print_error("value '%s'\n", row->value);
		assert_int_equal(rc, row->rc);
		if (rc) {
			assert_memory_equal(&spec, &empty, sizeof(spec));
			assert_int_equal(fault.error, rc == -EINVAL ? EINVAL : 0);
			assert_non_null(strstr(fault.hint, row->expected));
			continue;
		}
		show(&spec, text, sizeof(text));
		assert_string_equal(text, row->expected);
		assert_true(spec.given);
	}
}

/* Parse words such as "root=nfs4:" one over the other. */
static struct root_spec parse(const char *first, const char *second)
{
	struct root_spec spec = { 0 };
	struct fault fault = { 0 };
	const char *words[] = { first, second };

	for (int i = 0; i < 2; i++) {
		const char *value = words[i] ? strchr(words[i], '=') + 1 : NULL;

		if (value)
			assert_int_equal(root_spec_parse(value, words[i][0] == 'n', &spec, &fault),
					 0);
	}
	return spec;
}

static void root_and_nfsroot_combine(void **state)
{
	static const char *const pairs[][3] = {
		{ "root=/dev/nfs", "nfsroot=10.0.0.1:/srv,tcp", "0 10.0.0.1 /srv tcp" },
		{ "nfsroot=10.0.0.1:/srv,tcp", "root=/dev/nfs", "0 10.0.0.1 /srv tcp" },
		{ "root=nfs4:", "nfsroot=10.0.0.1:/srv", "4 10.0.0.1 /srv -" },
		{ "root=nfs4:", "nfsroot=10.0.0.1:/srv,vers=4.1", "41 10.0.0.1 /srv -" },
		{ "root=nfs4:", "nfsroot=10.0.0.1:/srv,vers=3", "30 10.0.0.1 /srv -" },
		{ "root=nfs:10.0.0.1:/a,tcp", "nfsroot=/b", "0 10.0.0.1 /b -" },
		{ "root=nfs:10.0.0.1:/a,tcp", "root=dhcp", "dhcp 0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct root_spec spec = parse(pairs[i][0], pairs[i][1]);
		char text[1024];

		show(&spec, text, sizeof(text));
		assert_string_equal(text, pairs[i][2]);
		assert_int_equal(spec.from_dhcp, !spec.path[0]);
	}
}

static void values_that_do_not_fit_are_refused_not_cut(void **state)
{
	struct root_spec spec = { 0 };
	struct fault fault = { 0 };
	char value[1024];

	(void)state;
	snprintf(value, sizeof(value), "/%0255d", 0);
	assert_int_equal(root_spec_parse(value, true, &spec, &fault), -EINVAL);
	snprintf(value, sizeof(value), "/%0254d", 0);
	assert_int_equal(root_spec_parse(value, true, &spec, &fault), 0);
	assert_int_equal(strlen(spec.path), 255);
	snprintf(value, sizeof(value), "/a,%0256d", 0);
	assert_int_equal(root_spec_parse(value, true, &spec, &fault), -EINVAL);
	snprintf(value, sizeof(value), "/a,%0255d", 0);
	assert_int_equal(root_spec_parse(value, true, &spec, &fault), 0);
	snprintf(value, sizeof(value), "/a,%0127d,%0128d", 0, 0);
	assert_int_equal(root_spec_parse(value, true, &spec, &fault), -EINVAL);
	snprintf(value, sizeof(value), "nfs:%0260d:/a", 0);
	assert_int_equal(root_spec_parse(value, false, &spec, &fault), -EINVAL);
}

static void added_options_come_last_and_their_version_wins(void **state)
{
	struct root_spec spec = parse("root=nfs:a:/b,hard,vers=4", NULL);
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(root_spec_add_options(&spec, "soft,vers=3", &fault), 0);
	assert_string_equal(spec.options, "hard,soft");
	assert_int_equal(spec.version, NFS_3);
	assert_int_equal(root_spec_add_options(&spec, "", &fault), 0);
	assert_int_equal(spec.version, NFS_3);
	assert_int_equal(root_spec_add_options(&spec, "x,vers=9", &fault), -EINVAL);
	assert_string_equal(spec.options, "hard,soft");
}

struct completion {
	const char *word; /* root=… or nfsroot=…; NULL: nothing was given */
	const char *root_path; /* of the lease */
	const char *next_server;
	const char *host_name;
	int rc;
	const char *expected; /* as in struct row */
};

static const struct completion completions[] = {
	/* The root-path in every form in use. */
	{ "root=dhcp", "10.0.0.2:/srv", "1", "n01", 0, "0 10.0.0.2 /srv -" },
	{ NULL, "10.0.0.2:/srv", "1", "n01", 0, "0 10.0.0.2 /srv -" },
	{ "root=dhcp", "/srv", "1", "n01", 0, "0 10.9.9.9 /srv -" },
	{ "root=dhcp", "/srv,tcp,vers=3", "1", "n01", 0, "30 10.9.9.9 /srv tcp" },
	{ "root=dhcp", "nfs:10.0.0.2:/srv", "", "n01", 0, "0 10.0.0.2 /srv -" },
	{ "root=dhcp", "nfs:10.0.0.2:/srv:tcp", "", "n01", 0, "0 10.0.0.2 /srv tcp" },
	{ "root=dhcp", "nfs4:10.0.0.2:/srv,tcp", "", "n01", 0, "4 10.0.0.2 /srv tcp" },
	{ "root=dhcp", "files.example:/srv", "", "n01", 0, "0 files.example /srv -" },
	{ "root=/dev/nfs", "/srv", "1", "n01", 0, "0 10.9.9.9 /srv -" },
	{ "root=nfs4:", "/srv", "1", "n01", 0, "4 10.9.9.9 /srv -" },
	{ "root=nfs4:", "/srv,vers=4.2", "1", "n01", 0, "4 10.9.9.9 /srv -" },
	/* The order of the servers: explicit, root-path, siaddr. */
	{ "nfsroot=10.0.0.3:/x", "10.0.0.2:/srv", "1", "n01", 0, "0 10.0.0.3 /x -" },
	{ "nfsroot=/x,hard", "10.0.0.2:/srv,tcp", "1", "n01", 0, "0 10.0.0.2 /x hard" },
	{ "nfsroot=/x", "", "1", "n01", 0, "0 10.9.9.9 /x -" },
	{ "nfsroot=/x", "iscsi:10.0.0.2::::iqn", "1", "n01", 0, "0 10.9.9.9 /x -" },
	{ "nfsroot=10.0.0.3:/x", "\033", "", "n01", 0, "0 10.0.0.3 /x -" },
	/* %s. */
	{ "nfsroot=/srv/%s", "", "1", "n01", 0, "0 10.9.9.9 /srv/n01 -" },
	{ "nfsroot=/srv/%s/%s%%s%", "", "1", "n01", 0, "0 10.9.9.9 /srv/n01/n01%n01% -" },
	{ "root=dhcp", "/srv/%s", "1", "", 0, "0 10.9.9.9 /srv/10.0.0.50 -" },
	{ "root=dhcp", "/srv/%s", "1", "../../etc", 0, "0 10.9.9.9 /srv/10.0.0.50 -" },
	/* What is missing. */
	{ "root=dhcp", "", "1", "n01", -ENODATA, "option 17" },
	{ NULL, "", "1", "n01", -ENODATA, "option 17" },
	{ "nfsroot=/x", "", "", "n01", -ENODATA, "next-server" },
	{ "root=dhcp", "/srv", "", "n01", -ENODATA, "next-server" },
	/* Root-paths that are not for us. */
	{ "root=dhcp", "srv", "1", "n01", -EINVAL, "PATH" },
	{ "root=dhcp", "nfs:", "1", "n01", -EINVAL, "begins with '/'" },
	{ "root=dhcp", "[fe80::1]:/srv", "1", "n01", -EINVAL, "IPv6" },
	{ "root=dhcp", "/srv,vers=2", "1", "n01", -EINVAL, "vers=3" },
};

static void lease_fills_in_what_the_parameters_left_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(completions) / sizeof(*completions); i++) {
		const struct completion *row = &completions[i];
		struct lease lease = { .address = 0x0a000032, .server_id = 0x0a000001 };
		struct root_spec spec = parse(row->word, NULL), result;
		struct fault fault = { 0 };
		char text[1024];
		int rc;

		strcpy(lease.root_path, row->root_path);
		lease.next_server = row->next_server[0] ? 0x0a090909 : 0;
		rc = root_spec_complete(&spec, &lease, row->host_name, &result, &fault);
		if (rc != row->rc)
			print_error("completion %zu\n", i);
		assert_int_equal(rc, row->rc);
		show(&result, text, sizeof(text));
		if (rc)
			assert_non_null(strstr(fault.hint, row->expected));
		else
			assert_string_equal(text, row->expected);
	}
}

static void root_path_can_make_the_root_an_iscsi_disk(void **state)
{
	struct lease lease = { .root_path = "iscsi:10.0.0.2::::iqn.2026-11.org.example:disk" };
	struct root_spec spec = { .from_dhcp = true }, result;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(root_spec_complete(&spec, &lease, NULL, &result, &fault), 0);
	assert_true(result.iscsi);
	/* An explicit path stays one of NFS. */
	spec = parse("nfsroot=10.0.0.1:/srv", NULL);
	assert_int_equal(root_spec_complete(&spec, &lease, NULL, &result, &fault), 0);
	assert_false(result.iscsi);
}

static void host_name_of_the_lease_stands_in_for_none(void **state)
{
	struct lease lease = { .next_server = 1, .root_path = "/%s", .host_name = "leased" };
	struct root_spec spec = { 0 }, result;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(root_spec_complete(&spec, &lease, NULL, &result, &fault), 0);
	assert_string_equal(result.path, "/leased");
}

static void path_that_outgrows_its_room_is_refused(void **state)
{
	struct lease lease = { .next_server = 1 };
	struct root_spec spec = { .given = true }, result;
	struct fault fault = { 0 };

	(void)state;
	snprintf(spec.path, sizeof(spec.path), "/%0250d/%%s", 0);
	assert_int_equal(root_spec_complete(&spec, &lease, "node-with-a-name", &result, &fault),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_of_the_root_is_read_or_refused),
		cmocka_unit_test(root_and_nfsroot_combine),
		cmocka_unit_test(values_that_do_not_fit_are_refused_not_cut),
		cmocka_unit_test(added_options_come_last_and_their_version_wins),
		cmocka_unit_test(lease_fills_in_what_the_parameters_left_open),
		cmocka_unit_test(root_path_can_make_the_root_an_iscsi_disk),
		cmocka_unit_test(host_name_of_the_lease_stands_in_for_none),
		cmocka_unit_test(path_that_outgrows_its_room_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
