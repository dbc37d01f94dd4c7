// SPDX-License-Identifier: GPL-2.0-only
/* Knowledge about drivers of wired network interfaces; see wired.h. */
#include "tools/initrd/wired.h"

#include <stddef.h>
#include <string.h>

const struct companion wired_companions[] = {
	/* A virtio driver finds no device before the bus is there. */
	{ "virtio_*", "virtio_pci", COMPANION_BESIDE, NULL },
	{ "virtio_*", "virtio_mmio", COMPANION_BESIDE, "aarch64" },
	/* The same for Hyper-V; the bus has to be wanted in its own right when it is plugged. */
	{ "hv_netvsc", "hv_vmbus", COMPANION_BESIDE, NULL },
	/* mlx4_core asks modprobe for the driver of its Ethernet ports. */
	{ "mlx4_core", "mlx4_en", COMPANION_BEHIND, NULL },
	/* tg3 gives up on some chips when their PHY has no driver of its own. */
	{ "tg3", "broadcom", COMPANION_DEPENDENCY, NULL },
	{ "", NULL, COMPANION_BESIDE, NULL },
};

const char *const wired_names[] = {
	"virtio_net",
	"vmxnet3",
	"hv_netvsc",
	"xen_netfront",
	/* USB: chips of common adapters and docking stations, and boards that have them built in.
	 */
	"r8152",
	"ax88179_178a",
	"asix",
	"aqc111",
	"cdc_ether",
	"cdc_ncm",
	"smsc75xx",
	"smsc95xx",
	"lan78xx",
	/* Their host controllers. */
	"xhci_pci",
	"ehci_pci",
	"ohci_pci",
	"uhci_hcd",
	NULL,
};

/* Some cards of nfp's have firmware in their flash; `--drivers auto,nfp` is for those. */
const struct firmware_need wired_firmware_needs[] = {
	{ "acenic", "acenic" },	    { "bna", "bna" },
	{ "bnx2", "bnx2" },	    { "bnx2x", "bnx2x" },
	{ "nfp", "nfp" },	    { "qede", "qed" },
	{ "starfire", "starfire" }, { "tehuti", "tehuti" },
	{ "typhoon", "typhoon" },   { "", NULL },
};

/*
 * Below kernel/drivers/net/ethernet/, but nothing to boot from: switch chips, which have megabytes
 * of code and need an operating system to forward anything, and protocol offloads.
 */
static const char *const not_interfaces[] = {
	"/mlxsw/", "/prestera/", "/chelsio/libcxgb/", "/chelsio/inline_crypto/", NULL,
};

bool wired_is_driver(const char *path)
{
	static const char ethernet[] = "kernel/drivers/net/ethernet/";

	if (strncmp(path, ethernet, sizeof(ethernet) - 1) != 0)
		return false;
	for (size_t i = 0; not_interfaces[i]; i++)
		if (strstr(path, not_interfaces[i]))
			return false;
	return true;
}

bool wired_is_device_alias(const char *alias)
{
	static const char *const buses[] = { "pci:", "usb:",	   "virtio:", "vmbus:",
					     "xen:", "acpi*:",	   "of:",     "platform:",
					     "ssb:", "auxiliary:", NULL };

	for (size_t i = 0; buses[i]; i++)
		if (strncmp(alias, buses[i], strlen(buses[i])) == 0)
			return true;
	return false;
}
