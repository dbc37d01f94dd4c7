// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of a definition that nothing is wrong with: values, their order and their origin. */
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
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/cluster/cluster.h"
#include "tools/cluster/findings.h"
#include "userspace/lib/fs.h"

#define CLUSTER "cluster: { name: demo, domain: demo.example, iqn: iqn.2026-11.example.demo }\n"
#define NETWORK "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250 } }\n"
#define SERVER	"servers: { s1: { address: 10.0.0.1, roles: [boot, nfs, iscsi] } }\n"
#define IMAGE	"images: { deb: { path: /srv/deb }, rhel: { path: /srv/rhel } }\n"
#define BASE	CLUSTER NETWORK SERVER IMAGE

/* A definition that is loaded, and what was found in it. */
struct loaded {
	struct cluster cluster;
	struct text findings;
};

static int load_files(struct loaded *loaded, const struct cluster_edit *edits, size_t count)
{
	struct cluster_options options = { .skip_files = true,
					   .edits = edits,
					   .edit_count = count };
	struct findings findings = { 0 };
	struct fault fault = { 0 };
	int error;

	*loaded = (struct loaded){ 0 };
	error = cluster_load_with(&loaded->cluster, edits[0].path, &options, &findings, &fault);
	findings_to_text(&findings, &loaded->findings);
	findings_free(&findings);
	return error;
}

/* Load @definition, in which there must be no error. */
static void load(struct loaded *loaded, const char *definition)
{
	struct cluster_edit edit = { "cluster.yaml", definition, strlen(definition) };
	int error = load_files(loaded, &edit, 1);

	if (error)
		print_error("%s", text_string(&loaded->findings));
	assert_int_equal(error, 0);
}

static void unload(struct loaded *loaded)
{
	cluster_free(&loaded->cluster);
	text_free(&loaded->findings);
}

static const struct cluster_node *node(const struct loaded *loaded, const char *name)
{
	const struct cluster_node *found = cluster_find_node(&loaded->cluster, name);

	assert_non_null(found);
	return found;
}

static const char *value(const struct loaded *loaded, const char *name, enum node_key key)
{
	return node(loaded, name)->values[key].text;
}

/* "TEXT from ORIGIN at FILE:LINE:COLUMN" */
static const char *story(const struct loaded *loaded, const char *name, enum node_key key)
{
	static char line[256];
	const struct cluster_value *found = &node(loaded, name)->values[key];

	if (found->place.line)
		snprintf(line, sizeof(line), "%s from %s at %s:%u:%u", found->text, found->origin,
			 found->place.file, found->place.line, found->place.column);
	else
		snprintf(line, sizeof(line), "%s from %s", found->text ? found->text : "nothing",
			 found->origin);
	return line;
}

static void add_words(struct text *text, const char *name, struct word_list list)
{
	text_printf(text, " %s", name);
	for (size_t i = 0; i < list.count; i++)
		text_printf(text, "%s%s", i ? "," : "=", list.words[i]);
}

static void dump_node(const struct cluster_node *at, struct text *text)
{
	text_printf(text, "node %s %08x %s %s %s", at->name, at->address, at->network->name,
		    at->server->name, at->image->name);
	for (int i = 0; i < NODE_KEY_COUNT; i++)
		text_printf(text, " %s(%s)", at->values[i].text ? at->values[i].text : "-",
			    at->values[i].origin);
	add_words(text, "append", at->append);
	add_words(text, "parameters", at->parameters);
	add_words(text, "options", at->mount_options);
	add_words(text, "drivers", at->drivers);
	add_words(text, "profiles", at->profiles);
	add_words(text, "groups", at->groups);
	for (size_t i = 0; i < at->variable_count; i++)
		text_printf(text, " %s=%s", at->variables[i].name, at->variables[i].text);
	text_add(text, "\n");
}

/* Everything but the places. */
static char *dump(const struct cluster *cluster)
{
	struct text text = { 0 };

	text_printf(&text, "%s %s %s\n", cluster->name, cluster->domain, cluster->iqn);
	for (size_t i = 0; i < cluster->network_count; i++)
		text_printf(&text, "network %s %08x/%u %08x-%08x\n", cluster->networks[i].name,
			    cluster->networks[i].subnet, cluster->networks[i].prefix,
			    cluster->networks[i].range_first, cluster->networks[i].range_last);
	for (size_t i = 0; i < cluster->server_count; i++)
		text_printf(&text, "server %s %08x %u\n", cluster->servers[i].name,
			    cluster->servers[i].address, cluster->servers[i].roles);
	for (size_t i = 0; i < cluster->image_count; i++)
		text_printf(&text, "image %s %s\n", cluster->images[i].name,
			    cluster->images[i].path);
	for (size_t i = 0; i < cluster->node_count; i++)
		dump_node(&cluster->nodes[i], &text);
	return text_take(&text);
}

