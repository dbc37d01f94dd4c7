// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tell people what the init does: on the console, in /run/wireroot/, and to the boot server.
 *
 * Nothing here fails loudly: a report that cannot be delivered must not stop a boot. Each edition
 * of the timeline holds all that came before, so a lost datagram is healed by the next one.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report.h"
#include "sys.h"

#define LINE_BYTES 640

void report_init(struct report *report)
{
	struct timeline *timeline = &report->timeline;
	char text[64];

	memset(report, 0, sizeof(*report));
	if (file_read("/proc/sys/kernel/random/boot_id", text, sizeof(text)) < 0)
		strlcpy(text, "00000000-0000-0000-0000-000000000000", sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	strlcpy(timeline->boot_id, text, sizeof(timeline->boot_id));
}

static void append_to_log(const char *line, size_t length)
{
	int fd = open(LOG_PATH, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	(void)write_all(fd, line, length);
	close(fd);
}

static void print_line(const char *format, va_list arguments)
{
	char line[LINE_BYTES];
	uint64_t now_us = monotonic_us();
	int prefix, length;

	prefix = snprintf(line, sizeof(line), "wireroot [%4u.%03u] ",
			  (unsigned int)(now_us / 1000000), (unsigned int)(now_us / 1000 % 1000));
	length = prefix +
		 vsnprintf(line + prefix, sizeof(line) - (size_t)prefix - 1, format, arguments);
	if (length > (int)sizeof(line) - 2)
		length = (int)sizeof(line) - 2;
	line[length++] = '\n';
	(void)write_all(STDERR_FILENO, line, (size_t)length);
	append_to_log(line, (size_t)length);
}

void report_line(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(format, arguments);
	va_end(arguments);
}

void report_debug(const struct report *report, const char *format, ...)
{
	va_list arguments;

	if (!report->debug)
		return;
	va_start(arguments, format);
	print_line(format, arguments);
	va_end(arguments);
}

static void send_text(const struct report *report, const char *text, size_t length)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(report->port),
				  .sin_addr.s_addr = htonl(report->address) };
	int fd;

	if (!report->network || !report->address)
		return;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, length, 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

void report_send(struct report *report)
{
	char text[TIMELINE_TEXT_BYTES];
	int length;

	report->timeline.sequence++;
	length = timeline_format(&report->timeline, text);
	if (length < 0)
		return;
	(void)file_write(TIMELINE_PATH, text);
	send_text(report, text, (size_t)length);
}

void report_begin(struct report *report, enum stage stage)
{
	struct stage_times *times = &report->timeline.stages[stage];

	if (times->state != STAGE_WAITING)
		return; /* a retry goes on with the stage that began before */
	times->state = STAGE_RUNNING;
	times->start_us = monotonic_us();
}

void report_end(struct report *report, enum stage stage, enum stage_state state)
{
	struct stage_times *times = &report->timeline.stages[stage];

	times->state = state;
	times->end_us = monotonic_us();
	report_send(report);
}

void report_fault(struct report *report, enum stage stage, const struct fault *fault)
{
	struct timeline *timeline = &report->timeline;

	fault_line(fault, timeline->fault_line);
	timeline->fault_stage = stage;
	timeline->fault_us = monotonic_us();
	timeline->fault_errno = fault->error;
	report_line("%s: %s", stage_name(stage), timeline->fault_line);
	report_send(report);
}
