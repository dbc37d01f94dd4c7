// SPDX-License-Identifier: GPL-2.0-only
/* What wireroot-lend is told; see options.h. */
#include "userspace/memory/lend/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/size.h"
#include "userspace/memory/lend/guest_message.h"

#define EXIT_USAGE 2

#define INTERVAL_MAX_S 3600
#define LEAVE_MAX_S    86400

static const char usage[] =
	"Usage: wireroot-lend [OPTION]...\n"
	"       wireroot-lend --guest --host ADDRESS[:PORT] --guest-token-file FILE [OPTION]...\n"
	"Lend memory that this machine can spare to its neighbours, or, as a guest, tell the host's\n"
	"lender about ours.\n"
	"\n"
	"  --broker URL             the broker: http://ADDRESS:PORT, or ADDRESS\n"
	"  --member NAME            who this machine is\n"
	"  --token-file FILE        has the member's token\n"
	"  --configuration FILE     instead of " MEMBER_CONFIGURATION "\n"
	"  --reserve SIZE|N%        memory that stays available (default: 20%)\n"
	"  --limit SIZE             lend no more than this in all\n"
	"  --backing KIND           tmpfs, huge or ramfs (default: tmpfs)\n"
	"  --target KIND            tgt or lio (default: tgt)\n"
	"  --address ADDRESS        where borrowers log in (default: as the broker sees us)\n"
	"  --port PORT              … (default: 3261)\n"
	"  --interval SECONDS       between reports (default: 5)\n"
	"  --pressure PERCENT       of time spent waiting for memory that is too much (default: 10)\n"
	"  --pressure-file FILE     a PSI file (default: " LEND_PRESSURE_FILE ")\n"
	"  --leave-time SECONDS     to wait for borrowers at the end (default: 60)\n"
	"  --directory DIR          for memory and notes (default: " LEND_DIRECTORY ")\n"
	"  --guests KIND            backed or returning: what guests leave free (default: backed)\n"
	"  --guest-port PORT        listen for guests on this UDP port\n"
	"  --guest-token-file FILE  has the token that host and guests share\n"
	"  --guest                  be a guest\n"
	"  --host ADDRESS[:PORT]    of the host's lender (default port: 8018)\n"
	"  --help                   show this\n"
	"  --version                show the version\n";

static int refuse(struct fault *fault, const char *what, const char *hint)
{
	return fault_set(fault, EINVAL, "read settings", what, hint);
}

static bool read_number(const char *text, uint32_t least, uint32_t most, unsigned int *number)
{
	uint32_t value;

	if (!*text || !value_number(text, most, &value) || value < least)
		return false;
	*number = value;
	return true;
}

static bool read_port(const char *text, uint16_t *port)
{
	unsigned int number;

	if (!read_number(text, 1, UINT16_MAX, &number))
		return false;
	*port = (uint16_t)number;
	return true;
}

static bool read_path(const char *text, char path[static MEMBER_PATH_BYTES])
{
	return *text == '/' && value_copy(path, MEMBER_PATH_BYTES, text, strlen(text));
}

static bool set_reserve(struct lend_options *options, const char *value)
{
	size_t length = strlen(value);
	char digits[4];

	if (size_read(value, &options->reserve_bytes))
		return true;
	return length > 1 && value[length - 1] == '%' &&
	       value_copy(digits, sizeof(digits), value, length - 1) &&
	       read_number(digits, 1, 99, &options->reserve_per_cent);
}

static bool set_limit(struct lend_options *options, const char *value)
{
	return size_read(value, &options->limit_bytes);
}

static bool set_backing(struct lend_options *options, const char *value)
{
	return backing_read_kind(value, &options->backing);
}

static bool set_target(struct lend_options *options, const char *value)
{
	options->target = !strcmp(value, "lio") ? LEND_TARGET_LIO : LEND_TARGET_TGT;
	return !strcmp(value, "lio") || !strcmp(value, "tgt");
}

static bool set_address(struct lend_options *options, const char *value)
{
	return value_ipv4(value, &options->address) && options->address;
}

static bool set_port(struct lend_options *options, const char *value)
{
	return read_port(value, &options->port);
}

static bool set_interval(struct lend_options *options, const char *value)
{
	return read_number(value, 1, INTERVAL_MAX_S, &options->interval_s);
}

static bool set_leave_time(struct lend_options *options, const char *value)
{
	return read_number(value, 0, LEAVE_MAX_S, &options->leave_s);
}

