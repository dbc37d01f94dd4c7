// SPDX-License-Identifier: GPL-2.0-only
/* What changes alike in many files is shown once, with the nodes whose it is. */
/* links: tools/generation/fold.c tools/generation/owners.c tools/generation/difference.c */
/* links: tools/generation/manifest.c tools/cluster/arena.c tools/cluster/table.c */
/* links: tools/cluster/nodeset.c tools/cluster/nodeset_parse.c tools/cluster/nodeset_range.c */
/* links: tools/cluster/nodeset_table.c tools/cluster/nodeset_fold.c userspace/lib/text.c */
/* links: initramfs/fault.c */
/* libraries: libzstd libsodium */
#include "tools/generation/fold.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FILES_MAX 8

static const char index_text[] = "# Written by Wireroot\n"
				 "52:54:00:00:00:01 n1 10.0.0.1 ipxe\n"
				 "52:54:00:00:00:02 n2 10.0.0.2 ipxe\n"
				 "52:54:00:00:00:0a n10 10.0.0.10 ipxe\n"
				 "52:54:00:00:00:0b n11 - ipxe\n";

/* A file that changes; "+path" appears, "-path" goes. @hunks NULL: the same bytes as the last. */
struct file {
	const char *path, *hunks;
};

struct fixture {
	struct manifest_entry entries[FILES_MAX];
	struct change changes[FILES_MAX];
	struct difference difference;
	struct owners owners;
	struct arena arena;
	struct fold fold;
	struct text diff, text;
	struct fault fault;
};

static void add_file(struct fixture *fixture, const struct file *file)
{
	struct change *change = &fixture->changes[fixture->difference.count];
	struct manifest_entry *entry = &fixture->entries[fixture->difference.count++];
	const char *path = file->path + strspn(file->path, "+-");

	*entry = (struct manifest_entry){ .path = path };
	change->kind = *file->path == '+'   ? CHANGE_ADDED
		       : *file->path == '-' ? CHANGE_REMOVED
					    : CHANGE_CHANGED;
	change->old = change->kind == CHANGE_ADDED ? NULL : entry;
	change->new = change->kind == CHANGE_REMOVED ? NULL : entry;
	if (file->hunks)
		text_printf(&fixture->diff,
			    "diff --recursive a/%s b/%s\n"
			    "--- a/%s\t2026-11-21 01:02:03\n+++ b/%s\t2026-11-21 01:02:03\n%s",
			    path, path, path, path, file->hunks);
}

/* What is shown of @count files, which are in the order of their paths. */
static const char *fold(struct fixture *fixture, const struct file *files, size_t count,
			bool colour)
{
	const struct change *last = NULL;

	*fixture = (struct fixture){ 0 };
	fixture->difference.changes = fixture->changes;
	for (size_t i = 0; i < count; i++)
		add_file(fixture, &files[i]);
	assert_int_equal(owners_read(&fixture->owners, index_text, strlen(index_text)), 0);
	fixture->fold = (struct fold){ .difference = &fixture->difference,
				       .old = &fixture->owners,
				       .new = &fixture->owners,
				       .arena = &fixture->arena };
	assert_int_equal(fold_read(&fixture->fold, text_string(&fixture->diff),
				   fixture->diff.length, &fixture->fault),
			 0);
	for (size_t i = 0; i < count; i++)
		if (files[i].hunks)
			last = &fixture->changes[i];
		else if (last)
			assert_int_equal(fold_same(&fixture->fold, &fixture->changes[i], last,
						   &fixture->fault),
					 0);
	assert_int_equal(fold_write(&fixture->fold, colour, &fixture->text, &fixture->fault), 0);
	return text_string(&fixture->text);
}

static void end(struct fixture *fixture)
{
	fold_free(&fixture->fold);
	arena_free(&fixture->arena);
	owners_free(&fixture->owners);
	text_free(&fixture->diff);
	text_free(&fixture->text);
}

#define SEGMENT(last)	   "http/node/52:54:00:00:00:" last ".img"
#define SCRIPT(last)	   "http/node/52:54:00:00:00:" last ".ipxe"
#define HUNK(line)	   "@@ -1 +1 @@\n" line
#define PLAIN_HEADER(path) "--- a/" path "\n+++ b/" path "\n"

