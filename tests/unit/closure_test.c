// SPDX-License-Identifier: GPL-2.0-only
/* What a wanted module brings along, on a tree of tiny modules that the test makes. */
/* links: tools/initrd/closure.c tools/initrd/kernel_tree.c tools/initrd/wired.c */
/* links: tools/initrd/firmware.c tools/initrd/archive.c userspace/lib/fs.c userspace/lib/log.c */
/* links: userspace/lib/nearest.c userspace/lib/spawn.c userspace/lib/text.c */
/* links: initramfs/fault.c initramfs/module_list.c */
/* libraries: libkmod libarchive */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/initrd/closure.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/spawn.h"

#define VERSION "1.2.3-test"

struct module_source {
	const char *path;
	const char *modinfo; /* strings parted by '|' */
};

/* Names and relations as in real trees, small. */
static const struct module_source sources[] = {
	{ "drivers/net/virtio_net", "depends=virtio-ring,net_failover|alias=virtio:d00000001v*" },
	{ "drivers/net/net_failover", "depends=" },
	{ "drivers/virtio/virtio_ring", "depends=" },
	{ "drivers/virtio/virtio_pci", "depends=virtio_ring|alias=pci:v00001AF4d*sv*sd*bc*sc*i*" },
	{ "drivers/virtio/virtio_mmio", "depends=virtio_ring|alias=of:N*T*Cvirtio,mmio" },
	{ "drivers/net/ethernet/r8169",
	  "depends=|softdep=pre: realtek none post: r8169-late|alias=pci:v000010ECd00008168sv*sd*bc*sc*i*|"
	  "firmware=rtl_nic/one.fw" },
	{ "drivers/net/phy/realtek", "alias=mdio:0000" },
	{ "drivers/net/r8169-late", "depends=" },
	{ "drivers/net/ethernet/library", "depends=" },
	{ "drivers/net/ethernet/mlx4_core", "alias=pci:v000015B3d*sv*sd*bc*sc*i*" },
	{ "drivers/net/ethernet/mlx4_en", "depends=mlx4_core" },
	{ "drivers/net/ethernet/bnx2", "alias=pci:v000014E4d*sv*sd*bc*sc*i*|firmware=bnx2/one.fw" },
	{ "drivers/net/ethernet/mlxsw/mlxsw_core", "alias=pci:v000015B3d0000CB84sv*sd*bc*sc*i*" },
	{ "lib/circle_a", "softdep=pre: circle_b" },
	{ "lib/circle_b", "softdep=pre: circle_a" },
	{ "crypto/crc32c_fast", "alias=crc32c|alias=crypto-crc32c" },
	{ "crypto/crc32c_slow", "alias=crc32c" },
	{ "fs/broken", "depends=gone" },
};

struct fixture {
	char directory[64];
	struct kernel_tree tree;
	struct closure closure;
	struct fault fault;
};

/* An object file with a .modinfo section is all that depmod and libkmod want to see. */
static void make_module(const char *directory, const struct module_source *source)
{
	char object[PATH_MAX], assembly[PATH_MAX], parent[PATH_MAX];
	const char *const argv[] = { "cc", "-c", "-o", object, assembly, NULL };
	struct text text = { 0 };
	struct fault fault;
	char *modinfo = strdup(source->modinfo), *rest = modinfo, *string;

	snprintf(object, sizeof(object), "%s/kernel/%s.ko", directory, source->path);
	snprintf(assembly, sizeof(assembly), "%s/module.s", directory);
	snprintf(parent, sizeof(parent), "%s", object);
	*strrchr(parent, '/') = '\0';
	assert_int_equal(fs_make_dirs(parent, 0755, &fault), 0);
	text_add(&text, ".section .modinfo,\"a\"\n.string \"vermagic=" VERSION " SMP \"\n");
	while ((string = strsep(&rest, "|")))
		text_printf(&text, ".string \"%s\"\n", string);
	assert_int_equal(fs_write_file(assembly, text.data, text.length, 0644, &fault), 0);
	assert_int_equal(spawn_run(argv, &fault), 0);
	text_free(&text);
	free(modinfo);
}

static void make_file(const struct fixture *fixture, const char *name, const char *text)
{
	char path[160];
	struct fault fault;

	snprintf(path, sizeof(path), "%s/lib/modules/" VERSION "/%s", fixture->directory, name);
	assert_int_equal(fs_write_file(path, text, strlen(text), 0644, &fault), 0);
}

