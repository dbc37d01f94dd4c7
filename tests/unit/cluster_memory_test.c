// SPDX-License-Identifier: GPL-2.0-only
/* What a definition says of memory that is lent, and what its checks say, to the letter. */
/* links: tools/cluster/ tools/generate/ipxe.c tools/generate/template.c tools/initrd/closure.c */
/* links: tools/initrd/archive.c tools/initrd/firmware.c tools/initrd/kernel_tree.c */
/* links: initramfs/fault.c initramfs/ip_param.c initramfs/module_list.c initramfs/params.c */
/* links: initramfs/root_spec.c initramfs/timeline.c initramfs/value.c initramfs/words.c */
/* links: userspace/lib/fs.c userspace/lib/log.c userspace/lib/nearest.c userspace/lib/spawn.c */
/* links: userspace/lib/text.c tools/initrd/wired.c userspace/lib/size.c */
/* links: userspace/lib/iscsi_portal.c initramfs/swap/swap_spec.c */
/* libraries: yaml-0.1 jansson libkmod libarchive */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/cluster/cluster.h"
#include "tools/cluster/findings.h"

/* Every example is a whole definition; these are lines that most have in common. */
#define CLUSTER "cluster: { name: demo }\n"
#define NETWORK                                                                                    \
	"networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
#define SERVER "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
#define IMAGE  "images: { deb: { path: /srv/deb } }\n"
#define BASE   CLUSTER NETWORK SERVER IMAGE

