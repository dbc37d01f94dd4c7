// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot image build|import|list|remove|write`: reads the options and finds the verb. */
#include "tools/cmd/image.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cluster/cluster.h"
#include "tools/cmd/cmd.h"
#include "tools/generation/store.h"
#include "tools/image/kernels.h"
#include "tools/image/store.h"
#include "userspace/lib/fs.h"

static const char help[] =
	"Usage: wireroot image build NAME [OPTION...]\n"
	"       wireroot image import NAME FILE|DIR [OPTION...]\n"
	"       wireroot image list [OPTION...]\n"
	"       wireroot image remove NAME [OPTION...]\n"
	"       wireroot image write NAME|DIR|FILE VOLUME [OPTION...]\n"
	"Make images, the root file systems of nodes: build one of Debian's packages, import one from\n"
	"a tar archive, a directory or an OCI archive; list, remove, or write one to a disk.\n"
	"\n"
	"  --images DIR          where images are (default: " IMAGE_STORE_DEFAULT ")\n"
	"build:\n"
	"  --suite NAME          of Debian (default: this machine's)\n"
	"  --mirror URL          where packages are from (default: where this machine's apt gets "
	"them)\n"
	"  --packages LIST       besides those of a node, with commas\n"
	"  --bare                no packages but those of LIST and what Debian cannot be without\n"
	"  --hook FILE           a program that is run at the end, with the new root as its argument;\n"
	"                        may be given several times\n"
	"import:\n"
	"  --reference TAG       which of several images in an OCI archive\n"
	"list, remove:\n"
	"  --cluster FILE        whose nodes use images (default: " CLUSTER_DEFAULT_FILE ")\n"
	"  --state DIR           where generations are kept (default: " STORE_DEFAULT ")\n"
	"  --json                list as JSON\n"
	"  -y, --yes             remove without asking\n"
	"write:\n"
	"  --file-system NAME    ext4 (the default), xfs or btrfs\n"
	"  --label TEXT          of the file system\n"
	"  --uuid UUID           of the file system (default: a random one)\n"
	"  --host-name NAME      of the node (default: none: the init or DHCP says it)\n"
	"  --blank               the volume is new and reads as zeros\n"
	"  -y, --yes             write over VOLUME without asking\n"
	"\n"
	"  --help                show this\n";

enum option_code {
	OPTION_IMAGES = 1,
	OPTION_SUITE,
	OPTION_MIRROR,
	OPTION_PACKAGES,
	OPTION_BARE,
	OPTION_HOOK,
	OPTION_REFERENCE,
	OPTION_CLUSTER,
	OPTION_STATE,
	OPTION_JSON,
	OPTION_FILE_SYSTEM,
	OPTION_LABEL,
	OPTION_UUID,
	OPTION_HOST_NAME,
	OPTION_BLANK,
	OPTION_HELP = 'h',
	OPTION_YES = 'y',
};

#define COMMON                                                                                     \
	{ "images", required_argument, NULL, OPTION_IMAGES },                                      \
	{                                                                                          \
		"help", no_argument, NULL, OPTION_HELP                                             \
	}

static const struct option build_options[] = {
	COMMON,
	{ "suite", required_argument, NULL, OPTION_SUITE },
	{ "mirror", required_argument, NULL, OPTION_MIRROR },
	{ "packages", required_argument, NULL, OPTION_PACKAGES },
	{ "bare", no_argument, NULL, OPTION_BARE },
	{ "hook", required_argument, NULL, OPTION_HOOK },
	{ 0 },
};

static const struct option import_options[] = {
	COMMON,
	{ "reference", required_argument, NULL, OPTION_REFERENCE },
	{ 0 },
};

static const struct option list_options[] = {
	COMMON,
	{ "cluster", required_argument, NULL, OPTION_CLUSTER },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ 0 },
};

static const struct option remove_options[] = {
	COMMON,
	{ "cluster", required_argument, NULL, OPTION_CLUSTER },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "yes", no_argument, NULL, OPTION_YES },
	{ 0 },
};

static const struct option write_options[] = {
	COMMON,
	{ "file-system", required_argument, NULL, OPTION_FILE_SYSTEM },
	{ "label", required_argument, NULL, OPTION_LABEL },
	{ "uuid", required_argument, NULL, OPTION_UUID },
	{ "host-name", required_argument, NULL, OPTION_HOST_NAME },
	{ "blank", no_argument, NULL, OPTION_BLANK },
	{ "yes", no_argument, NULL, OPTION_YES },
	{ 0 },
};

static const struct verb {
	const char *name;
	const struct option *options;
	size_t words; /* that it wants */
	const char *missing; /* what to say when they are not there */
	int (*run)(const struct image_arguments *arguments);
} verbs[] = {
	{ "build", build_options, 1, "which name is the image to have?", image_build_run },
	{ "import", import_options, 2, "give a name for the image, and a file or directory",
	  image_import_run },
	{ "list", list_options, 0, NULL, image_list_run },
	{ "remove", remove_options, 1, "which image?", image_remove_run },
	{ "write", write_options, 2, "give an image, and a volume to write it to",
	  image_write_run },
};

