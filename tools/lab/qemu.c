// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's command line for a node; see qemu.h. */
#include "tools/lab/qemu.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/text.h"

/* Debian's package ovmf. The variables are each node's own. */
#define OVMF_CODE "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define OVMF_VARS "/usr/share/OVMF/OVMF_VARS_4M.fd"

#define VARS_BYTES_MAX	 (16u << 20)
#define INITRD_BYTES_MAX (1u << 30)

__attribute__((format(printf, 2, 3))) static void add(struct qemu_words *words, const char *format,
						      ...)
{
	va_list values;

	if (words->count == QEMU_WORDS_MAX) {
		words->error = E2BIG;
		return;
	}
	va_start(values, format);
	if (vasprintf(&words->words[words->count], format, values) < 0)
		words->error = ENOMEM;
	else
		words->count++;
	va_end(values);
}

void qemu_words_free(struct qemu_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->words[i]);
	words->count = 0;
}

/*
 * graphics=off makes SeaBIOS and iPXE write to the serial port. qemu64 alone has no source of
 * randomness, which every machine of the last ten years has.
 */
static void add_machine(struct qemu_words *words, const struct node_options *options)
{
	bool kvm = !strncmp(options->accelerator, "kvm", 3);

	add(words, "qemu-system-x86_64");
	add(words, "-name");
	add(words, "%s", options->name);
	add(words, "-machine");
	add(words, "q35,graphics=off");
	add(words, "-accel");
	add(words, "%s", options->accelerator);
	add(words, "-cpu");
	add(words, "%s", kvm ? "host" : "qemu64,+rdrand");
	add(words, "-smp");
	add(words, "%u", options->cpus);
	add(words, "-m");
	add(words, "%u", options->memory_mib);
	add(words, "-nodefaults");
	add(words, "-display");
	add(words, "none");
	add(words, "-S");
	if (options->no_reboot)
		add(words, "-no-reboot");
}

/* The console: a file with everything, and a socket for whoever wants to type. */
static void add_channels(struct qemu_words *words, const struct node_options *options, int qmp)
{
	add(words, "-chardev");
	add(words,
	    "socket,id=console,path=" LAB_RUN_DIR
	    "/%s.serial,server=on,wait=off,logfile=%s.console,logappend=on",
	    options->name, options->name);
	add(words, "-serial");
	add(words, "chardev:console");
	add(words, "-chardev");
	add(words, "socket,id=qmp,fd=%d,server=on,wait=off", qmp);
	add(words, "-mon");
	add(words, "chardev=qmp,mode=control");
}

/*
 * QEMU's own ROMs are iPXE, for BIOS and UEFI both. Under UEFI, a virtio NIC goes without: OVMF has
 * a driver for it, and so the node takes the way of most machines, through TFTP and snponly.efi.
 */
static const char *rom_of(const struct node_options *options, bool virtio)
{
	if (options->firmware == NODE_DIRECT || (options->firmware == NODE_UEFI && virtio))
		return ",romfile=";
	return "";
}

static void add_nic(struct qemu_words *words, const struct node_options *options, unsigned int nic,
		    int tap)
{
	const char *model = options->nics[nic].model;
	bool virtio = !strcmp(model, "virtio");

	add(words, "-netdev");
	add(words, "tap,id=net%u,fd=%d", nic, tap);
	add(words, "-device");
	add(words, "%s,netdev=net%u,mac=%s%s,bootindex=%u", virtio ? "virtio-net-pci" : model, nic,
	    options->nics[nic].mac, rom_of(options, virtio), nic + 1);
}

static int add_uefi(struct qemu_words *words, const struct node_options *options,
		    struct fault *fault)
{
	char vars[LAB_NAME_BYTES];
	size_t length;
	char *data;
	int error = fs_read_file(OVMF_VARS, VARS_BYTES_MAX, &data, &length, fault);

	if (error == -ENOENT)
		return fault_set(fault, ENOENT, "read UEFI variables", OVMF_VARS,
				 "install the package ovmf");
	if (error)
		return error;
	snprintf(vars, sizeof(vars), LAB_RUN_DIR "/%s.vars", options->name);
	error = fs_write_file(vars, data, length, 0600, fault);
	free(data);
	add(words, "-drive");
	add(words, "if=pflash,unit=0,format=raw,readonly=on,file=" OVMF_CODE);
	add(words, "-drive");
	add(words, "if=pflash,unit=1,format=raw,file=%s", vars);
	return error;
}

/* The kernel unpacks archives that follow each other; each begins at a multiple of four bytes. */
static int join_initrds(const struct node_options *options, const char *path, struct fault *fault)
{
	struct text joined = { 0 };
	int error = 0;

	for (size_t i = 0; !error && i < options->initrd_count; i++) {
		size_t length;
		char *data;

		error = fs_read_file(options->initrds[i], INITRD_BYTES_MAX, &data, &length, fault);
		if (error)
			break;
		text_add_bytes(&joined, data, length);
		text_add_bytes(&joined, "\0\0\0", (4 - length % 4) % 4);
		free(data);
	}
	if (!error && joined.error)
		error = fault_set(fault, ENOMEM, "join initrds to", path, NULL);
	if (!error)
		error = fs_write_file(path, text_string(&joined), joined.length, 0644, fault);
	text_free(&joined);
	return error;
}

static int add_kernel(struct qemu_words *words, const struct node_options *options,
		      struct fault *fault)
{
	char initrd[LAB_NAME_BYTES];
	int error = 0;

	if (!options->kernel)
		return fault_set(fault, EINVAL, "boot directly", options->name,
				 "name a kernel with --kernel FILE");
	add(words, "-kernel");
	add(words, "%s", options->kernel);
	add(words, "-append");
	add(words, NODE_KERNEL_WORDS "%s%s", options->append ? " " : "",
	    options->append ? options->append : "");
	if (options->initrd_count == 0)
		return 0;
	snprintf(initrd, sizeof(initrd), LAB_RUN_DIR "/%s.initrd", options->name);
	if (options->initrd_count > 1)
		error = join_initrds(options, initrd, fault);
	add(words, "-initrd");
	add(words, "%s", options->initrd_count > 1 ? initrd : options->initrds[0]);
	return error;
}

int qemu_words(const struct node_options *options, const int taps[static LAB_NICS_MAX], int qmp,
	       struct qemu_words *words, struct fault *fault)
{
	int error = 0;

	add_machine(words, options);
	add_channels(words, options, qmp);
	for (unsigned int i = 0; i < options->nic_count; i++)
		add_nic(words, options, i, taps[i]);
	if (options->firmware == NODE_UEFI)
		error = add_uefi(words, options, fault);
	else if (options->firmware == NODE_DIRECT)
		error = add_kernel(words, options, fault);
	for (char *const *word = options->extra; word && *word; word++)
		add(words, "%s", *word);
	if (!error && words->error)
		error = fault_set(fault, words->error, "write the command line of QEMU for",
				  options->name, NULL);
	return error;
}