static void defaults_are_filled_in(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "nodes: { n1: { mac: 52-54-00-AB-00-01, image: deb } }\n");
	assert_string_equal(story(&loaded, "n1", NODE_ROOT), "nfs from default");
	assert_string_equal(story(&loaded, "n1", NODE_NETWORK), "boot from default");
	assert_string_equal(story(&loaded, "n1", NODE_SERVER), "s1 from default");
	assert_string_equal(story(&loaded, "n1", NODE_INIT), "nothing from default");
	assert_string_equal(value(&loaded, "n1", NODE_MAC), "52:54:00:ab:00:01");
	assert_int_equal(loaded.cluster.networks[0].lease_s, 3600);
	assert_int_equal(loaded.cluster.servers[0].http_port, 8017);
	assert_int_equal(node(&loaded, "n1")->lab_memory_mib, 512);
	assert_true(node(&loaded, "n1")->drivers_auto);
	assert_null(node(&loaded, "n1")->overlay);
	assert_ptr_equal(loaded.cluster.images[0].server, &loaded.cluster.servers[0]);
	unload(&loaded);
}

static void every_value_knows_where_it_comes_from(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "profiles:\n"
			   "  base: { onfail: reboot }\n"
			   "  compute: { profiles: base, image: deb }\n"
			   "nodes:\n"
			   "  n[1-2]:\n"
			   "    profiles: compute\n"
			   "    address: 10.0.0.[11-12]\n"
			   "  n2: { onfail: poweroff, lab: { cpus: 4 } }\n");
	assert_string_equal(story(&loaded, "n1", NODE_ONFAIL),
			    "reboot from profile base at cluster.yaml:6:19");
	assert_string_equal(story(&loaded, "n2", NODE_ONFAIL),
			    "poweroff from node n2 at cluster.yaml:12:17");
	assert_string_equal(story(&loaded, "n2", NODE_IMAGE),
			    "deb from profile compute at cluster.yaml:7:37");
	assert_string_equal(story(&loaded, "n2", NODE_ADDRESS),
			    "10.0.0.12 from nodes n[1-2] at cluster.yaml:11:14");
	assert_string_equal(story(&loaded, "n2", NODE_LAB_CPUS),
			    "4 from node n2 at cluster.yaml:12:40");
	assert_string_equal(story(&loaded, "n1", NODE_PROFILES),
			    "compute from nodes n[1-2] at cluster.yaml:10:15");
	unload(&loaded);
}

static void later_entries_outrank_and_drop_ins_outrank_those(void **state)
{
	static const char main_file[] = BASE "nodes:\n"
					     "  n1: { image: deb, onfail: reboot, init: /one }\n"
					     "  n[1-2]: { image: rhel, onfail: retry }\n";
	static const char first[] = "n1: { onfail: shell, rescue: yes }\n";
	static const char second[] = "n[1-2]: { onfail: poweroff }\n";
	struct cluster_edit edits[] = {
		{ "dir/cluster.yaml", main_file, sizeof(main_file) - 1 },
		{ "dir/nodes.d/b.yaml", second, sizeof(second) - 1 },
		{ "dir/nodes.d/a.yaml", first, sizeof(first) - 1 },
		{ "dir/nodes.d/c.txt", "nonsense", 0 },
	};
	struct loaded loaded;

	(void)state;
	assert_int_equal(load_files(&loaded, edits, 3), 0);
	assert_string_equal(value(&loaded, "n1", NODE_IMAGE), "rhel");
	assert_string_equal(value(&loaded, "n1", NODE_INIT), "/one");
	assert_string_equal(story(&loaded, "n1", NODE_ONFAIL),
			    "poweroff from nodes n[1-2] at dir/nodes.d/b.yaml:1:19");
	assert_string_equal(story(&loaded, "n1", NODE_RESCUE),
			    "yes from node n1 at dir/nodes.d/a.yaml:1:30");
	unload(&loaded);
}