static bool set_pressure(struct lend_options *options, const char *value)
{
	unsigned int per_cent;

	if (!read_number(value, 1, 100, &per_cent))
		return false;
	options->pressure_max = per_cent;
	return true;
}

static bool set_pressure_file(struct lend_options *options, const char *value)
{
	return read_path(value, options->pressure_file);
}

static bool set_directory(struct lend_options *options, const char *value)
{
	return read_path(value, options->directory) && strlen(value) > 1 &&
	       strlen(value) < BACKING_PATH_BYTES - 16 && value[strlen(value) - 1] != '/' &&
	       !strpbrk(value, " \\");
}

static bool set_guests(struct lend_options *options, const char *value)
{
	options->guests = !strcmp(value, "returning") ? LEND_GUESTS_RETURNING : LEND_GUESTS_BACKED;
	return !strcmp(value, "returning") || !strcmp(value, "backed");
}

static bool set_guest_port(struct lend_options *options, const char *value)
{
	return read_port(value, &options->guest_port);
}

static bool set_guest_token_file(struct lend_options *options, const char *value)
{
	return read_path(value, options->guest_token_file);
}

static bool set_host(struct lend_options *options, const char *value)
{
	return *value && value_copy(options->host, sizeof(options->host), value, strlen(value));
}

static const struct key {
	const char *name; /* of the option; in files behind "lend-" */
	bool (*set)(struct lend_options *options, const char *value);
	const char *hint;
} keys[] = {
	{ "reserve", set_reserve, "it is a size such as 512M, or a part such as 20%" },
	{ "limit", set_limit, "it is a size such as 8G" },
	{ "backing", set_backing,
	  "it is tmpfs, huge (a tmpfs of huge pages) or ramfs; no target can write to hugetlbfs" },
	{ "target", set_target, "it is tgt or lio" },
	{ "address", set_address, "it is an IPv4 address of this machine" },
	{ "port", set_port, "it is 1 to 65535" },
	{ "interval", set_interval, "it is a number of seconds, 1 to 3600" },
	{ "pressure", set_pressure, "it is a percentage, 1 to 100" },
	{ "pressure-file", set_pressure_file, "it is the path of a PSI file" },
	{ "leave-time", set_leave_time, "it is a number of seconds, 0 to 86400" },
	{ "directory", set_directory, "it is a path that begins with '/', without blanks" },
	{ "guests", set_guests, "it is backed or returning" },
	{ "guest-port", set_guest_port, "it is 1 to 65535" },
	{ "guest-token-file", set_guest_token_file, "it is a path that begins with '/'" },
	{ "host", set_host, "it is ADDRESS or ADDRESS:PORT" },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

/* What is set already stays. -ENOENT: there is no such key. */
static int set_key(struct lend_options *options, const char *name, const char *value,
		   struct fault *fault)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		if (options->set & UINT32_C(1) << i)
			return 0;
		options->set |= UINT32_C(1) << i;
		return keys[i].set(options, value) ? 0 : refuse(fault, name, keys[i].hint);
	}
	return -ENOENT;
}

int lend_options_take(void *options, const char *key, const char *value, struct fault *fault)
{
	struct lend_options *all = options;
	int error = member_set(&all->member, key, value, fault);

	if (error != -ENOENT || !strncmp(key, "borrow-", 7))
		return error == -ENOENT ? 0 : error;
	if (!strncmp(key, "lend-", 5))
		error = set_key(all, key + 5, value, fault);
	return error == -ENOENT ? refuse(fault, key, "there is no such key") : error;
}

int lend_options_take_left(void *options, const char *key, const char *value, struct fault *fault)
{
	int error = strncmp(key, "lend-", 5) ? -ENOENT : set_key(options, key + 5, value, fault);

	return error == -ENOENT ? 0 : error;
}

static int read_file(const char *path, settings_take take, struct lend_options *options,
		     struct fault *fault)
{
	size_t length;
	char *text;
	int error = fs_read_regular_file(path, SETTINGS_BYTES_MAX, &text, &length, fault);

	if (error)
		return error;
	error = settings_read(text, length, path, take, options, fault);
	explicit_bzero(text, length);
	free(text);
	return error;
}

