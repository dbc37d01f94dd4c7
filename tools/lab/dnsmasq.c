// SPDX-License-Identifier: GPL-2.0-only
/* dnsmasq's configuration in a lab; see dnsmasq.h. */
#include "tools/lab/dnsmasq.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/layout.h"
#include "tools/lab/user_lines.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/text.h"

/* A boot loader is a few hundred KiB. */
#define FILE_BYTES_MAX (16 << 20)

/* Debian's package ipxe. */
#define LOADER_DIR "/usr/lib/ipxe"

static const char *const loaders[] = { "snponly.efi", "undionly.kpxe" };

/*
 * Client architectures (option 93, RFC 4578 and IANA's list): 0 is a BIOS, 7 and 9 are x86-64 UEFI.
 * QEMU's BIOS ROMs are iPXE (option 175) and go on to HTTP at once; UEFI gets iPXE by TFTP first.
 * Of several dhcp-boot lines that fit, the last one wins, so the one for iPXE must be last: else
 * iPXE is told to load iPXE for ever.
 */
static const char configuration[] =
	"interface=" LAB_BRIDGE "\n"
	"bind-interfaces\n"
	"except-interface=lo\n"
	"domain=lab\n"
	"local=/lab/\n"
	"host-record=server.lab,nfs.lab,http.lab," LAB_ADDRESS "\n"
	"dhcp-range=" LAB_POOL_FIRST "," LAB_POOL_LAST "," LAB_NETMASK ",1h\n"
	"dhcp-authoritative\n"
	"enable-tftp\n"
	"dhcp-match=set:ipxe,175\n"
	"# There is no ProxyDHCP server (iPXE's no-pxedhcp): don't wait two seconds for one.\n"
	"dhcp-option=tag:ipxe,encap:175,176,1b\n"
	"dhcp-match=set:efi,option:client-arch,7\n"
	"dhcp-match=set:efi,option:client-arch,9\n"
	"dhcp-boot=tag:!efi,undionly.kpxe\n"
	"dhcp-boot=tag:efi,snponly.efi\n"
	"dhcp-boot=tag:ipxe,http://" LAB_ADDRESS ":8017/boot.ipxe\n";

static int copy_loader(const char *directory, const char *name, struct fault *fault)
{
	char *from = fs_join(LOADER_DIR, name), *to = fs_join(directory, name), *data = NULL;
	size_t length = 0;
	int error;

	if (!from || !to)
		error = fault_set(fault, ENOMEM, "copy boot loader", name, NULL);
	else
		error = fs_read_file(from, FILE_BYTES_MAX, &data, &length, fault);
	if (error == -ENOENT)
		fault_set(fault, ENOENT, "read boot loader", from, "install the package ipxe");
	if (!error)
		error = fs_write_file(to, data, length, 0644, fault);
	free(data);
	free(from);
	free(to);
	return error;
}

static int copy_loaders(const char *lab, struct fault *fault)
{
	char *directory = fs_join(lab, LAB_TFTP_DIR);
	int error;

	if (!directory)
		return fault_set(fault, ENOMEM, "copy boot loaders to", lab, NULL);
	error = fs_make_dirs(directory, 0755, fault);
	for (size_t i = 0; !error && i < sizeof(loaders) / sizeof(loaders[0]); i++)
		error = copy_loader(directory, loaders[i], fault);
	free(directory);
	return error;
}

/* What holds for a program in a lab, whatever it serves. */
static void add_surroundings(struct text *text, const char *lab)
{
	text_add(text, "# Written by `wireroot lab up`.\n"
		       "user=root\n"
		       "pid-file\n"
		       "no-hosts\n"
		       "no-resolv\n"
		       "# An ICMP probe of each address before it is offered takes three seconds.\n"
		       "no-ping\n"
		       "log-dhcp\n");
	text_printf(text, "log-facility=%s/dnsmasq.log\n", lab);
	text_printf(text, "dhcp-leasefile=%s/" LAB_RUN_DIR "/dnsmasq.leases\n", lab);
}

/* The lab's own network, when there is no definition of one. */
static void add_own(struct text *text, const char *lab)
{
	text_add(text, configuration);
	text_printf(text, "dhcp-hostsdir=%s/" LAB_HOSTS_DIR "\n", lab);
	text_printf(text, "tftp-root=%s/" LAB_TFTP_DIR "\n", lab);
}

int dnsmasq_write(const struct server_options *options, struct fault *fault)
{
	const struct lab_network *network = &options->network;
	const char *lab = options->directory;
	char *path = fs_join(lab, LAB_DNSMASQ_CONF);
	struct text text = { 0 };
	int error;

	add_surroundings(&text, lab);
	if (lab_network_has_cluster(network))
		text_printf(&text, "conf-file=%s/current/servers/%s/dnsmasq.conf\n", network->state,
			    network->server);
	else
		add_own(&text, lab);
	error = user_lines_add(&text, options->dnsmasq_file, fault);
	if (!error && (text.error || !path))
		error = fault_set(fault, ENOMEM, "write", LAB_DNSMASQ_CONF, NULL);
	if (!error)
		error = fs_write_file(path, text.data, text.length, 0644, fault);
	text_free(&text);
	free(path);
	if (!error && !lab_network_has_cluster(network))
		error = copy_loaders(lab, fault);
	return error;
}

static int refuse_other_owner(const char *node, const char *file, const char *mac,
			      struct fault *fault)
{
	char path[sizeof(LAB_HOSTS_DIR) + 256], hint[160];
	struct fault unused;
	size_t length;
	char *text;
	bool taken;

	snprintf(path, sizeof(path), LAB_HOSTS_DIR "/%s", file);
	if (!strcmp(file, node) || file[0] == '.' ||
	    fs_read_file(path, FILE_BYTES_MAX, &text, &length, &unused))
		return 0;
	taken = strcasestr(text, mac);
	free(text);
	if (!taken)
		return 0;
	snprintf(hint, sizeof(hint), "node %.40s has it; give another one with --nic MODEL,mac=MAC",
		 file);
	return fault_set(fault, EEXIST, "use MAC address", mac, hint);
}

static int refuse_taken(const char *node, const char *mac, struct fault *fault)
{
	DIR *directory = opendir(LAB_HOSTS_DIR);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return fault_set(fault, errno, "open directory", LAB_HOSTS_DIR, NULL);
	while (!error && (entry = readdir(directory)))
		error = refuse_other_owner(node, entry->d_name, mac, fault);
	closedir(directory);
	return error;
}

int dnsmasq_add_node(const char *node, const char *const macs[], size_t count, struct fault *fault)
{
	char path[sizeof(LAB_HOSTS_DIR) + LAB_NODE_NAME_MAX + 1];
	char new[sizeof(LAB_RUN_DIR) + LAB_NODE_NAME_MAX + sizeof(".hosts")];
	struct text text = { 0 };
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		error = refuse_taken(node, macs[i], fault);
		text_printf(&text, "%s,", macs[i]);
	}
	text_printf(&text, "%s\n", node);
	snprintf(path, sizeof(path), LAB_HOSTS_DIR "/%s", node);
	/* dnsmasq reads whatever appears in its directory, and at once. */
	snprintf(new, sizeof(new), LAB_RUN_DIR "/%s.hosts", node);
	if (!error && text.error)
		error = fault_set(fault, ENOMEM, "write", path, NULL);
	if (!error)
		error = fs_write_file(new, text.data, text.length, 0644, fault);
	if (!error && rename(new, path) < 0)
		error = fault_set(fault, errno, "write", path, NULL);
	text_free(&text);
	return error;
}
