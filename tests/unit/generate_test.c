// SPDX-License-Identifier: GPL-2.0-only
/* What clusters lead to, to the letter: tests/golden/NAME/cluster.yaml and the files beside it. */
/* The nodes' secrets, which would be random, are in tests/golden/secrets/. */
/* WIREROOT_GOLDEN=write writes them anew, to be looked at and committed. */
/* links: tools/cluster/ tools/generate/ tools/initrd/ initramfs/iscsi/iscsi_spec.c */
/* links: tools/target/secrets.c tools/target/secret_files.c tools/target/target.c */
/* links: initramfs/fault.c initramfs/ip_param.c initramfs/module_list.c initramfs/params.c */
/* links: initramfs/node_file.c initramfs/root_spec.c initramfs/timeline.c initramfs/value.c */
/* links: initramfs/words.c initramfs/swap/swap_spec.c tools/memory/tokens.c userspace/lib/fs.c */
/* links: userspace/lib/log.c userspace/lib/nearest.c userspace/lib/spawn.c userspace/lib/text.c */
/* links: userspace/lib/size.c userspace/lib/iscsi_portal.c */
/* libraries: yaml-0.1 jansson libkmod libarchive libsodium libzstd liblzma zlib */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
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

#include "initramfs/iscsi/iscsi_spec.h"
#include "initramfs/params.h"
#include "initramfs/words.h"
#include "tools/cluster/findings.h"
#include "tools/generate/output.h"
#include "tools/initrd/archive.h"
#include "tools/initrd/cpio.h"
#include "tools/initrd/node.h"
#include "tools/memory/tokens.h"
#include "tools/target/secrets.h"
#include "userspace/lib/fs.h"

#define GOLDEN "tests/golden"

/* All that read no files. */
static int (*const outputs[])(const struct generator *, struct file_set *, struct fault *) = {
	generate_dnsmasq, generate_exports,  generate_ganesha, generate_tgt,	generate_lio,
	generate_ipxe,	  generate_pxelinux, generate_grub,    generate_hosts,	generate_genders,
	generate_index,	  generate_segments, generate_units,   generate_memory,
};

static void load(const char *path, struct cluster *cluster)
{
	const struct cluster_options without_files = { .skip_files = true };
	struct findings findings = { 0 };
	struct fault fault = { 0 };
	struct text text = { 0 };

	if (cluster_load_with(cluster, path, &without_files, &findings, &fault)) {
		findings_to_text(&findings, &text);
		fail_msg("%s: %s", path, text_string(&text));
	}
	findings_free(&findings);
}

static void begin(struct generator *generator, const struct cluster *cluster,
		  const struct generate_options *options)
{
	struct fault fault;

	assert_int_equal(generator_begin(generator, cluster, options, &fault), 0);
	for (size_t i = 0; i < cluster->image_count; i++)
		generator->kernels[i] = arena_printf(&generator->arena, "kernel/%s/vmlinuz-0123",
						     cluster->images[i].kernel);
	for (size_t i = 0; i < cluster->node_count; i++)
		generator->bases[i] = cluster->nodes[i].rescue ? "base/4567.img" : "base/89ab.img";
}

/* The pure outputs of @cluster; the error of the first that fails, with @fault. */
static int run(const struct cluster *cluster, struct file_set *set, struct fault *fault)
{
	struct secrets secrets;
	struct tokens tokens;
	const struct generate_options options = { .state = "/var/lib/wireroot",
						  .secrets = &secrets,
						  .tokens = &tokens };
	struct generator generator;
	int error = 0;

	*set = (struct file_set){ 0 };
	assert_int_equal(secrets_load(&secrets, GOLDEN, cluster, fault), 0);
	assert_int_equal(tokens_load(&tokens, GOLDEN, cluster, fault), 0);
	begin(&generator, cluster, &options);
	for (size_t i = 0; !error && i < sizeof(outputs) / sizeof(outputs[0]); i++)
		error = outputs[i](&generator, set, fault);
	if (!error)
		error = file_set_sort(set, fault);
	generator_free(&generator);
	secrets_free(&secrets);
	tokens_free(&tokens);
	return error;
}

static void run_well(const struct cluster *cluster, struct file_set *set)
{
	struct fault fault = { 0 };
	char line[FAULT_LINE_BYTES];

	if (run(cluster, set, &fault))
		fail_msg("%s", fault_line(&fault, line));
}

