// SPDX-License-Identifier: GPL-2.0-only
/* What an ELF file asks the dynamic linker for; see elf_needs.h. */
#include "tools/initrd/elf_needs.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#if __BYTE_ORDER == __LITTLE_ENDIAN
#define OWN_BYTE_ORDER ELFDATA2LSB
#else
#define OWN_BYTE_ORDER ELFDATA2MSB
#endif

struct elf {
	const char *data;
	size_t length;
	Elf64_Ehdr header;
};

/* Copy @size bytes at @offset, if they are all there. */
static bool take(const struct elf *elf, uint64_t offset, void *to, size_t size)
{
	if (offset > elf->length || size > elf->length - offset)
		return false;
	memcpy(to, elf->data + offset, size);
	return true;
}

static bool take_segment(const struct elf *elf, unsigned int index, Elf64_Phdr *segment)
{
	uint64_t behind = (uint64_t)index * sizeof(*segment);

	return elf->header.e_phoff <= UINT64_MAX - behind &&
	       take(elf, elf->header.e_phoff + behind, segment, sizeof(*segment));
}

/* The text at @offset, if its NUL is before @end and within the file. */
static const char *text_at(const struct elf *elf, uint64_t offset, uint64_t end)
{
	if (end > elf->length)
		end = elf->length;
	if (offset >= end || !memchr(elf->data + offset, '\0', end - offset))
		return NULL;
	return elf->data + offset;
}

/* Where in the file the byte is that is loaded at @address. */
static bool find_offset(const struct elf *elf, uint64_t address, uint64_t *offset)
{
	Elf64_Phdr segment;

	for (unsigned int i = 0; i < elf->header.e_phnum; i++) {
		if (!take_segment(elf, i, &segment) || segment.p_type != PT_LOAD ||
		    address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz ||
		    segment.p_offset > elf->length)
			continue;
		*offset = segment.p_offset + (address - segment.p_vaddr);
		return true;
	}
	return false;
}

static bool next_entry(const struct elf *elf, const Elf64_Phdr *dynamic, uint64_t *at,
		       Elf64_Dyn *entry)
{
	if (*at > dynamic->p_filesz || dynamic->p_filesz - *at < sizeof(*entry) ||
	    dynamic->p_offset > elf->length ||
	    !take(elf, dynamic->p_offset + *at, entry, sizeof(*entry)))
		return false;
	*at += sizeof(*entry);
	return entry->d_tag != DT_NULL;
}

static bool find_strings(const struct elf *elf, const Elf64_Phdr *dynamic, uint64_t *strings)
{
	Elf64_Dyn entry;

	for (uint64_t at = 0; next_entry(elf, dynamic, &at, &entry);)
		if (entry.d_tag == DT_STRTAB)
			return find_offset(elf, entry.d_un.d_ptr, strings);
	return false;
}

static int take_libraries(const struct elf *elf, const Elf64_Phdr *dynamic, struct elf_needs *needs)
{
	uint64_t strings;
	Elf64_Dyn entry;

	if (!find_strings(elf, dynamic, &strings))
		return -ENOEXEC;
	for (uint64_t at = 0; next_entry(elf, dynamic, &at, &entry);) {
		const char *name;

		if (entry.d_tag != DT_NEEDED)
			continue;
		if (entry.d_un.d_val > elf->length)
			return -ENOEXEC;
		name = text_at(elf, strings + entry.d_un.d_val, elf->length);
		if (!name || !*name || strchr(name, '/'))
			return -ENOEXEC;
		if (needs->count == ELF_NEEDS_MAX)
			return -E2BIG;
		needs->library[needs->count++] = name;
	}
	return 0;
}

static int take_interpreter(const struct elf *elf, const Elf64_Phdr *segment,
			    struct elf_needs *needs)
{
	if (segment->p_offset > elf->length || segment->p_filesz > elf->length)
		return -ENOEXEC;
	needs->interpreter = text_at(elf, segment->p_offset, segment->p_offset + segment->p_filesz);
	return needs->interpreter && needs->interpreter[0] == '/' ? 0 : -ENOEXEC;
}

int elf_needs_parse(const char *data, size_t length, struct elf_needs *needs)
{
	struct elf elf = { .data = data, .length = length };
	Elf64_Phdr segment;
	int error = 0;

	memset(needs, 0, sizeof(*needs));
	if (!take(&elf, 0, &elf.header, sizeof(elf.header)) ||
	    memcmp(elf.header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf.header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    elf.header.e_ident[EI_DATA] != OWN_BYTE_ORDER ||
	    (elf.header.e_phnum && elf.header.e_phentsize != sizeof(segment)))
		return -ENOEXEC;
	needs->machine = elf.header.e_machine;
	for (unsigned int i = 0; !error && i < elf.header.e_phnum; i++) {
		if (!take_segment(&elf, i, &segment))
			return -ENOEXEC;
		if (segment.p_type == PT_INTERP)
			error = take_interpreter(&elf, &segment, needs);
		else if (segment.p_type == PT_DYNAMIC)
			error = take_libraries(&elf, &segment, needs);
	}
	return error;
}
