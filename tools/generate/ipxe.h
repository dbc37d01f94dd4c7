/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * iPXE scripts: the first one, which every node runs, and the one of a node.
 *
 * Pure: text out, or a fault that names the value at fault. A value that could end a line or begin
 * another command of iPXE's is refused; ${SETTING} is iPXE's own and passes.
 */
#ifndef WIREROOT_IPXE_H
#define WIREROOT_IPXE_H

#include <stddef.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/* Linux takes 2048 bytes of command line with the NUL, on x86 and arm64; longer ones are cut in
 * silence. */
#define IPXE_COMMAND_LINE_BYTES 2048

/* The kernel concatenates them in this order; a few more than base, node and a site's own. */
#define IPXE_INITRDS_MAX 16

/* A template and its name for faults. */
struct ipxe_template {
	const char *text;
	size_t length;
	const char *source;
};

struct ipxe_node_script {
	const char *kernel; /* URL */
	const char *const *initrds; /* URLs, base image first */
	size_t initrd_count;
	/* Words of the kernel command line; BOOTIF= and, on EFI, initrd= are added. May be empty.
	 */
	const char *append;
};

/* What ipxe/node.ipxe.in and ipxe/boot.ipxe.in held when this program was built. */
struct ipxe_template ipxe_node_template(void);
struct ipxe_template ipxe_boot_template(void);

/*
 * Add the script that boots @script's kernel to @output. @template uses @KERNEL@ (URL), @APPEND@
 * (words),
 * @INITRD_WORDS@ ("initrd=initrd0.img …") and @INITRDS@ (lines). 0 or -errno with @fault filled in.
 */
int ipxe_node_script(const struct ipxe_template *template, const struct ipxe_node_script *script,
		     struct text *output, struct fault *fault);

/*
 * Add the first script to @output: it chains to SERVER/node/MAC.ipxe, MAC as in 52:54:00:12:34:56.
 * @server is a URL with or without a slash at its end; @template uses @SERVER@ (without it).
 * 0 or -errno with @fault filled in.
 */
int ipxe_boot_script(const struct ipxe_template *template, const char *server, struct text *output,
		     struct fault *fault);

#endif
