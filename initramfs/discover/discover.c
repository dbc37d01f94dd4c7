// SPDX-License-Identifier: GPL-2.0-only
/*
 * wireroot-discover: reports what an unknown machine has to the boot server, shows what becomes of
 * it, and restarts the machine once it is a node.
 *
 * Started by the init in the place of a root, when it has a lease, with the URL to report to; the
 * init goes on renewing the lease. In order: look at the machine, report, show the answer; again
 * and again, since the server holds its answer back until there is news. Nothing ends it but the
 * restart; what fails is told and tried again.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "../backoff.h"
#include "../fault.h"
#include "../sys.h"
#include "../value.h"
#include "facts.h"
#include "http_post.h"
#include "http_text.h"
#include "report_json.h"

/* A server that does not hold its answers is not to be asked more often than this. */
#define ASK_MS 1000
/* Time to read the name. */
#define LAST_LOOK_MS 3000

struct discover {
	struct http_url url;
	struct facts facts;
	char mac[FACTS_MAC_BYTES]; /* of the interface that speaks to the server */
	char json[REPORT_JSON_BYTES];
	char answer[HTTP_ANSWER_BYTES];
	char shown[HTTP_LINE_BYTES]; /* the server's last line; "" before the first */
	char trouble[FAULT_LINE_BYTES]; /* told last; "" while there is none */
	unsigned int failures; /* since the last answer */
};

static void pause_ms(uint32_t milliseconds)
{
	(void)poll(NULL, 0, (int)milliseconds);
}

static void show_machine(const struct discover *discover)
{
	const struct facts *facts = &discover->facts;
	char server[IPV4_TEXT_BYTES];

	fprintf(stderr,
		"\n\n"
		"Wireroot: this machine is not a node yet.\n"
		"\n"
		"    MAC address  %s\n"
		"    machine      %s %s\n"
		"    serial       %s\n"
		"    CPU          %u x %s\n"
		"    memory       %u MiB\n"
		"    reports to   %s\n"
		"\n",
		discover->mac, facts->vendor, facts->product, facts->serial, facts->cpus,
		facts->cpu, (unsigned int)(facts->memory_kib / 1024),
		value_ipv4_text(discover->url.address, server));
}

/* One line for what is new; the same trouble is told once. */
static void show_trouble(struct discover *discover, const char *line)
{
	if (strcmp(discover->trouble, line) != 0)
		fprintf(stderr, "Wireroot: %s; asking again\n", line);
	strlcpy(discover->trouble, line, sizeof(discover->trouble));
}

static void __attribute__((noreturn)) restart(void)
{
	pause_ms(LAST_LOOK_MS);
	sync();
	reboot(RB_AUTOBOOT, NULL);
	/* Only a kernel that cannot restart the machine gets here. */
	fprintf(stderr, "Wireroot: the machine does not restart (errno %d): switch it off and on\n",
		errno);
	for (;;)
		pause();
}

static void show_state(struct discover *discover, enum discovery_state state, const char *name)
{
	if (!discover->shown[0])
		show_machine(discover);
	switch (state) {
	case DISCOVERY_WAITING:
		fprintf(stderr, "Wireroot: %s is waiting to be adopted\n", discover->mac);
		break;
	case DISCOVERY_ADOPTING:
		fprintf(stderr, "Wireroot: %s is waiting to be adopted as %s\n", discover->mac,
			name);
		break;
	case DISCOVERY_ADOPTED:
		fprintf(stderr, "Wireroot: %s was adopted as %s; restarting\n", discover->mac,
			name);
		restart();
	}
}

/* Report once. Returns 0 with the status and the line of the answer, or negative with @fault. */
static int report(struct discover *discover, unsigned int *status,
		  char line[static HTTP_LINE_BYTES], struct fault *fault)
{
	uint32_t own;
	ssize_t length;
	int fd = http_connect(&discover->url, &own, fault);

	if (fd < 0)
		return fd;
	facts_gather(&discover->facts);
	facts_mac_of(own, discover->mac);
	length = (ssize_t)report_json_write(&discover->facts, discover->mac, discover->shown,
					    discover->json);
	length = http_post(fd, &discover->url, discover->json, (size_t)length, discover->answer,
			   fault);
	if (length < 0)
		return (int)length;
	if (!http_answer_parse(discover->answer, (size_t)length, status, line))
		return fault_set(fault, EBADMSG, "read the boot server's answer", "",
				 "what listens at this port is no wirerootd");
	return 0;
}

static void handle_answer(struct discover *discover, unsigned int status, const char *line)
{
	enum discovery_state state;
	const char *name;

	if (status != 200 || !discovery_line_parse(line, &state, &name)) {
		show_trouble(discover, line);
		pause_ms(backoff_delay_ms(discover->failures++, random_word()));
		return;
	}
	discover->failures = 0;
	discover->trouble[0] = '\0';
	if (strcmp(line, discover->shown) != 0)
		show_state(discover, state, name);
	strlcpy(discover->shown, line, sizeof(discover->shown));
}

static void ask(struct discover *discover)
{
	char line[HTTP_LINE_BYTES], trouble[FAULT_LINE_BYTES];
	uint64_t began_us = monotonic_us();
	struct fault fault = { 0 };
	unsigned int status;

	if (report(discover, &status, line, &fault) < 0) {
		show_trouble(discover, fault_line(&fault, trouble));
		pause_ms(backoff_delay_ms(discover->failures++, random_word()));
		return;
	}
	handle_answer(discover, status, line);
	if (monotonic_us() - began_us < ASK_MS * 1000)
		pause_ms(ASK_MS);
}

int main(int argc, char *argv[])
{
	static struct discover discover; /* static only for its size */

	if (argc != 2 || !http_url_parse(argv[1], &discover.url)) {
		fprintf(stderr,
			"wireroot-discover: give a URL such as http://10.0.0.1:8017/v1/discover; "
			"see wireroot-discover(8)\n");
		return 2;
	}
	for (;;)
		ask(&discover);
}
