// SPDX-License-Identifier: GPL-2.0-only
/* What a cluster's definition means for a lab. */
/* links: tools/lab/definition.c tools/lab/network.c tools/lab/bridge.c tools/cluster/cluster.c */
/* links: tools/cluster/arena.c tools/cluster/table.c tools/cluster/names.c */
/* links: userspace/lib/fs.c userspace/lib/spawn.c userspace/lib/text.c initramfs/fault.c */
/* links: initramfs/value.c */
/* libraries: jansson */
#include "tools/lab/definition.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct cluster_network rack = { .name = "rack",
				       .subnet = 0x0a010200, /* 10.1.2.0 */
				       .prefix = 23,
				       .interface = "eno1.5",
				       .domain = "rack.example" };
static struct cluster_network files = { .name = "files", .subnet = 0x0a090000, .prefix = 16 };

static const struct iscsi_portal portals[] = {
	{ 0x0a090001, 3260 }, { 0x0a090009, 3260 }, { 0x0a010101, 3260 }, { 0x0a090009, 3261 }
};

static struct cluster_server servers[] = {
	{ .name = "boot1",
	  .address = 0x0a010201,
	  .network = &rack,
	  .roles = SERVER_BOOT,
	  .http_port = 80 },
	{ .name = "files",
	  .address = 0x0a090001,
	  .network = &files,
	  .roles = SERVER_NFS | SERVER_ISCSI,
	  .portals = portals,
	  .portal_count = 4,
	  .http_port = 8017 },
};

static struct cluster two_servers(void)
{
	return (struct cluster){
		.name = "test", .domain = "example", .servers = servers, .server_count = 2
	};
}

static void lab_is_the_server_that_boots_nodes(void **state)
{
	struct cluster cluster = two_servers();
	struct lab_network network;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(lab_network_from_cluster(&cluster, NULL, &network, &fault), 0);
	assert_string_equal(network.server, "boot1");
	assert_string_equal(network.address, "10.1.2.1");
	assert_int_equal(network.prefix, 23);
	assert_int_equal(network.http_port, 80);
	assert_string_equal(network.bridge, "eno1.5");
	assert_string_equal(network.domain, "rack.example");
	assert_true(network.boots);
	assert_false(network.exports);
}

static void lab_is_the_server_that_was_named(void **state)
{
	struct cluster cluster = two_servers();
	struct lab_network network;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(lab_network_from_cluster(&cluster, "files", &network, &fault), 0);
	assert_string_equal(network.address, "10.9.0.1");
	assert_string_equal(network.bridge, "lab");
	assert_string_equal(network.domain, "example");
	assert_true(network.exports);
	assert_false(network.boots);
	assert_int_equal(network.more_count, 2);
	assert_string_equal(network.more[0], "10.9.0.9");
	assert_string_equal(network.more[1], "10.1.1.1");
	assert_int_equal(lab_network_from_cluster(&cluster, "files2", &network, &fault), -ENOENT);
}

static void one_of_several_boot_servers_must_be_named(void **state)
{
	struct cluster_server both[] = { servers[0], servers[0] };
	struct cluster cluster = { .name = "test", .servers = both, .server_count = 2 };
	struct lab_network network;
	struct fault fault = { 0 };

	(void)state;
	both[0].name = "boot0";
	assert_int_equal(lab_network_from_cluster(&cluster, NULL, &network, &fault), -EINVAL);
	assert_non_null(strstr(fault.hint, "--server"));
	assert_int_equal(lab_network_from_cluster(&cluster, "boot0", &network, &fault), 0);
}

static void tagged_network_is_refused(void **state)
{
	struct cluster_network tagged = rack;
	struct cluster_server server = servers[0];
	struct cluster cluster = { .name = "test", .servers = &server, .server_count = 1 };
	struct lab_network network;
	struct fault fault = { 0 };

	(void)state;
	tagged.vlan = 10;
	server.network = &tagged;
	assert_int_equal(lab_network_from_cluster(&cluster, NULL, &network, &fault), -EOPNOTSUPP);
}

static void nfs_is_by_ganesha_in_a_lab(void **state)
{
	struct cluster cluster = two_servers();

	(void)state;
	lab_adapt_cluster(&cluster);
	assert_true(servers[1].ganesha);
}

static void machine_is_the_definitions(void **state)
{
	struct cluster_node node = { .name = "n01",
				     .has_mac = true,
				     .mac = { 0x52, 0x54, 0, 0xab, 1, 2 },
				     .lab_uefi = true,
				     .lab_nic = "e1000e",
				     .lab_memory_mib = 768,
				     .lab_cpus = 3 };
	struct lab_network network = lab_network_default();
	struct node_options options = { 0 };

	(void)state;
	lab_node_from_cluster(&node, &network, &options);
	assert_int_equal(options.firmware, NODE_UEFI);
	assert_int_equal(options.memory_mib, 768);
	assert_int_equal(options.cpus, 3);
	assert_int_equal(options.nic_count, 1);
	assert_string_equal(options.nics[0].model, "e1000e");
	assert_string_equal(options.nics[0].mac, "52:54:00:ab:01:02");
	assert_string_equal(options.nics[0].bridge, "lab");
	node.has_mac = false;
	node.lab_uefi = false;
	lab_node_from_cluster(&node, &network, &options);
	assert_string_equal(options.nics[0].mac, "");
	assert_int_equal(options.firmware, NODE_BIOS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lab_is_the_server_that_boots_nodes),
		cmocka_unit_test(lab_is_the_server_that_was_named),
		cmocka_unit_test(one_of_several_boot_servers_must_be_named),
		cmocka_unit_test(tagged_network_is_refused),
		cmocka_unit_test(nfs_is_by_ganesha_in_a_lab),
		cmocka_unit_test(machine_is_the_definitions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
