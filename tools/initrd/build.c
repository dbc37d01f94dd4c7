// SPDX-License-Identifier: GPL-2.0-only
/* Building an initrd; see build.h. */
#include "tools/initrd/build.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/initrd/archive.h"
#include "tools/initrd/elf_needs.h"
#include "tools/initrd/firmware.h"
#include "tools/initrd/node.h"
#include "tools/initrd/own_program.h"
#include "tools/initrd/program.h"
#include "tools/initrd/segment_cache.h"
#include "tools/initrd/wired.h"
#include "userspace/lib/fs.h"

#define MODULE_BYTES_MAX  (256u << 20)
#define PROGRAM_BYTES_MAX (64u << 20)

/* Sessions, disks, their checksums, and the digests of CHAP that no kernel has built in. */
#define ISCSI_MODULES "iscsi_tcp,sd_mod,crc32c_generic,algif_hash,sha3_generic"

/* Sessions, disks, dm-crypt and its cipher: what wireroot-swap loads itself. */
#define SWAP_MODULES ISCSI_MODULES ",dm_crypt,xts"
#define SWAP_LIST    "etc/wireroot/swap-modules"

static int no_memory(struct fault *fault)
{
	return fault_set(fault, ENOMEM, "build initrd", "", NULL);
}

static const char *firmware_directory(const struct build_request *request)
{
	return request->firmware ? request->firmware : "/lib/firmware";
}

static int want_names(struct closure *closure, const char *names, enum module_group group,
		      const char *firmware, struct fault *fault)
{
	char *copy = strdup(names);
	char *rest = copy, *name;
	int error = copy ? 0 : no_memory(fault);

	while (!error && (name = strsep(&rest, ","))) {
		if (group == MODULE_NET && strcmp(name, "auto") == 0)
			error = closure_want_wired(closure, firmware, fault);
		else if (*name)
			error = closure_want(closure, name, group, fault);
	}
	free(copy);
	return error;
}

static int collect_modules(const struct build_request *request, struct build_result *result,
			   struct fault *fault)
{
	const struct {
		const char *names;
		enum module_group group;
		bool wanted;
	} wishes[] = {
		{ request->drivers, MODULE_NET, true },
		{ "nfsv4,nfsv3", MODULE_ROOT, !request->without_nfs },
		{ "overlay", MODULE_OVERLAY, request->overlay },
		{ "8021q", MODULE_VLAN, request->vlan },
		{ ISCSI_MODULES, MODULE_ISCSI, request->iscsi },
		{ "iscsi_ibft", MODULE_ISCSI, request->iscsistart },
		{ "ext4", MODULE_ISCSI,
		  request->iscsi && (request->ext4 || !(request->xfs || request->btrfs)) },
		{ "xfs", MODULE_ISCSI, request->iscsi && request->xfs },
		{ "btrfs", MODULE_ISCSI, request->iscsi && request->btrfs },
	};
	int error = closure_begin(&result->closure, &result->tree, fault);

	for (size_t i = 0; !error && i < sizeof(wishes) / sizeof(wishes[0]); i++)
		if (wishes[i].wanted)
			error = want_names(&result->closure, wishes[i].names, wishes[i].group,
					   firmware_directory(request), fault);
	return error;
}

/* In a list of its own, since the init never wants these: they are loaded beside its own. */
static int collect_swap_modules(const struct build_request *request, struct build_result *result,
				struct fault *fault)
{
	/* The cipher in the processor's own instructions. */
	static const char *const if_there[] = { "aesni_intel", "aes_ce_blk" };
	struct closure *closure = &result->swap_closure;
	struct fault ignored;
	int error;

	if (!request->swap)
		return 0;
	error = closure_begin(closure, &result->tree, fault);
	if (!error)
		error = want_names(closure, SWAP_MODULES, MODULE_NET, firmware_directory(request),
				   fault);
	for (size_t i = 0; !error && i < sizeof(if_there) / sizeof(if_there[0]); i++)
		(void)closure_want(closure, if_there[i], MODULE_NET, &ignored);
	return error;
}

/*
 * The archive is compressed as a whole, which is smaller and quicker to load than modules
 * compressed one by one. What is in the file, its signature included, stays as it is.
 */