static void same_lines_of_several_nodes_are_shown_once(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_string_equal(
		fold(&fixture,
		     (struct file[]){
			     { SEGMENT("01"), "@@ -3,3 +3,3 @@\n ip=1\n-a\n+b\n ro\n" },
			     { SEGMENT("02"), "@@ -4,3 +4,3 @@\n ip=2\n-a\n+b\n ro\n" },
			     { SEGMENT("0a"), HUNK("-a\n+c\n") },
			     { SEGMENT("0b"), HUNK("-a\n+b\n") },
		     },
		     4, false),
		"n[1-2,11], node segments, 3 changes alike; shown is n1:\n" PLAIN_HEADER(
			SEGMENT("01")) "@@ -3,3 +3,3 @@\n ip=1\n-a\n+b\n ro\n"
				       "n10, node segments:\n" PLAIN_HEADER(SEGMENT("0a"))
					       HUNK("-a\n+c\n"));
	end(&fixture);
}

static void scripts_and_segments_are_told_apart(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_string_equal(fold(&fixture,
				 (struct file[]){
					 { SEGMENT("01"), HUNK("+b\n") },
					 { SCRIPT("01"), HUNK("+b\n") },
				 },
				 2, false),
			    "n1, node segments:\n" PLAIN_HEADER(SEGMENT("01"))
				    HUNK("+b\n") "n1, node scripts:\n" PLAIN_HEADER(SCRIPT("01"))
					    HUNK("+b\n"));
	end(&fixture);
}

static void what_comes_and_what_changes_are_told_apart(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_string_equal(fold(&fixture,
				 (struct file[]){
					 { "+" SEGMENT("01"), HUNK("+b\n") },
					 { SEGMENT("02"), HUNK("+b\n") },
					 { "-" SEGMENT("0a"), HUNK("-b\n") },
				 },
				 3, false),
			    "n1, node segments:\n--- /dev/null\n+++ b/" SEGMENT("01") "\n" HUNK(
				    "+b\n") "n2, node segments:\n" PLAIN_HEADER(SEGMENT("02"))
				    HUNK("+b\n") "n10, node segments:\n--- a/" SEGMENT(
					    "0a") "\n+++ /dev/null\n" HUNK("-b\n"));
	end(&fixture);
}

static void own_name_and_addresses_count_as_alike(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_string_equal(
		fold(&fixture,
		     (struct file[]){
			     { SEGMENT("01"),
			       HUNK("+n1.x 10.0.0.1/24 01-52-54-00-00-00-01 52:54:00:00:00:01\n") },
			     { SEGMENT("0a"),
			       HUNK("+n10.x 10.0.0.10/24 01-52-54-00-00-00-0a 52:54:00:00:00:0a\n") },
		     },
		     2, false),
		"n[1,10], node segments, 2 changes alike but for each one's own name and address;"
		" shown is n1:\n" PLAIN_HEADER(SEGMENT("01"))
			HUNK("+n1.x 10.0.0.1/24 01-52-54-00-00-00-01 52:54:00:00:00:01\n"));
	end(&fixture);
}

