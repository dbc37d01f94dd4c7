/* SPDX-License-Identifier: GPL-2.0-only */
/* `wireroot ipxe script` and `wireroot ipxe boot`: the scripts by which iPXE starts nodes. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/generate/ipxe.h"
#include "userspace/lib/fs.h"

/* A script is loaded into a node's low memory; no template comes near. */
#define TEMPLATE_BYTES_MAX 65536

struct options {
	struct ipxe_node_script script;
	const char *initrds[IPXE_INITRDS_MAX];
	const char *server;
	const char *template; /* NULL: the one that is built in */
	const char *output; /* NULL: standard output */
};

static const char usage[] =
	"Usage: wireroot ipxe script --kernel URL [--initrd URL]... [--append WORDS] [OPTION]...\n"
	"       wireroot ipxe boot --server URL [OPTION]...\n"
	"Write the iPXE script of a node, or the first one, which chains to URL/node/MAC.ipxe.\n"
	"\n"
	"  --kernel URL     the kernel\n"
	"  --initrd URL     an initrd, several in their order: the base image, then the node's segment\n"
	"  --append WORDS   words for the kernel's command line, in one argument\n"
	"  --server URL     the boot server, such as http://10.0.0.1:8017\n"
	"  --template FILE  fill this template in instead of the built-in one\n"
	"  -o FILE          write to FILE instead of standard output\n"
	"  --help           show this\n";

/* -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "initrd", required_argument, NULL, 'i' },
		{ "append", required_argument, NULL, 'a' },
		{ "server", required_argument, NULL, 's' },
		{ "template", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "o:", known, NULL)) != -1) {
		switch (option) {
		case 'k':
			options->script.kernel = optarg;
			break;
		case 'i':
			if (options->script.initrd_count == IPXE_INITRDS_MAX)
				return cmd_misused("ipxe", "too many --initrd", "");
			options->initrds[options->script.initrd_count++] = optarg;
			break;
		case 'a':
			options->script.append = optarg;
			break;
		case 's':
			options->server = optarg;
			break;
		case 't':
			options->template = optarg;
			break;
		case 'o':
			options->output = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return CMD_DONE;
		default:
			return cmd_bad_option("ipxe", argv, known);
		}
	}
	return optind == argc ? -1 : cmd_misused("ipxe", "there is an argument too many", "");
}

/* Use the file at options->template, when one was given; *@text is freed by the caller. */
static int load_template(const struct options *options, struct ipxe_template *template, char **text,
			 struct fault *fault)
{
	*text = NULL;
	if (!options->template)
		return 0;
	if (fs_read_file(options->template, TEMPLATE_BYTES_MAX, text, &template->length, fault))
		return -fault->error;
	template->text = *text;
	template->source = options->template;
	return 0;
}

static int write_output(const struct options *options, const struct text *output,
			struct fault *fault)
{
	if (options->output)
		return fs_write_file(options->output, output->data, output->length, 0644, fault);
	if (fwrite(output->data, 1, output->length, stdout) != output->length || fflush(stdout) < 0)
		return fault_set(fault, errno, "print the iPXE script", "standard output", NULL);
	return 0;
}

/* The script of a node, or with --server the first one. */
static int write_script(const struct options *options, struct fault *fault)
{
	struct ipxe_template template =
		options->server ? ipxe_boot_template() : ipxe_node_template();
	struct text output = { 0 };
	char *text;
	int error = load_template(options, &template, &text, fault);

	if (!error && options->server)
		error = ipxe_boot_script(&template, options->server, &output, fault);
	else if (!error)
		error = ipxe_node_script(&template, &options->script, &output, fault);
	if (!error)
		error = write_output(options, &output, fault);
	text_free(&output);
	free(text);
	return error;
}

int cmd_ipxe(int argc, char **argv)
{
	struct options options = { .script.append = "" };
	const char *verb = argc > 1 ? argv[1] : "";
	int is_node = !strcmp(verb, "script");
	struct fault fault;
	int status;

	options.script.initrds = options.initrds;
	if (!strcmp(verb, "--help")) {
		fputs(usage, stdout);
		return CMD_DONE;
	}
	if (!is_node && strcmp(verb, "boot") != 0)
		return cmd_misused("ipxe", "say what to write: script or boot", "");
	status = read_options(argc - 1, argv + 1, &options);
	if (status >= 0)
		return status;
	if (is_node && (!options.script.kernel || options.server))
		return cmd_misused("ipxe", "script needs --kernel, and no --server", "");
	if (!is_node && (!options.server || options.script.kernel || options.script.initrd_count ||
			 *options.script.append))
		return cmd_misused("ipxe", "boot needs --server, and nothing of a node", "");
	if (!write_script(&options, &fault))
		return CMD_DONE;
	return cmd_failed("ipxe", &fault);
}