static int add_module(struct archive_tree *tree, const char *version,
		      const struct closure_module *module, struct fault *fault)
{
	struct text unpacked = { 0 };
	char path[PATH_MAX];
	char *data;
	size_t length, consumed;
	int error = fs_read_file(module->source, MODULE_BYTES_MAX, &data, &length, fault);

	if (error)
		return error;
	if (compression_detect(data, length) != COMPRESSION_NONE) {
		error = compression_unpack(compression_detect(data, length), data, length,
					   MODULE_BYTES_MAX, &unpacked, &consumed, fault);
		free(data);
		length = unpacked.length;
		data = unpacked.data;
		if (error) {
			text_free(&unpacked);
			return fault_set(fault, error, "unpack module", module->source, NULL);
		}
	}
	snprintf(path, sizeof(path), "lib/modules/%s/%s", version, module->path);
	return archive_tree_add_file(tree, path, 0644, data, length, fault);
}

static int note_missing(struct build_result *result, const char *name, struct fault *fault)
{
	char **more = reallocarray(result->missing_firmware, result->missing_firmware_count + 1,
				   sizeof(*more));

	if (!more)
		return no_memory(fault);
	result->missing_firmware = more;
	more[result->missing_firmware_count] = strdup(name);
	if (!more[result->missing_firmware_count])
		return no_memory(fault);
	result->missing_firmware_count++;
	return 0;
}

static int add_firmware(struct archive_tree *tree, const struct build_request *request,
			struct build_result *result, const struct closure_module *module,
			struct fault *fault)
{
	const char *directory = firmware_directory(request);
	bool found;
	int error = 0;

	for (unsigned int i = 0; !error && i < module->firmware_count; i++) {
		error = firmware_add(tree, directory, result->tree.version, module->firmware[i],
				     &found, fault);
		if (!error && !found)
			error = note_missing(result, module->firmware[i], fault);
	}
	return error;
}

static bool is_in(const struct closure *closure, const char *path)
{
	for (unsigned int i = 0; i < closure->count; i++)
		if (strcmp(closure->modules[i].path, path) == 0)
			return true;
	return false;
}

static int fill_swap_modules(struct archive_tree *tree, const struct build_result *result,
			     struct fault *fault)
{
	const struct closure *closure = &result->swap_closure;
	int error = 0;

	for (unsigned int i = 0; !error && i < closure->count; i++)
		if (!is_in(&result->closure, closure->modules[i].path))
			error = add_module(tree, result->tree.version, &closure->modules[i], fault);
	return error;
}

/* Modules and firmware: what depends on the kernel and the wanted drivers only. */
static int fill_modules(struct archive_tree *tree, const struct build_request *request,
			struct build_result *result, struct fault *fault)
{
	const struct closure *closure = &result->closure;
	int error = 0;

	for (unsigned int i = 0; !error && i < closure->count; i++) {
		error = add_module(tree, result->tree.version, &closure->modules[i], fault);
		if (!error)
			error = add_firmware(tree, request, result, &closure->modules[i], fault);
	}
	return error;
}

static int add_text(struct archive_tree *tree, const char *path, mode_t permissions,
		    struct text *text, struct fault *fault)
{
	size_t length = text->length;
	char *data = text_take(text);

	if (!data)
		return no_memory(fault);
	return archive_tree_add_file(tree, path, permissions, data, length, fault);
}

static int add_lists(struct archive_tree *tree, const struct closure *closure, struct fault *fault)
{
	struct text modules = { 0 }, aliases = { 0 }, release = { 0 };
	int error;

	closure_write_modules(closure, &modules);
	closure_write_aliases(closure, &aliases);
	text_add(&release, "NAME=\"Wireroot\"\n"
			   "ID=wireroot\n"
			   "VERSION_ID=" WIREROOT_VERSION "\n"
			   "PRETTY_NAME=\"Wireroot " WIREROOT_VERSION " (initrd)\"\n");
	error = add_text(tree, "etc/wireroot/modules", 0644, &modules, fault);
	if (!error && aliases.length)
		error = add_text(tree, "etc/wireroot/aliases", 0644, &aliases, fault);
	if (!error)
		error = add_text(tree, "etc/initrd-release", 0644, &release, fault);
	text_free(&modules);
	text_free(&aliases);
	text_free(&release);
	return error;
}

static int add_program(struct archive_tree *tree, const char *path, const char *source,
		       struct fault *fault)
{
	char *data;
	size_t length;
	int error = fs_read_file(source, PROGRAM_BYTES_MAX, &data, &length, fault);

	return error ? error : archive_tree_add_file(tree, path, 0755, data, length, fault);
}