static const struct example {
	const char *name, *definition, *findings;
} examples[] = {
	{ "memory is lent and borrowed",
	  BASE
	  "memory:\n"
	  "  racks: [r1, r2]\n"
	  "  line-port: 7001\n"
	  "  hosts: { h1: { address: 10.0.0.9, rack: r2, reserve: 2G } }\n"
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: \"remote:1G,mode=lvm,mirror=lender\", borrow-limit: 2G }\n"
	  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, lend: yes, borrow: yes, rack: r1 }\n",
	  "" },
	{ "swap that the init does not understand",
	  BASE "nodes:\n"
	       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remot:1G }\n"
	       "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, lend: yes }\n",
	  "cluster.yaml:6:70: error: 'swap' cannot be 'remot:1G': give remote:SIZE[,mirror=lender|disk][,mode=plain|lvm][,disk=/dev/...], or off\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remot:1G }\n"
	  "                                                                       ^~~~~~~~\n"
	  "  try: remote:4G, or remote:4G,mode=lvm,mirror=lender\n" },
	{ "mirror without lvm",
	  BASE
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: \"remote:1G,mirror=disk\" }\n"
	  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, lend: yes }\n",
	  "cluster.yaml:6:71: error: a mirror needs mode=lvm\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: \"remote:1G,mirror=disk\" }\n"
	  "                                                                        ^~~~~~~~~~~~~~~~~~~~~\n"
	  "  try: remote:1G,mirror=disk,mode=lvm\n" },
	{ "lvm without a disk",
	  BASE
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: \"remote:1G,mode=lvm\" }\n"
	  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, swap: \"remote:1G,mode=lvm,disk=/dev/vda\" }\n"
	  "  n3: { mac: 52:54:00:00:00:03, address: 10.0.0.4, image: deb, lend: yes }\n",
	  "cluster.yaml:6:71: error: mode=lvm needs disk=, or mirror=lender\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: \"remote:1G,mode=lvm\" }\n"
	  "                                                                        ^~~~~~~~~~~~~~~~~~\n"
	  "  try: remote:1G,mode=lvm,disk=/dev/sda\n" },
	{ "nobody lends",
	  BASE "nodes:\n"
	       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:1G }\n",
	  "cluster.yaml:6:70: warning: n1: it borrows memory, and nobody lends any\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:1G }\n"
	  "                                                                       ^~~~~~~~~\n"
	  "  try: lend: yes of nodes, or hosts: in memory:\n" },
	{ "a mirror wants two lenders",
	  BASE
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: \"remote:1G,mode=lvm,mirror=lender\" }\n"
	  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, lend: yes }\n",
	  "cluster.yaml:6:71: warning: n1: mirror=lender keeps copies at two lenders, and there is one\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: \"remote:1G,mode=lvm,mirror=lender\" }\n"
	  "                                                                        ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
	  "  try: a second one that lends, or mirror=disk\n" },
	{ "swap of a lender",
	  BASE
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:1G, lend: yes }\n",
	  "cluster.yaml:6:87: error: n1: it lends, and borrows from its init on: a node does not do both at once\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:1G, lend: yes }\n"
	  "                                                                                        ^~~\n"
	  "  try: lend: no, or swap: none\n" },
	{ "swap without leave to borrow",
	  BASE
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:1G, borrow: no }\n"
	  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, lend: yes }\n",
	  "cluster.yaml:6:89: error: n1: swap: borrows, and borrow: forbids it\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:1G, borrow: no }\n"
	  "                                                                                          ^~\n"
	  "  try: leave borrow: out, or swap: none\n" },
	{ "swap beyond the limit",
	  BASE
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:2G, borrow-limit: 1G }\n"
	  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, swap: \"remote:1G,mode=lvm,mirror=lender\", borrow-limit: 1G }\n"
	  "  n3: { mac: 52:54:00:00:00:03, address: 10.0.0.4, image: deb, lend: yes }\n"
	  "  n4: { mac: 52:54:00:00:00:04, address: 10.0.0.5, image: deb, lend: yes }\n",
	  "cluster.yaml:6:95: error: n1: borrow-limit is less than its swap\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:2G, borrow-limit: 1G }\n"
	  "                                                                                                ^~\n"
	  "  try: a greater borrow-limit, or a smaller swap\n"
	  "cluster.yaml:7:120: error: n2: borrow-limit is less than both copies of its swap\n"
	  "    n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, swap: \"remote:1G,mode=lvm,mirror=lender\", borrow-limit: 1...\n"
	  "                                                                                                                         ^\n"
	  "  try: a greater borrow-limit, or a smaller swap\n" },
	{ "a reserve of one that does not lend",
	  BASE
	  "profiles: { p: { lend-reserve: 1G } }\n"
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend-reserve: 2G }\n"
	  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, profiles: p, lend: no }\n"
	  "  n3: { mac: 52:54:00:00:00:03, address: 10.0.0.4, image: deb, profiles: p, lend: yes }\n"
	  "  n4: { mac: 52:54:00:00:00:04, address: 10.0.0.5, image: deb, lend: yes, lend-reserve: 1 }\n",
	  "cluster.yaml:7:78: warning: n1: lend-reserve is for those that lend, and it does not\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend-reserve: 2G }\n"
	  "                                                                               ^~\n"
	  "  try: lend: yes\n"
	  "cluster.yaml:10:89: error: 'lend-reserve' has to be a size as 512M, 8G or 1T, from 1M to 16T, not '1'\n"
	  "    n4: { mac: 52:54:00:00:00:04, address: 10.0.0.5, image: deb, lend: yes, lend-reserve: 1 }\n"
	  "                                                                                          ^\n" },
	{ "token on a command line",
	  BASE
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend: yes, loader: grub }\n",
	  "cluster.yaml:6:83: error: n1: this loader has only the command line for the token by which a node lends or borrows, where everybody can read it\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend: yes, loader: grub }\n"
	  "                                                                                    ^~~~\n"
	  "  try: loader: ipxe, or neither swap nor lend\n" },
	{ "unknown rack",
	  BASE
	  "memory: { racks: r1, hosts: { h1: { address: 10.0.0.9, rack: r3 } } }\n"
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend: yes, rack: r2 }\n",
	  "cluster.yaml:5:62: error: there is no rack 'r3'\n"
	  "  memory: { racks: r1, hosts: { h1: { address: 10.0.0.9, rack: r3 } } }\n"
	  "                                                               ^~\n"
	  "  try: r1\n"
	  "cluster.yaml:7:81: error: there is no rack 'r2'\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend: yes, rack: r2 }\n"
	  "                                                                                  ^~\n"
	  "  try: r1\n" },
	{ "hosts beside nodes, servers and networks",
	  BASE "memory:\n"
	       "  hosts:\n"
	       "    n1: { address: 10.0.0.2 }\n"
	       "    s1: { address: 10.0.0.9 }\n"
	       "    h1: { address: 10.0.0.1 }\n"
	       "    h2: { address: 10.0.0.210 }\n"
	       "    h3: { address: 10.0.0.9 }\n"
	       "    h_4: {}\n"
	       "nodes:\n"
	       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend: yes }\n",
	  "cluster.yaml:7:5: error: there is a node of that name (cluster.yaml:14:3)\n"
	  "      n1: { address: 10.0.0.2 }\n"
	  "      ^~\n"
	  "  try: leave the host out, and say lend: yes of the node\n"
	  "cluster.yaml:8:5: error: the host's address is that of the host h3\n"
	  "      s1: { address: 10.0.0.9 }\n"
	  "      ^~\n"
	  "  try: another address for one of them\n"
	  "cluster.yaml:8:5: error: the host has the name of server s1 (cluster.yaml:3:12)\n"
	  "      s1: { address: 10.0.0.9 }\n"
	  "      ^~\n"
	  "  try: a host that is a server has both its name and its address\n"
	  "cluster.yaml:9:5: error: the host has the address of server s1 (cluster.yaml:3:12)\n"
	  "      h1: { address: 10.0.0.1 }\n"
	  "      ^~\n"
	  "  try: a host that is a server has both its name and its address\n"
	  "cluster.yaml:10:5: error: the host's address is inside of the range of network boot\n"
	  "      h2: { address: 10.0.0.210 }\n"
	  "      ^~\n"
	  "  try: an address outside of the range\n"
	  "cluster.yaml:12:5: error: host h_4 has no address: that borrowers reach it by\n"
	  "      h_4: {}\n"
	  "      ^~~\n"
	  "  try: address: 10.0.0.5\n"
	  "cluster.yaml:14:42: error: n1: its address is that of the host n1 (cluster.yaml:7:5)\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend: yes }\n"
	  "                                           ^~~~~~~~\n"
	  "  try: another address for one of them\n" },
	{ "a boot server lends",
	  BASE "memory: { hosts: { s1: { address: 10.0.0.1 } } }\n"
	       "nodes:\n"
	       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:1G }\n",
	  "" },
	{ "values of memory",
	  BASE
	  "memory: { lease: 1s, deadline: 5, policy: kill, line-port: 70000, server: s2, racks: { r1: x } }\n"
	  "nodes: { n1: { image: deb, mac: 52:54:00:00:00:01 } }\n",
	  "cluster.yaml:5:18: error: 'lease' has to be a time as 30m, 1h or 2d, from 10s to 1d, not '1s'\n"
	  "  memory: { lease: 1s, deadline: 5, policy: kill, line-port: 70000, server: s2, racks: { r1: x } }\n"
	  "                   ^~\n"
	  "cluster.yaml:5:32: error: 'deadline' has to be a time as 30m, 1h or 2d, from 1s to 1d, not '5'\n"
	  "  memory: { lease: 1s, deadline: 5, policy: kill, line-port: 70000, server: s2, racks: { r1: x } }\n"
	  "                                 ^\n"
	  "  try: 5s\n"
	  "cluster.yaml:5:43: error: 'policy' has to be one of wait stop-processes, not 'kill'\n"
	  "  memory: { lease: 1s, deadline: 5, policy: kill, line-port: 70000, server: s2, racks: { r1: x } }\n"
	  "                                            ^~~~\n"
	  "cluster.yaml:5:60: error: 'line-port' has to be a number from 1 to 65535, not '70000'\n"
	  "  memory: { lease: 1s, deadline: 5, policy: kill, line-port: 70000, server: s2, racks: { r1: x } }\n"
	  "                                                             ^~~~~\n"
	  "  try: 65535\n"
	  "cluster.yaml:5:75: error: there is no server 's2'\n"
	  "  memory: { lease: 1s, deadline: 5, policy: kill, line-port: 70000, server: s2, racks: { r1: x } }\n"
	  "                                                                            ^~\n"
	  "  try: s1\n"
	  "cluster.yaml:5:86: error: 'racks' has to be a list, or a text, not a map\n"
	  "  memory: { lease: 1s, deadline: 5, policy: kill, line-port: 70000, server: s2, racks: { r1: x } }\n"
	  "                                                                                       ^\n" },
	{ "several servers could broker",
	  CLUSTER NETWORK
	  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] }, s2: { address: 10.0.0.3, roles: boot } }\n" IMAGE
	  "nodes:\n"
	  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend: yes, server: s1 }\n",
	  "cluster.yaml:6:3: error: memory is lent, and several servers have the role boot\n"
	  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lend: yes, server: s1 }\n"
	  "    ^~\n"
	  "  try: memory: { server: NAME }, with the one that brokers\n" },
};

