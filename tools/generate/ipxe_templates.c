/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The templates of ipxe/, held in the program, so that it works from any directory and writes the
 * same bytes wherever it was installed. It is compiled from the top of the tree.
 */
#include <string.h>

#include "tools/generate/ipxe.h"

/* A string in read-only data that is called NAME; the assembler reads the file. */
#define HOLD_FILE(name, path)                                                                      \
	__asm__(".pushsection .rodata\n"                                                           \
		".global " #name "\n" #name ":\n"                                                  \
		".incbin \"" path "\"\n"                                                           \
		".byte 0\n"                                                                        \
		".popsection\n")

HOLD_FILE(ipxe_node_file, "ipxe/node.ipxe.in");
HOLD_FILE(ipxe_boot_file, "ipxe/boot.ipxe.in");

extern const char ipxe_node_file[], ipxe_boot_file[];

struct ipxe_template ipxe_node_template(void)
{
	return (struct ipxe_template){ .text = ipxe_node_file,
				       .length = strlen(ipxe_node_file),
				       .source = "node.ipxe.in" };
}

struct ipxe_template ipxe_boot_template(void)
{
	return (struct ipxe_template){ .text = ipxe_boot_file,
				       .length = strlen(ipxe_boot_file),
				       .source = "boot.ipxe.in" };
}