/* "a,b,c", the least first. */
static char *profiles_of(const char *profiles, const char *list)
{
	struct text definition = { 0 }, order = { 0 };
	struct loaded loaded;

	text_printf(&definition, BASE "profiles:\n%snodes: { n1: { profiles: %s, image: deb } }\n",
		    profiles, list);
	load(&loaded, definition.data);
	for (size_t i = 0; i < node(&loaded, "n1")->profiles.count; i++)
		text_printf(&order, "%s%s", i ? "," : "", node(&loaded, "n1")->profiles.words[i]);
	unload(&loaded);
	text_free(&definition);
	return text_take(&order);
}

static void profiles_apply_once_and_outrank_what_they_inherit(void **state)
{
	static const struct {
		const char *profiles, *list, *order;
	} examples[] = {
		{ "  a: {}\n  b: {}\n", "[a, b]", "a,b" },
		{ "  a: {}\n  b: {}\n", "[b, a]", "b,a" },
		/* A diamond: what both have in common comes first, and once. */
		{ "  base: {}\n  l: { profiles: base }\n  r: { profiles: base }\n"
		  "  top: { profiles: [l, r] }\n",
		  "top", "base,l,r,top" },
		{ "  base: {}\n  l: { profiles: base }\n  r: { profiles: base }\n", "[l, r]",
		  "base,l,r" },
		/* base alone, named last, would outrank l, which inherits from it: it cannot. */
		{ "  base: {}\n  l: { profiles: base }\n", "[base, l]", "base,l" },
		/* Python's example of C3 (O is ours for object). */
		{ "  o: {}\n  a: { profiles: o }\n  b: { profiles: o }\n  c: { profiles: o }\n"
		  "  d: { profiles: o }\n  e: { profiles: o }\n"
		  "  k1: { profiles: [c, b, a] }\n  k2: { profiles: [e, b, d] }\n"
		  "  k3: { profiles: [a, d] }\n  z: { profiles: [k3, k2, k1] }\n",
		  "z", "o,e,c,b,a,d,k3,k2,k1,z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char *order = profiles_of(examples[i].profiles, examples[i].list);

		assert_string_equal(order, examples[i].order);
		free(order);
	}
}

static void a_profile_outranks_what_it_inherits_on_both_sides_of_a_diamond(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "profiles:\n"
			   "  base: { onfail: reboot, init: /base, image: deb }\n"
			   "  left: { profiles: base, init: /left }\n"
			   "  right: { profiles: base, loader: grub }\n"
			   "nodes: { n1: { profiles: [left, right] } }\n");
	/* right comes later, but says nothing of init itself; base is below left. */
	assert_string_equal(value(&loaded, "n1", NODE_INIT), "/left");
	assert_string_equal(value(&loaded, "n1", NODE_ONFAIL), "reboot");
	assert_int_equal(node(&loaded, "n1")->loader, LOADER_GRUB);
	unload(&loaded);
}

static void the_last_profiles_replace_the_others(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "profiles: { a: { init: /a }, b: { image: deb } }\n"
			   "nodes:\n"
			   "  n[1-2]: { profiles: [a, b] }\n"
			   "  n2: { profiles: b }\n");
	assert_string_equal(value(&loaded, "n1", NODE_INIT), "/a");
	assert_null(value(&loaded, "n2", NODE_INIT));
	assert_string_equal(value(&loaded, "n2", NODE_PROFILES), "b");
	unload(&loaded);
}

static void lists_add_up_and_a_minus_takes_away(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "profiles:\n"
			   "  base: { image: deb, append: [console=ttyS0, quiet, console=tty0], "
			   "mount-options: 'soft,rsize=4096' }\n"
			   "  loud: { profiles: base, append: [-quiet, debug] }\n"
			   "nodes:\n"
			   "  n1: { profiles: loud, append: -console console=ttyS1 }\n"
			   "  n2: { profiles: loud, append: [-con], mount-options: [-rsize] }\n"
			   "  n3: { profiles: base, append: 'dyndbg=\"file a.c +p\" x' }\n");
	assert_string_equal(value(&loaded, "n1", NODE_APPEND), "debug,console=ttyS1");
	assert_string_equal(value(&loaded, "n2", NODE_APPEND), "console=ttyS0,console=tty0,debug");
	assert_string_equal(value(&loaded, "n2", NODE_MOUNT_OPTIONS), "soft");
	assert_int_equal(node(&loaded, "n3")->append.count, 5);
	assert_string_equal(node(&loaded, "n3")->append.words[3], "dyndbg=\"file a.c +p\"");
	assert_string_equal(story(&loaded, "n1", NODE_APPEND),
			    "debug,console=ttyS1 from profile base, profile loud, node n1 at "
			    "cluster.yaml:9:25");
	unload(&loaded);
}