#define COUNT (sizeof(examples) / sizeof(examples[0]))

static int load(const char *definition, struct cluster *cluster, struct text *findings_text)
{
	struct cluster_edit edit = { "cluster.yaml", definition, strlen(definition) };
	struct cluster_options options = { .skip_files = true, .edits = &edit, .edit_count = 1 };
	struct findings findings = { 0 };
	struct fault fault = { 0 };
	int error = cluster_load_with(cluster, "cluster.yaml", &options, &findings, &fault);

	findings_to_text(&findings, findings_text);
	findings_free(&findings);
	return error;
}

static void says_it_to_the_letter(void **state)
{
	const struct example *example = *state;
	struct text text = { 0 };
	struct cluster cluster;

	load(example->definition, &cluster, &text);
	assert_string_equal(text_string(&text), example->findings);
	cluster_free(&cluster);
	text_free(&text);
}

static void load_well(const char *definition, struct cluster *cluster)
{
	struct text text = { 0 };

	assert_int_equal(load(definition, cluster, &text), 0);
	assert_string_equal(text_string(&text), "");
	text_free(&text);
}

static void values_of_memory_have_defaults(void **state)
{
	struct cluster cluster;
	const struct cluster_node *n1, *n2;

	(void)state;
	load_well(
		BASE
		"nodes:\n"
		"  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, swap: remote:1G }\n"
		"  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb, lend: yes }\n",
		&cluster);
	n1 = cluster_find_node(&cluster, "n1");
	n2 = cluster_find_node(&cluster, "n2");
	assert_true(cluster.memory.used);
	assert_string_equal(cluster.memory.server->name, "s1");
	assert_int_equal(cluster.memory.lease_s, 30);
	assert_int_equal(cluster.memory.deadline_s, 300);
	assert_string_equal(cluster.memory.policy, "wait");
	assert_int_equal(cluster.memory.line_port, 0);
	assert_string_equal(n1->swap, "remote:1G");
	assert_true(n1->borrow && !n1->lend && !n1->rack && !n1->borrow_bytes_max);
	assert_string_equal(n1->values[NODE_BORROW].text, "yes");
	assert_true(n2->lend && !n2->borrow && !n2->swap);
	assert_string_equal(n2->values[NODE_BORROW].text, "no");
	assert_string_equal(n2->values[NODE_SWAP].text, "none");
	cluster_free(&cluster);
}