static bool is_segment(const struct generated_file *file)
{
	size_t length = strlen(file->path);

	return length > 4 && !strcmp(file->path + length - 4, ".img");
}

/* The node file in the segment @file. */
static void read_segment(const struct generated_file *file, struct text *contents)
{
	struct cpio_member member;
	size_t offset = 0;
	const char *why;

	while (cpio_next(file->data, file->length, &offset, &member, &why) == 1)
		if (!strcmp(member.name, NODE_FILE_IN_INITRD))
			text_add_bytes(contents, member.data, member.length);
	assert_non_null(contents->data);
}

/* People read the node file, not the archive around it. */
static void golden_of(const char *name, const struct generated_file *file, struct text *path,
		      struct text *contents)
{
	text_printf(path, GOLDEN "/%s/files/%s%s", name, file->path,
		    is_segment(file) ? ".node.conf" : "");
	if (is_segment(file))
		read_segment(file, contents);
	else
		text_add_bytes(contents, file->data, file->length);
}

static void write_golden(const struct text *path, const struct text *contents)
{
	char *directory = strndup(path->data, (size_t)(strrchr(path->data, '/') - path->data));
	struct fault fault;

	assert_int_equal(fs_make_dirs(directory, 0755, &fault), 0);
	assert_int_equal(fs_write_file(path->data, contents->data, contents->length, 0644, &fault),
			 0);
	free(directory);
}

static void compare_golden(const struct text *path, const struct text *contents)
{
	struct fault fault;
	size_t length;
	char *golden;

	if (fs_read_file(path->data, 1 << 20, &golden, &length, &fault))
		fail_msg("%s is not there", path->data);
	assert_string_equal(contents->data, golden);
	assert_int_equal(contents->length, length);
	free(golden);
}

static int count_file(const char *path, const struct stat *status, int type)
{
	static size_t count;

	(void)status;
	if (!path[0])
		return (int)count;
	count += type == FTW_F;
	return 0;
}

static size_t count_files(const char *directory)
{
	static const struct stat nothing;
	size_t before = (size_t)count_file("", &nothing, 0);

	assert_int_equal(ftw(directory, count_file, 16), 0);
	return (size_t)count_file("", &nothing, 0) - before;
}

static void check_golden(const char *name)
{
	bool write = getenv("WIREROOT_GOLDEN") && !strcmp(getenv("WIREROOT_GOLDEN"), "write");
	char path[256];
	struct cluster cluster;
	struct file_set set;

	snprintf(path, sizeof(path), GOLDEN "/%s/cluster.yaml", name);
	load(path, &cluster);
	run_well(&cluster, &set);
	for (size_t i = 0; i < set.count; i++) {
		struct text golden = { 0 }, contents = { 0 };

		golden_of(name, &set.files[i], &golden, &contents);
		if (write)
			write_golden(&golden, &contents);
		else
			compare_golden(&golden, &contents);
		text_free(&golden);
		text_free(&contents);
	}
	snprintf(path, sizeof(path), GOLDEN "/%s/files", name);
	assert_int_equal(count_files(path), set.count);
	file_set_free(&set);
	cluster_free(&cluster);
}

static void least_cluster_leads_to_its_golden_files(void **state)
{
	(void)state;
	check_golden("plain");
}

static void cluster_with_everything_leads_to_its_golden_files(void **state)
{
	(void)state;
	check_golden("many");
}

static void lent_memory_leads_to_its_golden_files(void **state)
{
	(void)state;
	check_golden("memory");
}

static void order_of_the_definition_shows_nowhere(void **state)
{
	struct cluster one, other;
	struct file_set first, second;

	(void)state;
	load(GOLDEN "/many/cluster.yaml", &one);
	load(GOLDEN "/many/permuted.yaml", &other);
	run_well(&one, &first);
	run_well(&other, &second);
	assert_int_equal(first.count, second.count);
	for (size_t i = 0; i < first.count; i++) {
		assert_string_equal(first.files[i].path, second.files[i].path);
		assert_int_equal(first.files[i].mode, second.files[i].mode);
		assert_int_equal(first.files[i].length, second.files[i].length);
		assert_memory_equal(first.files[i].data, second.files[i].data,
				    first.files[i].length);
	}
	file_set_free(&first);
	file_set_free(&second);
	cluster_free(&one);
	cluster_free(&other);
}

/* Segments have secrets in them, and so have the targets' configurations. */
static bool is_private(const struct generated_file *file)
{
	return is_segment(file) || strstr(file->path, "/tgt.conf") ||
	       strstr(file->path, "/lio.json");
}