static int make_tree(void **state)
{
	static const char builtin[] = "kernel/net/core/failover.ko\n";
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char path[160];

	strcpy(fixture->directory, "/tmp/closure_test.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(path, sizeof(path), "%s/lib/modules/" VERSION, fixture->directory);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		make_module(path, &sources[i]);
	make_file(fixture, "modules.builtin", builtin);
	make_file(fixture, "modules.order", "");
	make_file(fixture, "modules.builtin.modinfo", "");
	*state = fixture;
	return 0;
}

static int remove_tree(void **state)
{
	struct fixture *fixture = *state;

	fs_remove_tree(fixture->directory, &fixture->fault);
	free(fixture);
	return 0;
}

static int begin(void **state)
{
	struct fixture *fixture = *state;
	struct log log = { .program = "closure_test", .level = LOG_LEVEL_ERROR };

	fixture->fault = (struct fault){ 0 };
	assert_int_equal(kernel_tree_open(&fixture->tree, VERSION, fixture->directory, &log,
					  &fixture->fault),
			 0);
	assert_int_equal(closure_begin(&fixture->closure, &fixture->tree, &fixture->fault), 0);
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	closure_free(&fixture->closure);
	kernel_tree_close(&fixture->tree);
	return 0;
}

static void assert_modules(const struct fixture *fixture, const char *expected)
{
	struct text text = { 0 };
	struct module_list list;
	struct fault fault;

	closure_write_modules(&fixture->closure, &text);
	assert_string_equal(text_string(&text), expected);
	/* The init takes it, which also checks the order. */
	assert_int_equal(module_list_parse(text.data, text.length, &list, &fault), 0);
	module_list_free(&list);
	text_free(&text);
}

static void tree_without_indexes_is_left_as_it_is(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/modules.dep.bin", fixture->tree.modules);
	assert_false(fs_is_file(path));
	assert_non_null(fixture->tree.temporary);
}

static void driver_comes_behind_its_dependencies_with_its_bus(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(closure_want(&fixture->closure, "virtio-net", MODULE_NET, &fixture->fault),
			 0);
	assert_modules(
		fixture,
		"dep virtio_ring kernel/drivers/virtio/virtio_ring.ko - -\n"
		"dep net_failover kernel/drivers/net/net_failover.ko - -\n"
		"net virtio_pci kernel/drivers/virtio/virtio_pci.ko virtio_ring -\n"
		"net virtio_net kernel/drivers/net/virtio_net.ko virtio_ring,net_failover -\n");
}

static void wanted_dependency_gets_its_own_group(void **state)
{
	struct fixture *fixture = *state;

	closure_want(&fixture->closure, "mlx4_en", MODULE_NET, &fixture->fault);
	assert_int_equal(fixture->closure.modules[0].group, MODULE_DEP);
	closure_want(&fixture->closure, "mlx4_core", MODULE_ROOT, &fixture->fault);
	closure_want(&fixture->closure, "mlx4_core", MODULE_DEP, &fixture->fault);
	assert_int_equal(fixture->closure.modules[0].group, MODULE_ROOT);
}

static void soft_dependencies_stand_before_and_behind(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(closure_want(&fixture->closure, "r8169", MODULE_NET, &fixture->fault), 0);
	assert_modules(fixture, "dep realtek kernel/drivers/net/phy/realtek.ko - -\n"
				"net r8169 kernel/drivers/net/ethernet/r8169.ko realtek -\n"
				"net r8169_late kernel/drivers/net/r8169-late.ko - -\n");
	assert_string_equal(fixture->closure.modules[1].firmware[0], "rtl_nic/one.fw");
}

static void circle_of_soft_dependencies_ends(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(closure_want(&fixture->closure, "circle_a", MODULE_NET, &fixture->fault),
			 0);
	assert_modules(fixture, "dep circle_b kernel/lib/circle_b.ko - -\n"
				"net circle_a kernel/lib/circle_a.ko circle_b -\n");
}

static void alias_stands_for_all_its_modules(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(closure_want(&fixture->closure, "crc32c", MODULE_ROOT, &fixture->fault),
			 0);
	assert_int_equal(fixture->closure.count, 2);
}

static void builtin_module_is_passed_over(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(closure_want(&fixture->closure, "failover", MODULE_NET, &fixture->fault),
			 0);
	assert_int_equal(fixture->closure.count, 0);
}

static void unknown_name_is_refused_with_the_nearest_one(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(closure_want(&fixture->closure, "virtio_nte", MODULE_NET, &fixture->fault),
			 -ENOENT);
	assert_string_equal(fixture->fault.peer, "virtio_nte");
	assert_string_equal(fixture->fault.hint, "did you mean virtio_net?");
	assert_int_equal(closure_want(&fixture->closure, "e1000e", MODULE_NET, &fixture->fault),
			 -ENOENT);
	assert_string_equal(fixture->fault.hint, "");
}

static void missing_dependency_is_named(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(closure_want(&fixture->closure, "broken", MODULE_ROOT, &fixture->fault),
			 -ENOENT);
	assert_string_equal(fixture->fault.peer, "gone");
}

static void all_wired_drivers_are_plugged_by_their_devices(void **state)
{
	struct fixture *fixture = *state;
	struct text aliases = { 0 };

	assert_int_equal(closure_want_wired(&fixture->closure, fixture->directory, &fixture->fault),
			 0);
	assert_modules(
		fixture,
		"dep virtio_ring kernel/drivers/virtio/virtio_ring.ko - -\n"
		"dep net_failover kernel/drivers/net/net_failover.ko - -\n"
		"plug virtio_pci kernel/drivers/virtio/virtio_pci.ko virtio_ring -\n"
		"plug virtio_net kernel/drivers/net/virtio_net.ko virtio_ring,net_failover -\n"
		"plug mlx4_core kernel/drivers/net/ethernet/mlx4_core.ko - -\n"
		"plug mlx4_en kernel/drivers/net/ethernet/mlx4_en.ko mlx4_core -\n"
		"dep realtek kernel/drivers/net/phy/realtek.ko - -\n"
		"plug r8169 kernel/drivers/net/ethernet/r8169.ko realtek -\n"
		"plug r8169_late kernel/drivers/net/r8169-late.ko - -\n");
	closure_write_aliases(&fixture->closure, &aliases);
	assert_string_equal(text_string(&aliases),
			    "pci:v00001AF4d*sv*sd*bc*sc*i* virtio_pci\n"
			    "virtio:d00000001v* virtio_net\n"
			    "pci:v000015B3d*sv*sd*bc*sc*i* mlx4_core\n"
			    "pci:v000015B3d*sv*sd*bc*sc*i* mlx4_en\n"
			    "pci:v000010ECd00008168sv*sd*bc*sc*i* r8169\n"
			    "pci:v000010ECd00008168sv*sd*bc*sc*i* r8169_late\n");
	text_free(&aliases);
}

static void driver_dead_without_firmware_is_left_out_only_then(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];

	assert_int_equal(closure_want_wired(&fixture->closure, fixture->directory, &fixture->fault),
			 0);
	assert_int_equal(fixture->closure.left_out_count, 1);
	assert_string_equal(fixture->closure.left_out[0], "bnx2");
	closure_free(&fixture->closure);

	snprintf(path, sizeof(path), "%s/updates/bnx2", fixture->directory);
	assert_int_equal(fs_make_dirs(path, 0755, &fixture->fault), 0);
	snprintf(path, sizeof(path), "%s/updates/bnx2/one.fw.xz", fixture->directory);
	assert_int_equal(fs_write_file(path, "", 0, 0644, &fixture->fault), 0);
	assert_int_equal(closure_begin(&fixture->closure, &fixture->tree, &fixture->fault), 0);
	assert_int_equal(closure_want_wired(&fixture->closure, fixture->directory, &fixture->fault),
			 0);
	assert_int_equal(fixture->closure.left_out_count, 0);
}