static void values_of_memory_are_taken(void **state)
{
	struct cluster cluster;
	const struct cluster_node *node;

	(void)state;
	load_well(BASE
		  "memory:\n"
		  "  lease: 1m\n"
		  "  deadline: 1h\n"
		  "  policy: stop-processes\n"
		  "  line-port: 7001\n"
		  "  racks: [r1, r2]\n"
		  "  hosts:\n"
		  "    h2: { address: 10.0.0.9, rack: r2, reserve: 2G }\n"
		  "    h1: { address: 192.168.1.5 }\n"
		  "profiles: { p: { image: deb, swap: remote:1G, rack: r1 } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: p, swap: none,\n"
		  "        lend: on, borrow: true, borrow-limit: 3G, lend-reserve: 5G }\n",
		  &cluster);
	node = cluster_find_node(&cluster, "n1");
	assert_int_equal(cluster.memory.lease_s, 60);
	assert_int_equal(cluster.memory.deadline_s, 3600);
	assert_string_equal(cluster.memory.policy, "stop-processes");
	assert_int_equal(cluster.memory.line_port, 7001);
	assert_int_equal(cluster.memory.host_count, 2);
	assert_string_equal(cluster.memory.hosts[0].name, "h1");
	assert_int_equal(cluster.memory.hosts[0].address, 0xc0a80105);
	assert_null(cluster.memory.hosts[0].rack);
	assert_string_equal(cluster.memory.hosts[1].rack, "r2");
	assert_int_equal(cluster.memory.hosts[1].reserve_bytes, (uint64_t)2 << 30);
	assert_true(node->lend && node->borrow && !node->swap);
	assert_int_equal(node->borrow_bytes_max, (uint64_t)3 << 30);
	assert_int_equal(node->lend_reserve_bytes, (uint64_t)5 << 30);
	assert_string_equal(node->rack, "r1");
	cluster_free(&cluster);
}

static void without_members_nothing_is_lent(void **state)
{
	struct cluster cluster;

	(void)state;
	load_well(BASE "memory: { lease: 1m }\n"
		       "nodes: { n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb } }\n",
		  &cluster);
	assert_false(cluster.memory.used);
	cluster_free(&cluster);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(values_of_memory_have_defaults),
		cmocka_unit_test(values_of_memory_are_taken),
		cmocka_unit_test(without_members_nothing_is_lent),
	};
	struct CMUnitTest tests[COUNT + sizeof(others) / sizeof(others[0])];

	for (size_t i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ .name = examples[i].name,
						.test_func = says_it_to_the_letter,
						.initial_state = (void *)&examples[i] };
	memcpy(tests + COUNT, others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
