/* SPDX-License-Identifier: GPL-2.0-only */
/* `wireroot timeline FILE|NODE`: how a boot spent its time, as bars, SVG or JSON. */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/cmd/cmd.h"
#include "tools/timeline/chart.h"
#include "tools/timeline/source.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/timeline_json.h"

#define DEFAULT_SERVER "http://127.0.0.1:8017"
#define DEFAULT_WIDTH  80

struct options {
	const char *what; /* file or node */
	const char *server; /* NULL: the default one */
	const char *timelines; /* NULL: ask the server */
	const char *svg; /* NULL: draw bars */
	int json;
};

static const char usage[] =
	"Usage: wireroot timeline FILE|NODE [OPTION]...\n"
	"Show how the boot of a node spent its time, as bars on the terminal.\n"
	"\n"
	"FILE is a timeline (on a node: /run/wireroot/timeline); NODE a host name or MAC address.\n"
	"\n"
	"  --server URL     ask this wirerootd for NODE (default: " DEFAULT_SERVER ")\n"
	"  --timelines DIR  look for NODE in wirerootd's directory instead\n"
	"  --svg FILE       draw an SVG into FILE instead\n"
	"  --json           print JSON instead\n"
	"  --help           show this\n";

/* -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "server", required_argument, NULL, 's' },
		{ "timelines", required_argument, NULL, 't' },
		{ "svg", required_argument, NULL, 'g' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*options = (struct options){ 0 };
	optind = 0; /* the arguments are another vector than main()'s */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 's':
			options->server = optarg;
			break;
		case 't':
			options->timelines = optarg;
			break;
		case 'g':
			options->svg = optarg;
			break;
		case 'j':
			options->json = 1;
			break;
		case 'h':
			fputs(usage, stdout);
			return CMD_DONE;
		default:
			return cmd_bad_option("timeline", argv, known);
		}
	}
	if (optind + 1 != argc)
		return cmd_misused("timeline", "give one FILE or NODE", "");
	if (options->server && options->timelines)
		return cmd_misused("timeline", "--server and --timelines exclude each other", "");
	if (options->json && options->svg)
		return cmd_misused("timeline", "--json and --svg exclude each other", "");
	options->what = argv[optind];
	return -1;
}

static int load(const struct options *options, struct timeline *timeline, struct fault *fault)
{
	if (options->timelines)
		return source_directory(options->timelines, options->what, timeline, fault);
	if (options->server)
		return source_server(options->server, options->what, timeline, fault);
	if (strchr(options->what, '/') || fs_is_file(options->what))
		return source_file(options->what, timeline, fault);
	return source_server(DEFAULT_SERVER, options->what, timeline, fault);
}

static unsigned int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	int width;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	width = columns ? atoi(columns) : 0;
	return width > 0 ? (unsigned int)width : DEFAULT_WIDTH;
}

static void draw_bars(const struct chart *chart, struct text *output)
{
	const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
	struct bars_style style = { .width = terminal_width() };

	/* Only what characters can be shown is taken from the locale; numbers keep their points. */
	setlocale(LC_CTYPE, "");
	style.unicode = !strcmp(nl_langinfo(CODESET), "UTF-8");
	style.colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && terminal &&
		       strcmp(terminal, "dumb") != 0;
	bars_draw(chart, &style, output);
}

static int add_json(const struct timeline *timeline, struct text *output)
{
	json_t *json = timeline_to_json(timeline);
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	json_decref(json);
	if (!text)
		return -ENOMEM;
	text_printf(output, "%s\n", text);
	free(text);
	return 0;
}

static int show(const struct options *options, const struct timeline *timeline, struct fault *fault)
{
	struct text output = { 0 };
	struct chart chart;
	int error = 0;

	chart_make(&chart, timeline);
	if (options->json)
		error = add_json(timeline, &output);
	else if (options->svg)
		svg_draw(&chart, &output);
	else
		draw_bars(&chart, &output);
	if (error || output.error)
		error = fault_set(fault, ENOMEM, "draw the timeline", options->what, NULL);
	else if (options->svg)
		error = fs_write_file(options->svg, output.data, output.length, 0644, fault);
	else if (fputs(output.data, stdout) < 0 || fflush(stdout) < 0)
		error = fault_set(fault, errno, "print the timeline", "standard output", NULL);
	text_free(&output);
	return error;
}

int cmd_timeline(int argc, char **argv)
{
	struct timeline timeline;
	struct options options;
	struct fault fault;
	int status = read_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (!load(&options, &timeline, &fault) && !show(&options, &timeline, &fault))
		return CMD_DONE;
	return cmd_failed("timeline", &fault);
}