static void nodes_with_the_same_settings_share_their_words(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "profiles: { p: { image: deb, append: [quiet] } }\n"
			   "nodes: { 'n[1-3]': { profiles: p }, n3: { append: x } }\n");
	assert_ptr_equal(node(&loaded, "n1")->append.words, node(&loaded, "n2")->append.words);
	assert_ptr_not_equal(node(&loaded, "n1")->append.words, node(&loaded, "n3")->append.words);
	unload(&loaded);
}

static void an_empty_value_goes_back_to_the_default(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "profiles: { p: { image: deb, init: /sbin/other, onfail: reboot } }\n"
			   "nodes: { n1: { profiles: p, init: , onfail: ~ } }\n");
	assert_null(value(&loaded, "n1", NODE_INIT));
	assert_string_equal(story(&loaded, "n1", NODE_ONFAIL), "retry from default");
	unload(&loaded);
}

static void variables_are_put_in(void **state)
{
	struct loaded loaded;
	const struct cluster_node *n07;

	(void)state;
	load(&loaded,
	     BASE "profiles: { p: { image: deb, variables: { RACK: r0, ROW: a } } }\n"
		  "nodes:\n"
		  "  n[01-07]: { profiles: p, variables: { RACK: r1 },\n"
		  "    parameters: ['all=@NODE@.@DOMAIN@/@INDEX@/@NETWORK@/@SERVER@/@IMAGE@/"
		  "@CLUSTER@', 'x=@RACK@@ROW@', 'mail=a@@b'] }\n"
		  "  n07: { mac: 52:54:00:00:00:07, address: 10.0.0.7, root: iscsi,\n"
		  "    disk: /dev/vg/@NODE@, append: 'm=@MAC@ a=@ADDRESS@' }\n");
	n07 = node(&loaded, "n07");
	assert_string_equal(n07->parameters.words[0],
			    "all=n07.demo.example/7/boot/10.0.0.1/deb/demo");
	assert_string_equal(n07->parameters.words[1], "x=r1a");
	assert_string_equal(n07->parameters.words[2], "mail=a@b");
	assert_string_equal(n07->append.words[0], "m=52:54:00:00:00:07");
	assert_string_equal(n07->append.words[1], "a=10.0.0.7");
	assert_string_equal(n07->disk, "/dev/vg/n07");
	assert_ptr_equal(n07->iscsi, &loaded.cluster.servers[0]);
	assert_int_equal(n07->variable_count, 2);
	assert_string_equal(n07->variables[0].origin, "nodes n[01-07]");
	unload(&loaded);
}

static void ranges_are_dealt_out_in_the_order_of_writing(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "groups: { odd: 'n[1,3]' }\n"
			   "nodes:\n"
			   "  n[4,2]: { image: deb, address: '10.0.0.[40,20]' }\n"
			   "  '@odd': { image: rhel, address: '10.0.0.[11-12]',\n"
			   "    mac: '52:54:00:00:00:[10-11]' }\n");
	assert_string_equal(value(&loaded, "n4", NODE_ADDRESS), "10.0.0.40");
	assert_string_equal(value(&loaded, "n2", NODE_ADDRESS), "10.0.0.20");
	assert_string_equal(value(&loaded, "n3", NODE_ADDRESS), "10.0.0.12");
	assert_string_equal(value(&loaded, "n3", NODE_MAC), "52:54:00:00:00:11");
	assert_int_equal(node(&loaded, "n3")->groups.count, 1);
	assert_int_equal(node(&loaded, "n2")->groups.count, 0);
	unload(&loaded);
}

static void nodes_stand_in_the_order_of_their_numbers(void **state)
{
	static const char *const order[] = { "a10", "n01", "n1", "n2", "n10", "n10x", "x" };
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "profiles: { p: { image: deb } }\n"
			   "nodes: { 'x,n10x,n10,n2,n01,n1,a10': { profiles: p } }\n");
	assert_int_equal(loaded.cluster.node_count, 7);
	for (size_t i = 0; i < 7; i++)
		assert_string_equal(loaded.cluster.nodes[i].name, order[i]);
	unload(&loaded);
}

