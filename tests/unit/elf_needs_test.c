/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of what programs ask the dynamic linker for, on this machine's and on damaged ones. */
/* links: tools/initrd/elf_needs.c */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/initrd/elf_needs.h"

/* The caller frees it. */
static char *read_own(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *data;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*length = (size_t)ftell(file);
	rewind(file);
	data = malloc(*length);
	assert_int_equal(fread(data, 1, *length, file), *length);
	fclose(file);
	return data;
}

static bool needs_library(const struct elf_needs *needs, const char *name)
{
	for (unsigned int i = 0; i < needs->count; i++)
		if (strcmp(needs->library[i], name) == 0)
			return true;
	return false;
}

static void program_needs_its_interpreter_and_libraries(void **state)
{
	struct elf_needs needs;
	size_t length;
	char *data = read_own("/proc/self/exe", &length);

	(void)state;
	assert_int_equal(elf_needs_parse(data, length, &needs), 0);
	assert_non_null(needs.interpreter);
	assert_int_equal(needs.interpreter[0], '/');
	assert_true(needs_library(&needs, "libc.so.6"));
	assert_true(needs_library(&needs, "libcmocka.so.0"));
	assert_true(needs.machine == EM_X86_64 || needs.machine == EM_AARCH64);
	free(data);
}

static void text_file_is_no_program(void **state)
{
	struct elf_needs needs;

	(void)state;
	assert_int_equal(elf_needs_parse("#!/bin/sh\n", 10, &needs), -ENOEXEC);
	assert_int_equal(elf_needs_parse("", 0, &needs), -ENOEXEC);
}

static void program_that_is_cut_short_is_refused(void **state)
{
	struct elf_needs needs;
	size_t length;
	char *data = read_own("/proc/self/exe", &length);

	(void)state;
	/* A copy of each length, so that reading beyond it is seen. */
	for (size_t kept = 0; kept < 1024 && kept < length; kept += 37) {
		char *cut = malloc(kept + 1);

		memcpy(cut, data, kept);
		assert_int_equal(elf_needs_parse(cut, kept, &needs), -ENOEXEC);
		free(cut);
	}
	free(data);
}

/* A whole file: header, three segments, the dynamic section, and its strings at the end. */
struct made {
	Elf64_Ehdr header;
	Elf64_Phdr segment[3];
	Elf64_Dyn dynamic[4];
	char interpreter[16];
	char strings[32];
};

#define LOADED_AT 0x10000

static struct made make(void)
{
	struct made made = {
		.header = { .e_ident = ELFMAG,
			    .e_machine = EM_X86_64,
			    .e_phoff = offsetof(struct made, segment),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 3 },
		.segment = { { .p_type = PT_LOAD, .p_vaddr = LOADED_AT, .p_filesz = sizeof(made) },
			     { .p_type = PT_INTERP,
			       .p_offset = offsetof(struct made, interpreter),
			       .p_filesz = sizeof(made.interpreter) },
			     { .p_type = PT_DYNAMIC,
			       .p_offset = offsetof(struct made, dynamic),
			       .p_filesz = sizeof(made.dynamic) } },
		.dynamic = { { DT_NEEDED, { 1 } },
			     { DT_STRTAB, { LOADED_AT + offsetof(struct made, strings) } },
			     { DT_NEEDED, { 9 } },
			     { DT_NULL, { 0 } } },
		.interpreter = "/lib/ld.so",
		.strings = "\0liba.so\0libb.so",
	};

	made.header.e_ident[EI_CLASS] = ELFCLASS64;
	made.header.e_ident[EI_DATA] = ELFDATA2LSB;
	return made;
}

static int parse(const struct made *made, struct elf_needs *needs)
{
	return elf_needs_parse((const char *)made, sizeof(*made), needs);
}

static void names_come_in_the_files_order(void **state)
{
	struct made made = make();
	struct elf_needs needs;

	(void)state;
	assert_int_equal(parse(&made, &needs), 0);
	assert_string_equal(needs.interpreter, "/lib/ld.so");
	assert_int_equal(needs.count, 2);
	assert_string_equal(needs.library[0], "liba.so");
	assert_string_equal(needs.library[1], "libb.so");
}

static void library_has_no_interpreter(void **state)
{
	struct made made = make();
	struct elf_needs needs;

	(void)state;
	made.segment[1].p_type = PT_NULL;
	assert_int_equal(parse(&made, &needs), 0);
	assert_null(needs.interpreter);
	assert_int_equal(needs.count, 2);
}

static void names_outside_of_the_file_are_refused(void **state)
{
	static const uint64_t places[] = { sizeof(struct made), UINT64_MAX, UINT64_MAX / 2 };
	struct elf_needs needs;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct made made = make();

		made.dynamic[0].d_un.d_val = places[i];
		assert_int_equal(parse(&made, &needs), -ENOEXEC);
		made = make();
		made.dynamic[1].d_un.d_ptr = places[i];
		assert_int_equal(parse(&made, &needs), -ENOEXEC);
		made = make();
		made.segment[1].p_offset = places[i];
		assert_int_equal(parse(&made, &needs), -ENOEXEC);
		made = make();
		made.segment[2].p_offset = places[i];
		assert_int_equal(parse(&made, &needs), -ENOEXEC);
		made = make();
		made.header.e_phoff = places[i];
		assert_int_equal(parse(&made, &needs), -ENOEXEC);
	}
}

static void names_that_are_paths_are_refused(void **state)
{
	struct made made = make();
	struct elf_needs needs;

	(void)state;
	made.strings[4] = '/';
	assert_int_equal(parse(&made, &needs), -ENOEXEC);
	made = make();
	made.interpreter[0] = 'l';
	assert_int_equal(parse(&made, &needs), -ENOEXEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_needs_its_interpreter_and_libraries),
		cmocka_unit_test(text_file_is_no_program),
		cmocka_unit_test(program_that_is_cut_short_is_refused),
		cmocka_unit_test(names_come_in_the_files_order),
		cmocka_unit_test(library_has_no_interpreter),
		cmocka_unit_test(names_outside_of_the_file_are_refused),
		cmocka_unit_test(names_that_are_paths_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
