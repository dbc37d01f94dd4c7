/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an ELF file asks the dynamic linker for: its interpreter and the libraries that it needs.
 *
 * 64-bit files in this machine's byte order, which is that of every platform of ours. Pure.
 */
#ifndef WIREROOT_ELF_NEEDS_H
#define WIREROOT_ELF_NEEDS_H

#include <stddef.h>

#define ELF_NEEDS_MAX 64

struct elf_needs {
	const char *interpreter; /* an absolute path, or NULL: linked statically, or a library */
	const char *library[ELF_NEEDS_MAX]; /* names without a '/', in the file's order */
	unsigned int count;
	unsigned int machine; /* EM_X86_64, EM_AARCH64, … of <elf.h> */
};

/*
 * Parse the @length bytes at @data; the texts of *@needs point into them. Returns 0, -ENOEXEC when
 * it is no such file or is damaged, or -E2BIG when it needs more than ELF_NEEDS_MAX libraries.
 */
int elf_needs_parse(const char *data, size_t length, struct elf_needs *needs);

#endif
