// SPDX-License-Identifier: GPL-2.0-only
/* What `wireroot discover` and `wireroot node adopt` have in common; see adoption.h. */
#include "tools/cmd/adoption.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cmd/cmd.h"

#define WINDOW_DEFAULT_S 600
#define WINDOW_MAX_S	 86400

static const struct option known[] = {
	GENERATION_OPTIONS,
	{ "profile", required_argument, NULL, 'P' },
	{ "address-from", required_argument, NULL, 'A' },
	{ "control", required_argument, NULL, 'C' },
	{ "apply-command", required_argument, NULL, 'R' },
	{ "name", required_argument, NULL, ADOPTION_NAME },
	{ "window", required_argument, NULL, ADOPTION_WINDOW },
	{ "list-only", no_argument, NULL, ADOPTION_LIST },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* "90", "90s", "10m", "2h", "1d"; 0 for what is none, or longer than a day. */
static unsigned int read_duration(const char *text)
{
	static const struct {
		char unit;
		unsigned int seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t length = strspn(text, "0123456789");
	unsigned int seconds = 1;
	char digits[8];
	uint32_t number;

	if (length == 0 || length >= sizeof(digits))
		return 0;
	memcpy(digits, text, length);
	digits[length] = '\0';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text[length] == units[i].unit && !text[length + 1])
			seconds = units[i].seconds;
	if (text[length] && (text[length + 1] || !strchr("smhd", text[length])))
		return 0;
	return value_number(digits, WINDOW_MAX_S / seconds, &number) ? number * seconds : 0;
}

/* As adoption_arguments(). */
static int take_option(struct adoption_arguments *arguments, int key)
{
	struct fault fault;

	switch (key) {
	case 'P':
		arguments->adoption.profile = optarg;
		return -1;
	case 'A':
		if (address_range_parse(optarg, &arguments->adoption.range, &fault))
			return cmd_misused(arguments->command->generation.name, fault.hint, "");
		return -1;
	case 'C':
		arguments->control = optarg;
		return -1;
	case 'R':
		arguments->adoption.apply_command = optarg;
		return -1;
	case ADOPTION_NAME:
		arguments->name = optarg;
		return -1;
	case ADOPTION_WINDOW:
		arguments->window_s = read_duration(optarg);
		return arguments->window_s
			       ? -1
			       : cmd_misused(arguments->command->generation.name,
					     "a window is open for 1s to 1d, not", optarg);
	case ADOPTION_LIST:
		arguments->list_only = true;
		return -1;
	default:
		return generation_take_option(&arguments->generation, key);
	}
}

int adoption_arguments(struct adoption_arguments *arguments, const struct adoption_command *command,
		       int argc, char **argv)
{
	int key, status = -1;

	*arguments = (struct adoption_arguments){ .command = command,
						  .control = WIREROOTD_CONTROL_PATH,
						  .window_s = WINDOW_DEFAULT_S };
	generation_defaults(&arguments->generation, &command->generation, argc, argv);
	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while (status < 0 && (key = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (key == 'h') {
			fputs(command->generation.help, stdout);
			return CMD_DONE;
		}
		if (key == '?')
			return cmd_bad_option(command->generation.name, argv, known);
		if (strchr("NWL", key) && !strchr(command->options, key))
			return cmd_misused(arguments->command->generation.name,
					   "this option is another command's", "");
		status = take_option(arguments, key);
	}
	arguments->words = argv + optind;
	arguments->word_count = argc - optind;
	arguments->adoption.apply = arguments->generation.apply;
	arguments->adoption.log = &arguments->generation.log;
	return status;
}

void adoption_print(const struct adoption_arguments *arguments, json_t *event, const char *format,
		    ...)
{
	char *line = arguments->generation.json ? json_dumps(event, JSON_COMPACT) : NULL;
	va_list values;

	va_start(values, format);
	if (line)
		puts(line);
	else if (!arguments->generation.json)
		vprintf(format, values);
	va_end(values);
	/* Somebody waits for it, be it a program behind a pipe. */
	fflush(stdout);
	free(line);
	json_decref(event);
}

static void print_adopted(const struct adoption_arguments *arguments,
			  const struct adoption *adoption, const struct adopted *adopted)
{
	char mac[MAC_TEXT_BYTES], address[IPV4_TEXT_BYTES] = "";
	const char *drivers = text_string(&adopted->drivers);

	value_mac_text(adoption->mac, mac);
	if (adopted->address)
		value_ipv4_text(adopted->address, address);
	adoption_print(arguments,
		       json_pack("{s:s, s:s, s:s, s:s, s:s}", "event", "adopted", "mac", mac,
				 "name", adoption->name, "address", address, "drivers", drivers),
		       "%s is %s, %s, %s%s\n", mac, adoption->name,
		       *address ? address : "without an address of its own",
		       *drivers ? "drivers " : "the drivers of its profile", drivers);
}

int adoption_run(const struct adoption_arguments *arguments, const struct adoption *adoption,
		 struct fault *fault)
{
	struct adopted adopted;
	int error = adopt(adoption, &adopted, fault);

	if (!error)
		print_adopted(arguments, adoption, &adopted);
	adopted_free(&adopted);
	return error;
}