static void a_node_finds_its_network_and_servers(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, CLUSTER
	     "networks: { a: { subnet: 10.0.0.0/24 }, b: { subnet: 10.0.1.0/24, domain: b.x } }\n"
	     "servers:\n"
	     "  s1: { address: 10.0.0.1, roles: [boot, nfs] }\n"
	     "  s2: { address: 10.0.1.1, roles: boot }\n"
	     "  s3: { address: 10.0.1.3, roles: [iscsi], iscsi: lio }\n" IMAGE "nodes:\n"
	     "  n1: { address: 10.0.0.11, image: deb }\n"
	     "  n2: { address: 10.0.1.12, image: deb, append: '@DOMAIN@' }\n"
	     "  n3: { address: 10.0.1.13, server: s1, image: deb, root: iscsi, disk: /dev/d }\n");
	assert_string_equal(node(&loaded, "n1")->network->name, "a");
	assert_string_equal(node(&loaded, "n1")->server->name, "s1");
	assert_string_equal(node(&loaded, "n2")->network->name, "b");
	assert_string_equal(node(&loaded, "n2")->server->name, "s2");
	assert_string_equal(node(&loaded, "n2")->append.words[0], "b.x");
	assert_string_equal(node(&loaded, "n3")->server->name, "s1");
	assert_string_equal(node(&loaded, "n3")->iscsi->name, "s3");
	assert_true(node(&loaded, "n3")->iscsi->lio);
	unload(&loaded);
}

static void anchors_and_merge_keys_are_understood(void **state)
{
	struct loaded loaded;

	(void)state;
	load(&loaded, BASE "profiles:\n"
			   "  a: &a { image: deb, init: /a }\n"
			   "  b: { <<: *a, init: /b }\n"
			   "nodes: { n1: { profiles: b }, n2: *a }\n");
	assert_string_equal(value(&loaded, "n1", NODE_IMAGE), "deb");
	assert_string_equal(value(&loaded, "n1", NODE_INIT), "/b");
	assert_string_equal(value(&loaded, "n2", NODE_INIT), "/a");
	unload(&loaded);
}