static int read_files(struct lend_options *options, struct fault *fault)
{
	const char *path = options->configuration ? options->configuration : MEMBER_CONFIGURATION;
	int error = 0;

	if (options->configuration || fs_is_file(path))
		error = read_file(path, lend_options_take, options, fault);
	if (!error && fs_is_file(MEMBER_FROM_INITRD))
		error = read_file(MEMBER_FROM_INITRD, lend_options_take_left, options, fault);
	return error;
}

void lend_options_finish(struct lend_options *options)
{
	if (!options->reserve_bytes && !options->reserve_per_cent)
		options->reserve_per_cent = 20;
	if (!options->port)
		options->port = LEND_PORT;
	if (!options->interval_s)
		options->interval_s = LEND_INTERVAL_S;
	if (options->pressure_max == 0)
		options->pressure_max = LEND_PRESSURE;
	if (!*options->pressure_file)
		snprintf(options->pressure_file, sizeof(options->pressure_file), "%s",
			 LEND_PRESSURE_FILE);
	if (!*options->directory)
		snprintf(options->directory, sizeof(options->directory), "%s", LEND_DIRECTORY);
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (keys[i].set == set_leave_time && !(options->set & UINT32_C(1) << i))
			options->leave_s = LEND_LEAVE_S;
}

static int check(const struct lend_options *options, struct fault *fault)
{
	if (options->guest && (!*options->host || !*options->guest_token_file))
		return refuse(fault, "guest", "it needs --host and --guest-token-file");
	if (!options->guest && *options->host)
		return refuse(fault, "host", "it is for --guest");
	if (options->guest_port && !*options->guest_token_file)
		return refuse(fault, "guest-port", "it needs --guest-token-file");
	return 0;
}

/* Behind those of the keys, which have their place in the table. */
enum {
	OPTION_BROKER = 1000,
	OPTION_MEMBER,
	OPTION_TOKEN_FILE,
	OPTION_CONFIGURATION,
	OPTION_GUEST,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option others[] = {
	{ "broker", required_argument, NULL, OPTION_BROKER },
	{ "member", required_argument, NULL, OPTION_MEMBER },
	{ "token-file", required_argument, NULL, OPTION_TOKEN_FILE },
	{ "configuration", required_argument, NULL, OPTION_CONFIGURATION },
	{ "guest", no_argument, NULL, OPTION_GUEST },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

#define OTHER_COUNT (sizeof(others) / sizeof(others[0]))

static void list_options(struct option known[static KEY_COUNT + OTHER_COUNT])
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		known[i] = (struct option){ keys[i].name, required_argument, NULL, (int)i + 1 };
	memcpy(known + KEY_COUNT, others, sizeof(others));
}

static int stop(int *status, int value)
{
	*status = value;
	return 1;
}

static int take_option(struct lend_options *options, int option, int *status, struct fault *fault)
{
	switch (option) {
	case OPTION_CONFIGURATION:
		options->configuration = optarg;
		return 0;
	case OPTION_GUEST:
		options->guest = true;
		return 0;
	case OPTION_HELP:
		fputs(usage, stdout);
		return stop(status, EXIT_SUCCESS);
	case OPTION_VERSION:
		puts("wireroot-lend " WIREROOT_VERSION);
		return stop(status, EXIT_SUCCESS);
	case '?':
		fputs("Try 'wireroot-lend --help'.\n", stderr);
		return stop(status, EXIT_USAGE);
	case OPTION_BROKER:
		return member_set(&options->member, "broker", optarg, fault);
	case OPTION_MEMBER:
		return member_set(&options->member, "member", optarg, fault);
	case OPTION_TOKEN_FILE:
		return member_set(&options->member, "token-file", optarg, fault);
	default:
		return set_key(options, keys[option - 1].name, optarg, fault);
	}
}

int lend_options_read(struct lend_options *options, int argc, char **argv, int *status,
		      struct fault *fault)
{
	struct option known[KEY_COUNT + OTHER_COUNT];
	int option, error = 0;

	*options = (struct lend_options){ 0 };
	list_options(known);
	optind = 1;
	while (!error && (option = getopt_long(argc, argv, "", known, NULL)) != -1)
		error = take_option(options, option, status, fault);
	if (error)
		return error;
	if (argv[optind]) {
		fprintf(stderr,
			"wireroot-lend: no such argument: %s\nTry 'wireroot-lend --help'.\n",
			argv[optind]);
		return stop(status, EXIT_USAGE);
	}
	error = read_files(options, fault);
	lend_options_finish(options);
	return error ? error : check(options, fault);
}