static int add_swap(struct archive_tree *tree, const struct closure *closure, struct fault *fault)
{
	struct text list = { 0 };
	char source[PATH_MAX];
	int error;

	own_program("wireroot-swap", source);
	error = add_program(tree, "sbin/wireroot-swap", source, fault);
	if (error)
		return error == -ENOENT
			       ? fault_set(fault, ENOENT, "add the client for swap", source,
					   "install it beside the wireroot command")
			       : error;
	for (unsigned int i = 0; i < closure->count; i++)
		text_printf(&list, "%s\n", closure->modules[i].path);
	error = add_text(tree, SWAP_LIST, 0644, &list, fault);
	text_free(&list);
	return error;
}

static int add_iscsi(struct archive_tree *tree, struct fault *fault)
{
	char source[PATH_MAX];
	int error;

	own_program("wireroot-iscsi", source);
	error = add_program(tree, "sbin/wireroot-iscsi", source, fault);
	return error == -ENOENT ? fault_set(fault, ENOENT, "add the iSCSI client", source,
					    "install it beside the wireroot command")
				: error;
}

/* With its libraries it is several times larger than all else together. */
static int add_iscsistart(struct archive_tree *tree, const char *source, struct fault *fault)
{
	int error;

	if (!source)
		source = fs_is_file("/sbin/iscsistart") ? "/sbin/iscsistart"
							: "/usr/sbin/iscsistart";
	error = program_add(tree, "sbin/iscsistart", source, fault);
	return error == -ENOENT && strcmp(fault->peer, source) == 0
		       ? fault_set(fault, ENOENT, "add iscsistart", source,
				   "install open-iscsi, or give --iscsistart FILE")
		       : error;
}

/* Does the file want a dynamic linker, which an initrd need not have? */
static bool is_dynamic(const char *data, size_t length)
{
	struct elf_needs needs;

	return elf_needs_parse(data, length, &needs) == 0 && needs.interpreter;
}

static int add_rescue(struct archive_tree *tree, const char *busybox, struct fault *fault)
{
	const struct archive_file *file;
	int error;

	if (!busybox)
		busybox = "/bin/busybox";
	error = add_program(tree, "bin/busybox", busybox, fault);
	if (error == -ENOENT)
		return fault_set(fault, ENOENT, "add rescue shell", busybox,
				 "install busybox-static, or give --busybox FILE");
	if (error)
		return error;
	file = &tree->files[tree->count - 1];
	if (is_dynamic(file->data, file->length))
		return fault_set(fault, EINVAL, "add rescue shell", busybox,
				 "it is linked dynamically; install busybox-static");
	return archive_tree_add_link(tree, "bin/sh", "busybox", fault);
}

static int add_directories(struct archive_tree *tree, struct fault *fault)
{
	static const char *const names[] = { "dev", "proc", "sys", "run", "root" };
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(names) / sizeof(names[0]); i++)
		error = archive_tree_add_directory(tree, names[i], 0755, fault);
	/* The kernel opens the console for /init before that can mount devtmpfs. */
	if (!error)
		error = archive_tree_add_device(tree, "dev/console", 0600, 5, 1, fault);
	if (!error)
		error = archive_tree_add_device(tree, "dev/null", 0666, 1, 3, fault);
	return error;
}

/* The init and its files. */
static int fill_init(struct archive_tree *tree, const struct build_request *request,
		     struct build_result *result, const struct log *log, struct fault *fault)
{
	char init[PATH_MAX];
	int error = add_directories(tree, fault);

	if (request->init)
		snprintf(init, sizeof(init), "%s", request->init);
	else
		own_program("init", init);
	if (!error) {
		error = add_program(tree, "init", init, fault);
		if (error == -ENOENT)
			fault_set(fault, ENOENT, "add init", init, "give --init FILE");
	}
	if (!error && request->iscsi)
		error = add_iscsi(tree, fault);
	if (!error && request->swap)
		error = add_swap(tree, &result->swap_closure, fault);
	if (!error) /* initramfs/early.h says what for */
		error = archive_tree_add_link(tree, "sbin/modprobe", "../init", fault);
	if (!error)
		error = add_lists(tree, &result->closure, fault);
	if (!error && request->node_conf) {
		struct text contents = { 0 };

		error = node_file_read(request->node_conf, &contents, log, fault);
		if (!error)
			error = add_text(tree, NODE_FILE_IN_INITRD, 0600, &contents, fault);
		text_free(&contents);
	}
	return error;
}