static void a_bomb_of_aliases_is_refused(void **state)
{
	struct text bomb = { 0 };
	struct cluster_edit edit = { .path = "cluster.yaml" };
	struct loaded loaded;

	(void)state;
	text_add(&bomb, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++) {
		text_printf(&bomb, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			text_printf(&bomb, "%s*a%d", j ? ", " : "", i - 1);
		text_add(&bomb, "]\n");
	}
	edit.text = bomb.data;
	edit.length = bomb.length;
	assert_int_equal(load_files(&loaded, &edit, 1), -22);
	assert_non_null(strstr(text_string(&loaded.findings),
			       "aliases stand for more than 2000000 values by now"));
	unload(&loaded);
	text_free(&bomb);
}

/* How often the findings have @text when @definition, which is wrong, is loaded. */
static unsigned int count_findings(const char *definition, size_t nodes_max, const char *text)
{
	struct cluster_edit edit = { "cluster.yaml", definition, strlen(definition) };
	struct cluster_options options = {
		.skip_files = true, .edits = &edit, .edit_count = 1, .nodes_max = nodes_max
	};
	struct findings findings = { 0 };
	struct fault fault = { 0 };
	struct loaded loaded = { 0 };
	unsigned int times = 0;

	assert_int_equal(cluster_load_with(&loaded.cluster, edit.path, &options, &findings, &fault),
			 -22);
	findings_to_text(&findings, &loaded.findings);
	for (const char *at = text_string(&loaded.findings); (at = strstr(at, text)); at++)
		times++;
	findings_free(&findings);
	unload(&loaded);
	return times;
}

static void groups_that_multiply_are_refused_once(void **state)
{
	struct text bomb = { 0 };

	(void)state;
	text_add(&bomb, BASE "groups:\n");
	for (int i = 10; i < 50; i++)
		text_printf(&bomb, "  g%d: \"@g%d,@g%d\"\n", i, i + 1, i + 1);
	text_add(&bomb, "  g50: n1\n");
	assert_int_equal(count_findings(text_string(&bomb), 0, "2,000,000"), 1);
	text_free(&bomb);
}

static void sets_that_name_too_much_together_are_refused_once(void **state)
{
	struct text text = { 0 };

	(void)state;
	text_add(&text, BASE "groups:\n");
	for (int i = 0; i < 40; i++)
		text_printf(&text, "  g%d: \"n[1-9000]&n1\"\n", i);
	assert_int_equal(count_findings(text_string(&text), 1000, "name too much"), 1);
	text_free(&text);
}

static void too_many_nodes_are_told_of_once(void **state)
{
	(void)state;
	assert_int_equal(count_findings(BASE "nodes:\n"
					     "  \"a[1-1001]\": {}\n"
					     "  \"b[1-1000]\": {}\n",
					1000, "more than 1000 nodes"),
			 1);
}

/* Lines of a definition whose order means nothing; sections, names, keys. */
static const char *const sections[] = {
	CLUSTER,
	NETWORK,
	"servers:\n  s2: { address: 10.0.0.2, roles: nfs }\n  s1: { address: 10.0.0.1, roles: boot }\n",
	"images: { b: { path: /srv/b }, a: { path: /srv/a, server: s2 } }\n",
	"groups: { r2: 'n[3-4]', r1: 'n[1-2]', all: '@r1,@r2' }\n",
	"profiles:\n"
	"  p: { profiles: [q], append: [x, y], variables: { B: 2, A: 1 } }\n"
	"  q: { image: a, drivers: [virtio_net, e1000e] }\n",
	"nodes:\n  '@all': { parameters: ['r=@A@-@B@'], profiles: p }\n",
};

static const char *const same_sections[] = {
	"cluster: { iqn: iqn.2026-11.example.demo, domain: demo.example, name: demo }\n",
	"networks: { boot: { range: 10.0.0.200-10.0.0.250, subnet: 10.0.0.0/24 } }\n",
	"servers:\n  s1: { roles: [boot], address: 10.0.0.1 }\n  s2: { roles: nfs, address: 10.0.0.2 }\n",
	"images: { a: { server: s2, path: /srv/a }, b: { path: /srv/b } }\n",
	"groups: { all: '@r2,@r1', r1: 'n2,n1', r2: 'n[3-4]' }\n",
	"profiles:\n"
	"  q: { drivers: 'virtio_net e1000e', image: a }\n"
	"  p: { variables: { A: 1, B: 2 }, append: x y, profiles: q }\n",
	"nodes:\n  '@all': { profiles: [p], parameters: r=@A@-@B@ }\n",
};

#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

static char *dump_sections(const char *const *list, unsigned int turn)
{
	struct text definition = { 0 };
	struct loaded loaded;
	char *dumped;

	for (size_t i = 0; i < SECTIONS; i++)
		text_add(&definition, list[(turn & 8 ? SECTIONS - 1 - i : i + turn) % SECTIONS]);
	load(&loaded, definition.data);
	dumped = dump(&loaded.cluster);
	unload(&loaded);
	text_free(&definition);
	return dumped;
}

static void order_shows_nowhere_where_it_means_nothing(void **state)
{
	char *first = dump_sections(sections, 0);

	(void)state;
	for (unsigned int turn = 1; turn < 9; turn++) {
		char *other = dump_sections(turn & 1 ? same_sections : sections, turn);

		assert_string_equal(other, first);
		free(other);
	}
	free(first);
}

/* --- files ------------------------------------------------------------------------------------ */

/* A directory with an image that has two kernels, and one without its vmlinuz. */
static int make_image(void **state)
{
	static char directory[64];
	static const char *const versions[] = { "6.1.0-9-amd64", "6.1.0-10-amd64",
						"6.1.0-11-amd64" };
	struct fault fault;
	char path[256];

	strcpy(directory, "/tmp/wireroot-test.XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/image/lib/modules/%s", directory, versions[i]);
		assert_int_equal(fs_make_dirs(path, 0755, &fault), 0);
		snprintf(path, sizeof(path), "%s/image/boot", directory);
		assert_int_equal(fs_make_dirs(path, 0755, &fault), 0);
		snprintf(path, sizeof(path), "%s/image/boot/vmlinuz-%s", directory, versions[i]);
		if (i < 2)
			assert_int_equal(fs_write_file(path, "", 0, 0644, &fault), 0);
	}
	snprintf(path, sizeof(path), "%s/image/usr/lib/firmware", directory);
	assert_int_equal(fs_make_dirs(path, 0755, &fault), 0);
	*state = directory;
	return 0;
}

static int remove_image(void **state)
{
	struct fault fault;

	return fs_remove_tree(*state, &fault);
}