static void version_that_is_a_path_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct log log = { .program = "closure_test", .level = LOG_LEVEL_ERROR };
	struct kernel_tree tree;

	assert_int_equal(kernel_tree_open(&tree, "../1", fixture->directory, &log, &fixture->fault),
			 -EINVAL);
	kernel_tree_close(&tree);
	assert_int_equal(kernel_tree_open(&tree, "9", fixture->directory, &log, &fixture->fault),
			 -ENOENT);
	kernel_tree_close(&tree);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tree_without_indexes_is_left_as_it_is),
		TEST(driver_comes_behind_its_dependencies_with_its_bus),
		TEST(wanted_dependency_gets_its_own_group),
		TEST(soft_dependencies_stand_before_and_behind),
		TEST(circle_of_soft_dependencies_ends),
		TEST(alias_stands_for_all_its_modules),
		TEST(builtin_module_is_passed_over),
		TEST(unknown_name_is_refused_with_the_nearest_one),
		TEST(missing_dependency_is_named),
		TEST(all_wired_drivers_are_plugged_by_their_devices),
		TEST(driver_dead_without_firmware_is_left_out_only_then),
		TEST(version_that_is_a_path_is_refused),
	};

	return cmocka_run_group_tests_name("closure", tests, make_tree, remove_tree);
}