static int check_compression(enum compression compression, const char *config,
			     const struct kernel_tree *tree, struct fault *fault)
{
	char doing[sizeof(fault->doing)];

	if (!config || compression_supported(compression, config))
		return 0;
	snprintf(doing, sizeof(doing), "compress with %s for kernel",
		 compression_name(compression));
	return fault_set(fault, EOPNOTSUPP, doing, tree->version,
			 "its configuration says that it cannot unpack that");
}

/* The one asked for if the kernel can unpack it, else the first of zstd and xz that it can. */
static int choose_compression(const struct build_request *request, struct build_result *result,
			      struct fault *fault)
{
	static const enum compression best[] = { COMPRESSION_ZSTD, COMPRESSION_XZ };
	char *config;
	int error = kernel_tree_config(&result->tree, request->config, &config, fault);

	if (error)
		return error;
	if (request->compression) {
		result->compression = (enum compression)compression_from_name(request->compression);
		error = check_compression(result->compression, config, &result->tree, fault);
		free(config);
		return error;
	}
	if (!config)
		return fault_set(fault, ENOENT, "find configuration of kernel",
				 result->tree.version,
				 "give --config FILE, or --compression zstd, xz or none");
	error = -EOPNOTSUPP;
	for (size_t i = 0; error && i < sizeof(best) / sizeof(best[0]); i++) {
		result->compression = best[i];
		error = compression_supported(best[i], config) ? 0 : -EOPNOTSUPP;
	}
	free(config);
	return error ? fault_set(fault, EOPNOTSUPP, "choose compression for kernel",
				 result->tree.version,
				 "it unpacks neither zstd nor xz; give --compression none")
		     : 0;
}

/* Add @tree as a segment of @initrd. */
static int add_segment(struct archive_tree *tree, const char *cache, struct build_result *result,
		       struct text *initrd, bool *cached, struct fault *fault)
{
	struct text cpio = { 0 };
	int error = archive_tree_write(tree, &cpio, fault);

	if (!error)
		error = segment_pack(cache, result->compression, cpio.data, cpio.length, initrd,
				     cached, fault);
	/* The kernel looks for the next one at multiples of four. */
	text_add_bytes(initrd, "\0\0\0", (4 - initrd->length % 4) % 4);
	result->unpacked_length += cpio.length;
	text_free(&cpio);
	if (!error && initrd->error)
		error = no_memory(fault);
	return error;
}

static int add_segments(const struct build_request *request, struct build_result *result,
			struct text *initrd, const struct log *log, struct fault *fault)
{
	struct archive_tree modules = { 0 }, init = { 0 };
	bool ignored;
	int error = fill_init(&init, request, result, log, fault);

	if (!error)
		error = fill_modules(&modules, request, result, fault);
	if (!error)
		error = fill_swap_modules(&modules, result, fault);
	if (!error && request->iscsistart)
		error = add_iscsistart(&modules, request->iscsistart_file, fault);
	if (!error && request->rescue)
		error = add_rescue(&modules, request->busybox, fault);
	if (!error && modules.count)
		error = add_segment(&modules, request->cache, result, initrd, &result->cached,
				    fault);
	if (!error) /* quickly compressed, and different each time that the init is built */
		error = add_segment(&init, NULL, result, initrd, &ignored, fault);
	archive_tree_free(&modules);
	archive_tree_free(&init);
	return error;
}

int build_initrd(const struct build_request *request, struct build_result *result,
		 const struct log *log, struct fault *fault)
{
	struct text initrd = { 0 };
	int error;

	*result = (struct build_result){ 0 };
	error = kernel_tree_open(&result->tree, request->version, request->modules, log, fault);
	if (!error)
		error = choose_compression(request, result, fault);
	if (!error)
		error = collect_modules(request, result, fault);
	if (!error)
		error = collect_swap_modules(request, result, fault);
	if (!error)
		error = add_segments(request, result, &initrd, log, fault);
	if (!error)
		error = fs_write_file(request->output, initrd.data, initrd.length, 0644, fault);
	result->packed_length = initrd.length;
	text_free(&initrd);
	return error;
}

void build_free(struct build_result *result)
{
	closure_free(&result->closure);
	closure_free(&result->swap_closure);
	kernel_tree_close(&result->tree);
	for (unsigned int i = 0; i < result->missing_firmware_count; i++)
		free(result->missing_firmware[i]);
	free(result->missing_firmware);
	*result = (struct build_result){ 0 };
}