static void what_has_secrets_is_private_and_all_else_is_not(void **state)
{
	struct cluster cluster;
	struct file_set set;

	(void)state;
	load(GOLDEN "/many/cluster.yaml", &cluster);
	run_well(&cluster, &set);
	for (size_t i = 0; i < set.count; i++)
		assert_int_equal(set.files[i].mode, is_private(&set.files[i]) ? 0600 : 0644);
	file_set_free(&set);
	cluster_free(&cluster);
}

static void segment_is_what_the_archive_writer_writes(void **state)
{
	struct cluster cluster;
	struct file_set set;
	struct fault fault;

	(void)state;
	load(GOLDEN "/many/cluster.yaml", &cluster);
	run_well(&cluster, &set);
	for (size_t i = 0; i < set.count; i++) {
		struct archive_tree tree = { 0 };
		struct text contents = { 0 }, cpio = { 0 };
		size_t length;

		if (!is_segment(&set.files[i]))
			continue;
		read_segment(&set.files[i], &contents);
		length = contents.length;
		assert_int_equal(archive_tree_add_file(&tree, NODE_FILE_IN_INITRD, 0600,
						       text_take(&contents), length, &fault),
				 0);
		assert_int_equal(archive_tree_write(&tree, &cpio, &fault), 0);
		assert_int_equal(set.files[i].length, cpio.length);
		assert_memory_equal(set.files[i].data, cpio.data, cpio.length);
		text_free(&cpio);
		archive_tree_free(&tree);
	}
	file_set_free(&set);
	cluster_free(&cluster);
}

/* Does the init's iSCSI client know who it is, and by which ways it is to log in to which disk? */
static void judge_iscsi(const struct words *words, const char *path)
{
	struct iscsi_spec *spec = calloc(1, sizeof(*spec));
	char line[FAULT_LINE_BYTES];
	struct fault fault;

	if (iscsi_spec_apply(spec, words, &fault) || iscsi_spec_complete(spec, "", &fault))
		fail_msg("%s: %s", path, fault_line(&fault, line));
	assert_in_range(spec->count, 1, 3);
	for (unsigned int i = 0; i < spec->count; i++) {
		assert_int_equal(spec->targets[i].lun, 1);
		assert_in_range(spec->targets[i].port, ISCSI_PORT, ISCSI_PORT + 1);
		assert_string_equal(spec->targets[i].name, spec->targets[0].name);
	}
	assert_non_null(strstr(spec->targets[0].name, "iqn.2026-11.example.many:d"));
	assert_non_null(strstr(spec->initiator, "iqn.2026-11.example.many:initiator:d"));
	free(spec);
}

/* Does the init understand all words of the node file @contents? */
static void judge_node_file(struct text *contents, const char *path)
{
	struct words *words = calloc(1, sizeof(*words));
	struct params *params = calloc(1, sizeof(*params));
	char line[FAULT_LINE_BYTES];
	struct fault fault;

	params_init(params);
	if (node_file_split(contents->data, contents->length, path, words, &fault) ||
	    params_apply(params, words, &fault))
		fail_msg("%s: %s", path, fault_line(&fault, line));
	assert_int_equal(params->unknown_count, 0);
	if (params->root.given)
		assert_string_equal(params->root_unsupported, "");
	else
		judge_iscsi(words, path);
	assert_true(params->host_name_given);
	assert_int_not_equal(params->report_address, 0);
	free(words);
	free(params);
}

static void init_understands_every_node_file(void **state)
{
	struct cluster cluster;
	struct file_set set;

	(void)state;
	load(GOLDEN "/many/cluster.yaml", &cluster);
	run_well(&cluster, &set);
	for (size_t i = 0; i < set.count; i++) {
		struct text contents = { 0 };

		if (!is_segment(&set.files[i]))
			continue;
		read_segment(&set.files[i], &contents);
		judge_node_file(&contents, set.files[i].path);
		text_free(&contents);
	}
	file_set_free(&set);
	cluster_free(&cluster);
}

static void nodes_that_boot_alike_share_a_script(void **state)
{
	const struct generated_file *one, *two, *ten;
	struct cluster cluster;
	struct file_set set;

	(void)state;
	load(GOLDEN "/plain/cluster.yaml", &cluster);
	run_well(&cluster, &set);
	one = file_set_find(&set, "http/node/52:54:00:00:00:01.ipxe");
	two = file_set_find(&set, "http/node/52:54:00:00:00:02.ipxe");
	ten = file_set_find(&set, "http/node/52:54:00:00:00:0a.ipxe");
	assert_true(one && two && ten);
	assert_ptr_equal(one->data, two->data);
	assert_ptr_equal(one->data, ten->data);
	file_set_free(&set);
	cluster_free(&cluster);
}