int image_usage(const char *problem, const char *what)
{
	return cmd_misused("image", problem, what);
}

bool image_may(const struct image_arguments *arguments)
{
	if (geteuid() == 0)
		return true;
	log_line(&arguments->log, LOG_LEVEL_ERROR,
		 "only root can make files that belong to others; use sudo");
	return false;
}

/* Where the text of an option goes, or NULL. */
static const char **text_option(struct image_arguments *arguments, int option)
{
	switch (option) {
	case OPTION_IMAGES:
		return &arguments->images;
	case OPTION_SUITE:
		return &arguments->suite;
	case OPTION_MIRROR:
		return &arguments->mirror;
	case OPTION_PACKAGES:
		return &arguments->packages;
	case OPTION_REFERENCE:
		return &arguments->reference;
	case OPTION_CLUSTER:
		return &arguments->cluster;
	case OPTION_STATE:
		return &arguments->state;
	case OPTION_FILE_SYSTEM:
		return &arguments->write.file_system;
	case OPTION_LABEL:
		return &arguments->write.label;
	case OPTION_UUID:
		return &arguments->write.uuid;
	case OPTION_HOST_NAME:
		return &arguments->write.host_name;
	case OPTION_HOOK:
		return arguments->hook_count < IMAGE_HOOKS_MAX
			       ? &arguments->hooks[arguments->hook_count++]
			       : NULL;
	default:
		return NULL;
	}
}

/* -1 to go on, or the exit status. */
static int take_option(struct image_arguments *arguments, int option)
{
	const char **text = text_option(arguments, option);

	arguments->cluster_given |= option == OPTION_CLUSTER;
	if (text)
		*text = optarg;
	else if (option == OPTION_HOOK)
		return image_usage("there are too many hooks", "");
	else if (option == OPTION_BARE)
		arguments->bare = true;
	else if (option == OPTION_JSON)
		arguments->json = true;
	else if (option == OPTION_BLANK)
		arguments->write.blank = true;
	else if (option == OPTION_YES)
		arguments->yes = true;
	if (option != OPTION_HELP)
		return -1;
	fputs(help, stdout);
	return CMD_DONE;
}

static int read_arguments(int argc, char **argv, const struct verb *verb,
			  struct image_arguments *arguments)
{
	int option, status;

	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "hy", verb->options, NULL)) != -1) {
		status = option == '?' ? cmd_bad_option("image", argv, verb->options)
				       : take_option(arguments, option);
		if (status >= 0)
			return status;
	}
	for (; optind < argc; optind++) {
		if (arguments->word_count == verb->words)
			return image_usage("one word too many:", argv[optind]);
		arguments->words[arguments->word_count++] = argv[optind];
	}
	return arguments->word_count == verb->words ? -1 : image_usage(verb->missing, "");
}

static int run_verb(int argc, char **argv, const struct verb *verb)
{
	struct image_arguments arguments = {
		.images = IMAGE_STORE_DEFAULT,
		.cluster = CLUSTER_DEFAULT_FILE,
		.state = STORE_DEFAULT,
		.write = { .file_system = "ext4" },
		.log = log_open("wireroot image"),
	};
	int status = read_arguments(argc, argv, verb, &arguments);

	return status >= 0 ? status : verb->run(&arguments);
}

/* Absolute, as cluster.yaml wants it; for the caller to free. */
static char *path_of(const struct image_arguments *arguments, const char *name)
{
	char *path = fs_join(arguments->images, name);
	char *real = path ? realpath(path, NULL) : NULL;

	free(path);
	return real;
}

static void print_lines(const char *name, const char *path, const struct image_kernels *kernels)
{
	const struct image_kernel *newest = image_kernels_newest(kernels);

	printf("For cluster.yaml:\n"
	       "\n"
	       "images:\n"
	       "  %s:\n"
	       "    path: %s\n",
	       name, path);
	if (newest && kernels->count > 1)
		printf("    kernel: %s\n", newest->version);
}

int image_tell(const struct image_arguments *arguments, const char *name)
{
	char *path = path_of(arguments, name);
	struct image_kernels kernels = { 0 };
	struct text problems = { 0 };
	char *rest, *line;
	struct fault fault;
	int error = path ? image_kernels_find(path, &kernels, &fault)
			 : fault_set(&fault, ENOENT, "find image", name, NULL);

	if (error) {
		log_fault(&arguments->log, &fault);
	} else {
		image_kernels_problems(&kernels, &problems);
		rest = problems.data;
		while ((line = strsep(&rest, "\n")))
			log_line(&arguments->log, LOG_LEVEL_WARNING, "image %s: %s", name, line);
		print_lines(name, path, &kernels);
	}
	text_free(&problems);
	image_kernels_free(&kernels);
	free(path);
	return error ? CMD_FAILED : CMD_DONE;
}

int cmd_image(int argc, char **argv)
{
	if (argc < 2)
		return image_usage("what is to be done is missing", "");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return CMD_DONE;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return run_verb(argc - 1, argv + 1, &verbs[i]);
	return image_usage("there is no", argv[1]);
}
