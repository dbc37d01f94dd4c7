/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nouns of the `wireroot` command, one function in tools/cmd/NOUN.c for each.
 *
 * argv[0] is the noun itself. The function prints what there is to print, its faults included, and
 * returns the exit status: 0 done, 1 failed, 2 usage. It answers --help on standard output with 0.
 */
#ifndef WIREROOT_CMD_H
#define WIREROOT_CMD_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "initramfs/fault.h"

#define CMD_DONE   0
#define CMD_FAILED 1
#define CMD_USAGE  2

void cmd_say_misuse(const char *name, const char *why, const char *word);
void cmd_say_bad_option(const char *name, char *const *argv, const struct option *known);
void cmd_say_fault(const char *name, const struct fault *fault);

/*
 * Say on standard error what is wrong with the command line of `wireroot @name`, with the @word at
 * fault, "" for none, and who helps. CMD_USAGE; here, so that static analysis sees that.
 */
static inline int cmd_misused(const char *name, const char *why, const char *word)
{
	cmd_say_misuse(name, why, word);
	return CMD_USAGE;
}

/* The same of the option in @argv for which getopt_long() has just returned '?'; opterr is 0. */
static inline int cmd_bad_option(const char *name, char *const *argv, const struct option *known)
{
	cmd_say_bad_option(name, argv, known);
	return CMD_USAGE;
}

/* Say on standard error what went wrong in `wireroot @name`. CMD_FAILED. */
static inline int cmd_failed(const char *name, const struct fault *fault)
{
	cmd_say_fault(name, fault);
	return CMD_FAILED;
}

/* Ask on @to what printf() makes of @format; true when the answer on standard input is yes. */
bool cmd_ask(FILE *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The same unless @yes was said already: CMD_DONE for yes, CMD_FAILED for no, and CMD_USAGE, said
 * on standard error for `wireroot @name`, when there is no person at a terminal to ask.
 */
int cmd_confirm(const char *name, bool yes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

int cmd_apply(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_discover(int argc, char **argv);
int cmd_generate(int argc, char **argv);
int cmd_history(int argc, char **argv);
int cmd_image(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_initrd(int argc, char **argv);
int cmd_ipxe(int argc, char **argv);
int cmd_lab(int argc, char **argv);
int cmd_memory(int argc, char **argv);
int cmd_node(int argc, char **argv);
int cmd_nodeset(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_prune(int argc, char **argv);
int cmd_rollback(int argc, char **argv);
int cmd_storage(int argc, char **argv);
int cmd_target(int argc, char **argv);
int cmd_timeline(int argc, char **argv);

#endif