static void other_names_do_not(void **state)
{
	/* In each pair, what begins like the node's own word is a longer one, or another's. */
	static const struct {
		const char *one, *two;
	} pairs[] = {
		{ HUNK("+n1\n"), HUNK("+n1\n") },
		{ HUNK("+n1-x\n"), HUNK("+n2-x\n") },
		{ HUNK("+an1\n"), HUNK("+an2\n") },
		{ HUNK("+10.0.0.15\n"), HUNK("+10.0.0.25\n") },
		{ HUNK("+210.0.0.1\n"), HUNK("+210.0.0.2\n") },
		{ HUNK("+n2\n"), HUNK("+n1\n") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct fixture fixture;
		const char *shown = fold(&fixture,
					 (struct file[]){ { SEGMENT("01"), pairs[i].one },
							  { SEGMENT("02"), pairs[i].two } },
					 2, false);

		assert_non_null(strstr(shown, "n1, node segments:\n"));
		assert_non_null(strstr(shown, "n2, node segments:\n"));
		end(&fixture);
	}
}

static void same_bytes_join_what_was_compared(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_string_equal(
		fold(&fixture,
		     (struct file[]){
			     { SCRIPT("01"), HUNK("+b\n") },
			     { SCRIPT("02"), NULL },
			     { "tftp/a/x", HUNK("-y\n") },
			     { "tftp/b/x", NULL },
		     },
		     4, false),
		"n[1-2], node scripts, 2 changes alike; shown is n1:\n" PLAIN_HEADER(SCRIPT("01"))
			HUNK("+b\n") "tftp/a/x tftp/b/x, TFTP files, 2 changes alike:\n" PLAIN_HEADER(
				"tftp/a/x") HUNK("-y\n"));
	end(&fixture);
}

static void servers_files_join_by_their_names(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_string_equal(
		fold(&fixture,
		     (struct file[]){
			     { "servers/a/exports", HUNK("+b\n") },
			     { "servers/a/hosts", HUNK("+b\n") },
			     { "servers/b/exports", HUNK("+b\n") },
		     },
		     3, false),
		"servers/a/exports servers/b/exports, servers' files, 2 changes alike:\n" PLAIN_HEADER(
			"servers/a/exports") HUNK("+b\n") PLAIN_HEADER("servers/a/hosts")
			HUNK("+b\n"));
	end(&fixture);
}

static void nodes_without_a_name_are_told_by_path(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_string_equal(fold(&fixture,
				 (struct file[]){
					 { SEGMENT("01"), HUNK("+b\n") },
					 { SEGMENT("ff"), HUNK("+b\n") },
				 },
				 2, false),
			    "n1, node segments:\n" PLAIN_HEADER(SEGMENT("01")) HUNK("+b\n")
				    PLAIN_HEADER(SEGMENT("ff")) HUNK("+b\n"));
	end(&fixture);
}

static void lines_that_look_like_headers_are_lines(void **state)
{
	struct fixture fixture;
	const char *hunks = HUNK("--- a/x\n+++ b/x\n-diff x\n\\ No newline at end of file\n");
	char *wanted = NULL;

	(void)state;
	assert_true(asprintf(&wanted, PLAIN_HEADER("hosts") "%s", hunks) > 0);
	assert_string_equal(fold(&fixture, &(struct file){ "hosts", hunks }, 1, false), wanted);
	free(wanted);
	end(&fixture);
}

static void colours_part_what_goes_and_what_comes(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_string_equal(
		fold(&fixture, &(struct file){ SCRIPT("01"), HUNK(" x\n-a\n+b\n") }, 1, true),
		"\033[1mn1, node scripts:\033[m\n\033[1m--- a/" SCRIPT("01") "\n+++ b/" SCRIPT(
			"01") "\033[m\n\033[36m@@ -1 +1 @@\033[m\n x\n\033[31m-a\033[m\n\033[32m+b\033[m\n");
	end(&fixture);
}

static void other_output_is_refused(void **state)
{
	static const char *const outputs[] = {
		"Only in a: x\n",
		"diff a/hosts b/hosts\nBinary files a/hosts and b/hosts differ\n",
		"diff a/hosts b/hosts\n--- a/elsewhere\tx\n+++ b/elsewhere\tx\n@@ -1 +1 @@\n+b\n",
		"diff",
		"diff a b\n--- a/",
		"diff a b\n--- a/hosts",
	};
	struct fixture fixture;

	(void)state;
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		fold(&fixture, &(struct file){ "hosts", NULL }, 1, false);
		assert_int_equal(
			fold_read(&fixture.fold, outputs[i], strlen(outputs[i]), &fixture.fault),
			-EPROTO);
		end(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_lines_of_several_nodes_are_shown_once),
		cmocka_unit_test(scripts_and_segments_are_told_apart),
		cmocka_unit_test(what_comes_and_what_changes_are_told_apart),
		cmocka_unit_test(own_name_and_addresses_count_as_alike),
		cmocka_unit_test(other_names_do_not),
		cmocka_unit_test(same_bytes_join_what_was_compared),
		cmocka_unit_test(servers_files_join_by_their_names),
		cmocka_unit_test(nodes_without_a_name_are_told_by_path),
		cmocka_unit_test(lines_that_look_like_headers_are_lines),
		cmocka_unit_test(colours_part_what_goes_and_what_comes),
		cmocka_unit_test(other_output_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