/* Load a definition in @directory whose only image has @keys. */
static int load_image(struct loaded *loaded, const char *directory, const char *keys)
{
	struct findings findings = { 0 };
	struct text definition = { 0 };
	struct fault fault = { 0 };
	char path[128];
	int error;

	*loaded = (struct loaded){ 0 };
	snprintf(path, sizeof(path), "%s/cluster.yaml", directory);
	text_printf(&definition, CLUSTER NETWORK SERVER "images: { deb: { %s } }\n", keys);
	assert_int_equal(fs_write_file(path, definition.data, definition.length, 0644, &fault), 0);
	error = cluster_load(&loaded->cluster, path, &findings, &fault);
	findings_to_text(&findings, &loaded->findings);
	findings_free(&findings);
	text_free(&definition);
	return error;
}

static void the_newest_kernel_is_one_that_can_be_booted(void **state)
{
	const char *directory = *state;
	struct loaded loaded;
	char keys[128], expected[128];

	snprintf(keys, sizeof(keys), "path: %s/image", directory);
	assert_int_equal(load_image(&loaded, directory, keys), 0);
	assert_string_equal(loaded.cluster.images[0].kernel, "6.1.0-10-amd64");
	snprintf(expected, sizeof(expected), "%s/image/boot/vmlinuz-6.1.0-10-amd64", directory);
	assert_string_equal(loaded.cluster.images[0].vmlinuz, expected);
	snprintf(expected, sizeof(expected), "%s/image/usr/lib/firmware", directory);
	assert_string_equal(loaded.cluster.images[0].firmware, expected);
	unload(&loaded);
}

static void newer_kernels_that_lack_something_are_told_of(void **state)
{
	const char *directory = *state;
	struct fault fault;
	struct loaded loaded;
	char keys[128], path[128];

	snprintf(path, sizeof(path), "%s/image/boot/vmlinuz-6.12.0-1-amd64", directory);
	assert_int_equal(fs_write_file(path, "", 0, 0644, &fault), 0);
	snprintf(keys, sizeof(keys), "path: %s/image", directory);
	assert_int_equal(load_image(&loaded, directory, keys), 0);
	assert_string_equal(loaded.cluster.images[0].kernel, "6.1.0-10-amd64");
	assert_non_null(strstr(text_string(&loaded.findings),
			       "warning: image deb: kernel 6.1.0-11-amd64 is not taken: it has "
			       "modules, but there is no boot/vmlinuz-6.1.0-11-amd64\n"));
	assert_non_null(strstr(text_string(&loaded.findings),
			       "warning: image deb: kernel 6.12.0-1-amd64 is not taken: it has no "
			       "modules in lib/modules/6.12.0-1-amd64\n"));
	unload(&loaded);
	snprintf(keys, sizeof(keys), "path: %s/image, kernel: 6.1.0-10-amd64", directory);
	assert_int_equal(load_image(&loaded, directory, keys), 0);
	assert_string_equal(text_string(&loaded.findings), "");
	unload(&loaded);
}

static void a_kernel_that_leads_out_of_its_image_is_refused(void **state)
{
	const char *directory = *state;
	struct fault fault;
	struct loaded loaded;
	char keys[128], path[128], outside[128];

	snprintf(outside, sizeof(outside), "%s/secret", directory);
	assert_int_equal(fs_write_file(outside, "", 0, 0600, &fault), 0);
	snprintf(path, sizeof(path), "%s/image/boot/vmlinuz-6.1.0-11-amd64", directory);
	assert_int_equal(symlink(outside, path), 0);
	snprintf(keys, sizeof(keys), "path: %s/image", directory);
	assert_int_equal(load_image(&loaded, directory, keys), -22);
	assert_non_null(strstr(text_string(&loaded.findings), "leads out of the image\n"));
	unload(&loaded);
}

static void modules_may_be_in_usr_lib_alone(void **state)
{
	const char *directory = *state;
	struct loaded loaded;
	char keys[128], from[128], to[128];

	snprintf(from, sizeof(from), "%s/image/lib/modules", directory);
	snprintf(to, sizeof(to), "%s/image/usr/lib/modules", directory);
	assert_int_equal(rename(from, to), 0);
	snprintf(keys, sizeof(keys), "path: %s/image", directory);
	assert_int_equal(load_image(&loaded, directory, keys), 0);
	assert_string_equal(loaded.cluster.images[0].modules, to);
	unload(&loaded);
}

