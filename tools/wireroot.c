// SPDX-License-Identifier: GPL-2.0-only
/*
 * The `wireroot` command: finds the noun in a table and hands the rest to tools/cmd/NOUN.c.
 *
 * Exit status: 0 done, 1 failed, 2 usage.
 */
#include <stdio.h>
#include <string.h>

#include "tools/cmd/cmd.h"

struct noun {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct noun nouns[] = {
	{ "apply", cmd_apply, "put in force what the definition says" },
	{ "check", cmd_check, "say what is wrong with the definition of the cluster" },
	{ "diff", cmd_diff, "show how generations differ, line by line" },
	{ "generate", cmd_generate, "write what the definition leads to, to look at it" },
	{ "discover", cmd_discover, "make nodes of unknown machines as they arrive" },
	{ "history", cmd_history, "list generations, and who uses them" },
	{ "image", cmd_image, "make, list and remove the root file systems of nodes" },
	{ "import", cmd_import, "make a definition of what another program knows of a cluster" },
	{ "initrd", cmd_initrd,
	  "build an initrd or a node's segment of one, or show what is in it" },
	{ "ipxe", cmd_ipxe, "write the scripts by which iPXE starts nodes" },
	{ "lab", cmd_lab, "a private network on this machine, with boot servers and QEMU nodes" },
	{ "memory", cmd_memory, "see and change who lends memory to whom" },
	{ "node", cmd_node, "show what the definition says of nodes, or change it" },
	{ "nodeset", cmd_nodeset, "expand, fold or count names of nodes such as n[01-16]" },
	{ "plan", cmd_plan, "show what apply would change" },
	{ "prune", cmd_prune, "remove old generations that nobody uses" },
	{ "rollback", cmd_rollback, "put an earlier generation in force again" },
	{ "storage", cmd_storage, "make and remove the disks of nodes, and see how full it is" },
	{ "target", cmd_target, "make the kernel's iSCSI targets what a generation says" },
	{ "timeline", cmd_timeline, "show how the boot of a node spent its time" },
};

#define NOUN_COUNT (sizeof(nouns) / sizeof(nouns[0]))

static void print_help(FILE *stream)
{
	fputs("Usage: wireroot NOUN VERB [OPTION...]\n"
	      "Boot machines that have no disk of their own.\n"
	      "\n",
	      stream);
	for (size_t i = 0; i < NOUN_COUNT; i++)
		fprintf(stream, "  %-10s %s\n", nouns[i].name, nouns[i].summary);
	fputs("\n"
	      "  --help     this text, and behind a noun what can be done with it\n"
	      "  --version  the version\n"
	      "\n"
	      "Exit status: 0 done, 1 failed, 2 usage.\n",
	      stream);
}

static const struct noun *find_noun(const char *name)
{
	for (size_t i = 0; i < NOUN_COUNT; i++)
		if (strcmp(nouns[i].name, name) == 0)
			return &nouns[i];
	return NULL;
}

static int unknown_noun(const char *name)
{
	fprintf(stderr, "wireroot: there is no '%s'; see wireroot --help\n", name);
	return CMD_USAGE;
}

/* `wireroot help NOUN` is `wireroot NOUN --help`. */
static int run_help(int argc, char **argv)
{
	const struct noun *noun = argc > 2 ? find_noun(argv[2]) : NULL;

	if (noun) {
		char option[] = "--help";
		char *arguments[] = { argv[2], option, NULL };

		return noun->run(2, arguments);
	}
	if (argc > 2)
		return unknown_noun(argv[2]);
	print_help(stdout);
	return CMD_DONE;
}

/* A report that is cut short, as on a full disk, must not look like one that was printed. */
static int check_output(int status)
{
	if (status != CMD_DONE || (fflush(stdout) == 0 && !ferror(stdout)))
		return status;
	fputs("wireroot: could not write everything to standard output\n", stderr);
	return CMD_FAILED;
}

int main(int argc, char **argv)
{
	const struct noun *noun;

	if (argc < 2) {
		print_help(stderr);
		return CMD_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return run_help(argc, argv);
	if (strcmp(argv[1], "--version") == 0) {
		puts("wireroot " WIREROOT_VERSION);
		return CMD_DONE;
	}
	noun = find_noun(argv[1]);
	if (!noun)
		return unknown_noun(argv[1]);
	return check_output(noun->run(argc - 1, argv + 1));
}
