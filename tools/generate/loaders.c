// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot loaders, as Debian's packages have them: iPXE always, others for nodes that use them.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <stdio.h>

#include "userspace/lib/fs.h"

struct loader {
	const char *path, *source, *package;
	enum node_loader used_by;
};

static const struct loader loaders[] = {
	{ "tftp/undionly.kpxe", "/usr/lib/ipxe/undionly.kpxe", "ipxe", LOADER_IPXE },
	{ "tftp/snponly.efi", "/usr/lib/ipxe/snponly.efi", "ipxe", LOADER_IPXE },
	{ "http/ipxe/snponly.efi", "/usr/lib/ipxe/snponly.efi", "ipxe", LOADER_IPXE },
	{ "tftp/pxelinux.0", "/usr/lib/PXELINUX/pxelinux.0", "pxelinux", LOADER_PXELINUX },
	{ "tftp/ldlinux.c32", "/usr/lib/syslinux/modules/bios/ldlinux.c32", "syslinux-common",
	  LOADER_PXELINUX },
	{ "tftp/grubnetx64.efi", "/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed",
	  "grub-efi-amd64-signed", LOADER_GRUB },
};

static int add_loader(struct file_set *set, const struct loader *loader, struct fault *fault)
{
	char hint[sizeof(fault->hint)];

	if (fs_is_file(loader->source))
		return file_set_add_source(set, loader->path, 0644, loader->source, fault);
	snprintf(hint, sizeof(hint), "install the package %s", loader->package);
	return fault_set(fault, ENOENT, "read boot loader", loader->source, hint);
}

int generate_loaders(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	bool several;
	int error = 0;

	if (!generator_first_boot_server(generator, &several))
		return 0;
	for (size_t i = 0; !error && i < sizeof(loaders) / sizeof(loaders[0]); i++)
		if (loaders[i].used_by == LOADER_IPXE ||
		    generator->loaders >> loaders[i].used_by & 1)
			error = add_loader(set, &loaders[i], fault);
	return error;
}