static void files_that_are_missing_are_named(void **state)
{
	static const struct {
		const char *keys, *message; /* %s: the directory */
	} examples[] = {
		{ "path: %s/none", "image deb: there is no directory %s/none\n" },
		{ "path: %s/image, kernel: 6.1.0-8-amd64",
		  "image deb: there are no modules of kernel 6.1.0-8-amd64 in "
		  "%s/image/lib/modules\n" },
		{ "path: %s/image, kernel: 6.1.0-11-amd64",
		  "image deb: there is no kernel %s/image/boot/vmlinuz-6.1.0-11-amd64\n" },
		{ "path: %s/image, vmlinuz: kernels/none",
		  "image deb: there is no kernel %s/kernels/none\n" },
		{ "path: %s/image, modules: m", "image deb: there is no directory %s/m\n" },
		{ "path: %s/image, modules: image/boot",
		  "image deb: there is no kernel with modules in %s/image/boot\n" },
		{ "path: %s/image, firmware: f", "image deb: there is no directory %s/f\n" },
	};
	const char *directory = *state;

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char keys[256], message[256];
		struct loaded loaded;

		snprintf(keys, sizeof(keys), examples[i].keys, directory);
		snprintf(message, sizeof(message), examples[i].message, directory);
		assert_int_equal(load_image(&loaded, directory, keys), -22);
		if (!strstr(text_string(&loaded.findings), message))
			assert_string_equal(text_string(&loaded.findings), message);
		unload(&loaded);
	}
}

static void an_image_on_another_machine_needs_kernel_and_modules_here(void **state)
{
	const char *directory = *state;
	struct loaded loaded;

	assert_int_equal(load_image(&loaded, directory,
				    "path: /far/away, modules: image/lib/modules, "
				    "vmlinuz: image/boot/vmlinuz-6.1.0-9-amd64, "
				    "kernel: 6.1.0-9-amd64"),
			 0);
	assert_string_equal(loaded.cluster.images[0].path, "/far/away");
	unload(&loaded);
}

static void a_missing_definition_is_a_fault(void **state)
{
	struct findings findings = { 0 };
	struct cluster cluster;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(cluster_load(&cluster, "/nonexistent/c.yaml", &findings, &fault), -2);
	assert_int_equal(fault.error, 2);
	assert_int_equal(findings.errors, 0);
	cluster_free(&cluster);
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_filled_in),
		cmocka_unit_test(every_value_knows_where_it_comes_from),
		cmocka_unit_test(later_entries_outrank_and_drop_ins_outrank_those),
		cmocka_unit_test(profiles_apply_once_and_outrank_what_they_inherit),
		cmocka_unit_test(a_profile_outranks_what_it_inherits_on_both_sides_of_a_diamond),
		cmocka_unit_test(the_last_profiles_replace_the_others),
		cmocka_unit_test(lists_add_up_and_a_minus_takes_away),
		cmocka_unit_test(nodes_with_the_same_settings_share_their_words),
		cmocka_unit_test(an_empty_value_goes_back_to_the_default),
		cmocka_unit_test(variables_are_put_in),
		cmocka_unit_test(ranges_are_dealt_out_in_the_order_of_writing),
		cmocka_unit_test(nodes_stand_in_the_order_of_their_numbers),
		cmocka_unit_test(a_node_finds_its_network_and_servers),
		cmocka_unit_test(anchors_and_merge_keys_are_understood),
		cmocka_unit_test(a_bomb_of_aliases_is_refused),
		cmocka_unit_test(groups_that_multiply_are_refused_once),
		cmocka_unit_test(sets_that_name_too_much_together_are_refused_once),
		cmocka_unit_test(too_many_nodes_are_told_of_once),
		cmocka_unit_test(order_shows_nowhere_where_it_means_nothing),
		cmocka_unit_test_setup_teardown(the_newest_kernel_is_one_that_can_be_booted,
						make_image, remove_image),
		cmocka_unit_test_setup_teardown(newer_kernels_that_lack_something_are_told_of,
						make_image, remove_image),
		cmocka_unit_test_setup_teardown(a_kernel_that_leads_out_of_its_image_is_refused,
						make_image, remove_image),
		cmocka_unit_test_setup_teardown(modules_may_be_in_usr_lib_alone, make_image,
						remove_image),
		cmocka_unit_test_setup_teardown(files_that_are_missing_are_named, make_image,
						remove_image),
		cmocka_unit_test_setup_teardown(
			an_image_on_another_machine_needs_kernel_and_modules_here, make_image,
			remove_image),
		cmocka_unit_test(a_missing_definition_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