/* @place, which is the cluster's, holds a string that is to be refused. */
static void refuse(const struct cluster *cluster, const char **place, const char *const values[],
		   size_t count)
{
	const char *good = *place;
	struct file_set set;
	struct fault fault;

	for (size_t i = 0; i < count; i++) {
		*place = values[i];
		if (run(cluster, &set, &fault) != -EINVAL)
			fail_msg("'%s' was taken", values[i]);
		file_set_free(&set);
	}
	*place = good;
}

#define REFUSE(place, ...)                                                                         \
	refuse(&cluster, &(place), (const char *const[]){ __VA_ARGS__ },                           \
	       sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void values_that_would_be_another_directive_are_refused(void **state)
{
	struct cluster cluster;
	size_t iscsi = 0;

	(void)state;
	load(GOLDEN "/many/cluster.yaml", &cluster);
	while (cluster.nodes[iscsi].root != ROOT_ISCSI || !cluster.nodes[iscsi].has_mac)
		iscsi++;
	REFUSE(cluster.images[0].path, "/srv/a b", "/srv/a\"", "/srv/a\n/ *(rw)", "/srv/a#",
	       "relative", "/srv/../etc", "/srv/a(rw)", "/srv/a;", "/srv/%s", "/srv/$HOME", "/a:b",
	       "/a,b", "");
	REFUSE(cluster.nodes[0].name, "n1\nx", "n 1", "n1,ignore", "-n1", "", "n1/x", "n1#");
	REFUSE(cluster.nodes[iscsi].disk, "/dev/a b", "/dev/a>", "/dev/a\n</target>", "disk");
	REFUSE(cluster.nodes[0].init, "/sbin/init x", "/sbin/\ninit", "#", "/sbin/\"init");
	REFUSE(cluster.networks[0].domain, "a,b", "a b", "a\nb");
	REFUSE(cluster.networks[0].interface, "eth 0", "eth0\nx", "an-interface-of-20-b");
	REFUSE(cluster.servers[0].name, "b,1", "b/1", "../b");
	REFUSE(cluster.iqn, "iqn>", "iqn 1", "iqn\n");
	cluster_free(&cluster);
}

static void words_that_would_be_two_lines_are_refused(void **state)
{
	static const char *const bad[] = { "a b", "a\nb", "#a", "\"a", "--", "a\tb", "", "a\x7f" };
	struct cluster cluster;

	(void)state;
	load(GOLDEN "/plain/cluster.yaml", &cluster);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct file_set set;
		struct fault fault;

		cluster.nodes[0].parameters = (struct word_list){ &bad[i], 1 };
		assert_int_equal(run(&cluster, &set, &fault), -EINVAL);
		file_set_free(&set);
	}
	cluster_free(&cluster);
}

static void node_without_an_address_cannot_be_in_a_network_without_dhcp(void **state)
{
	struct cluster cluster;
	struct file_set set;
	struct fault fault;

	(void)state;
	load(GOLDEN "/plain/cluster.yaml", &cluster);
	cluster.networks[0].dhcp = DHCP_NONE;
	cluster.nodes[0].address = 0;
	assert_int_equal(run(&cluster, &set, &fault), -EINVAL);
	assert_non_null(strstr(fault.hint, "needs an address"));
	file_set_free(&set);
	cluster_free(&cluster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_cluster_leads_to_its_golden_files),
		cmocka_unit_test(cluster_with_everything_leads_to_its_golden_files),
		cmocka_unit_test(lent_memory_leads_to_its_golden_files),
		cmocka_unit_test(order_of_the_definition_shows_nowhere),
		cmocka_unit_test(what_has_secrets_is_private_and_all_else_is_not),
		cmocka_unit_test(segment_is_what_the_archive_writer_writes),
		cmocka_unit_test(init_understands_every_node_file),
		cmocka_unit_test(nodes_that_boot_alike_share_a_script),
		cmocka_unit_test(values_that_would_be_another_directive_are_refused),
		cmocka_unit_test(words_that_would_be_two_lines_are_refused),
		cmocka_unit_test(node_without_an_address_cannot_be_in_a_network_without_dhcp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
