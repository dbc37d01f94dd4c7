/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/discovery.c userspace/wirerootd/recent.c */
/* links: userspace/wirerootd/control_request.c userspace/wirerootd/index.c */
/* links: userspace/lib/machine.c userspace/lib/text.c */
/* links: initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
/* Unknown machines: whose report counts, what they are told, and how many there can be. */
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

#include "userspace/wirerootd/control_request.h"
#include "userspace/wirerootd/discovery.h"

#define START_S 1000000
#define INDEX	"52:54:00:00:00:01 n1 10.0.0.1\n"

static struct node_index read_index(void)
{
	struct node_index index;
	struct fault fault;

	assert_int_equal(index_parse(INDEX, strlen(INDEX), "nodes", &index, &fault), 0);
	return index;
}

/* A report of the machine whose first MAC address ends in @first, with a second one. */
static const char *report_text(unsigned int first, unsigned int second, const char *shown)
{
	static char text[1024];

	snprintf(
		text, sizeof(text),
		"{\"mac\":\"52:54:00:00:%02x:%02x\",\"macs\":[\"52:54:00:00:%02x:%02x\","
		"\"52:54:00:00:%02x:%02x\"],\"cpu\":\"Example CPU\",\"cpus\":2,\"memory_kib\":2097152,"
		"\"vendor\":\"Example\",\"product\":\"Box\",\"serial\":\"7\",\"uuid\":\"\","
		"\"modaliases\":[\"pci:v1\"],\"shown\":\"%s\"}",
		first >> 8, first & 255, first >> 8, first & 255, second >> 8, second & 255, shown);
	return text;
}

/* The report is sent by the machine whose MAC address ends in @neighbour; 0: nobody knows it. */
static struct discovery_answer send_text(struct discovery *discovery, const char *text,
					 unsigned int neighbour, time_t now)
{
	struct node_index index = read_index();
	struct discovery_report report = {
		.text = text,
		.length = strlen(text),
		.peer = "10.0.0.9",
		.has_neighbour = neighbour != 0,
		.neighbour = { 0x52, 0x54, 0, 0, (uint8_t)(neighbour >> 8), (uint8_t)neighbour },
		.now = now,
	};
	struct discovery_answer answer;

	discovery_take_report(discovery, &index, &report, &answer);
	index_free(&index);
	return answer;
}

static struct discovery_answer report_of(struct discovery *discovery, unsigned int mac,
					 const char *shown)
{
	return send_text(discovery, report_text(mac, mac, shown), mac, START_S);
}

static void machine_waits_is_adopted_and_leaves(void **state)
{
	static const uint8_t mac[6] = { 0x52, 0x54, 0, 0, 0, 9 };
	struct discovery discovery;
	struct discovery_answer answer;

	(void)state;
	discovery_init(&discovery);
	assert_int_equal(discovery_open(&discovery, "compute", "n[1-]", START_S + 60), 0);
	answer = report_of(&discovery, 9, "");
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.text, "waiting");
	assert_true(answer.is_arrival && answer.is_news);
	answer = report_of(&discovery, 9, "waiting");
	assert_false(answer.is_arrival || answer.is_news);
	assert_int_equal(discovery_tell(&discovery, mac, MACHINE_ADOPTING, "n2"), 0);
	answer = report_of(&discovery, 9, "waiting");
	assert_string_equal(answer.text, "adopting n2");
	assert_true(answer.is_news);
	assert_int_equal(discovery_tell(&discovery, mac, MACHINE_ADOPTED, "n2"), 0);
	assert_string_equal(report_of(&discovery, 9, "adopting n2").text, "adopted n2");
	assert_null(discovery_find(&discovery, mac));
	assert_int_equal(discovery_tell(&discovery, mac, MACHINE_ADOPTED, "n2"), -ENOENT);
	discovery_free(&discovery);
}

static void failed_adoption_lets_the_machine_wait_again(void **state)
{
	static const uint8_t mac[6] = { 0x52, 0x54, 0, 0, 0, 9 };
	struct discovery discovery;

	(void)state;
	discovery_init(&discovery);
	discovery_open(&discovery, "compute", "n[1-]", START_S + 60);
	report_of(&discovery, 9, "");
	discovery_tell(&discovery, mac, MACHINE_ADOPTING, "n2");
	discovery_tell(&discovery, mac, MACHINE_WAITING, NULL);
	assert_string_equal(report_of(&discovery, 9, "adopting n2").text, "waiting");
	discovery_free(&discovery);
}

static void closed_window_takes_nobody_in_and_keeps_those_who_wait(void **state)
{
	struct discovery discovery;

	(void)state;
	discovery_init(&discovery);
	assert_int_equal(report_of(&discovery, 9, "").status, 403);
	discovery_open(&discovery, "compute", "n[1-]", START_S + 60);
	assert_int_equal(discovery_open(&discovery, "x", "y", START_S + 60), -EBUSY);
	assert_int_equal(report_of(&discovery, 9, "").status, 200);
	discovery_close(&discovery);
	assert_int_equal(report_of(&discovery, 8, "").status, 403);
	assert_int_equal(report_of(&discovery, 9, "waiting").status, 200);
	discovery_free(&discovery);
}

static void forged_reports_are_refused(void **state)
{
	struct discovery discovery;

	(void)state;
	discovery_init(&discovery);
	discovery_open(&discovery, "compute", "n[1-]", START_S + 60);
	/* Another machine than it says; one that nobody knows; a node's second address. */
	assert_int_equal(send_text(&discovery, report_text(9, 9, ""), 8, START_S).status, 403);
	assert_int_equal(send_text(&discovery, report_text(9, 9, ""), 0, START_S).status, 403);
	assert_int_equal(send_text(&discovery, report_text(9, 1, ""), 9, START_S).status, 403);
	assert_int_equal(discovery.count, 0);
	/* The address of another machine that waits. */
	assert_int_equal(send_text(&discovery, report_text(9, 7, ""), 9, START_S).status, 200);
	assert_int_equal(send_text(&discovery, report_text(8, 7, ""), 8, START_S).status, 403);
	assert_int_equal(send_text(&discovery, report_text(7, 7, ""), 7, START_S).status, 403);
	assert_int_equal(discovery.count, 1);
	discovery_free(&discovery);
}

static void machine_that_the_index_knows_is_told_its_name(void **state)
{
	struct discovery discovery;
	struct discovery_answer answer;

	(void)state;
	discovery_init(&discovery);
	answer = report_of(&discovery, 1, "waiting");
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.text, "adopted n1");
	assert_false(answer.is_arrival);
	discovery_free(&discovery);
}

static void machine_that_waited_is_told_when_the_index_knows_it(void **state)
{
	struct node_index index = read_index(), nobody = { 0 };
	struct discovery_report report = { .peer = "10.0.0.9",
					   .has_neighbour = true,
					   .neighbour = { 0x52, 0x54, 0, 0, 0, 1 },
					   .now = START_S };
	struct discovery discovery;
	struct discovery_answer answer;

	(void)state;
	discovery_init(&discovery);
	discovery_open(&discovery, "compute", "n[1-]", START_S + 60);
	report.text = report_text(1, 1, "");
	report.length = strlen(report.text);
	discovery_take_report(&discovery, &nobody, &report, &answer);
	assert_string_equal(answer.text, "waiting");
	discovery_take_report(&discovery, &index, &report, &answer);
	assert_string_equal(answer.text, "adopted n1");
	assert_int_equal(discovery.count, 0);
	index_free(&index);
	discovery_free(&discovery);
}

static void full_list_makes_room_for_those_that_are_still_there(void **state)
{
	struct discovery discovery;

	(void)state;
	discovery_init(&discovery);
	discovery_open(&discovery, "compute", "n[1-]", START_S + 6000);
	for (unsigned int i = 0; i < DISCOVERY_MACHINES_MAX; i++)
		assert_int_equal(report_of(&discovery, 0x100 + i, "").status, 200);
	assert_int_equal(report_of(&discovery, 0x900, "").status, 503);
	assert_int_equal(
		send_text(&discovery, report_text(0x180, 0x180, ""), 0x180, START_S + 400).status,
		200);
	assert_int_equal(
		send_text(&discovery, report_text(0x900, 0x900, ""), 0x900, START_S + 401).status,
		200);
	assert_int_equal(discovery.count, 2);
	discovery_free(&discovery);
}

static void unusable_reports_are_refused(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} examples[] = {
		{ "{", "[", "JSON" },
		{ "\"cpus\":2", "\"cpus\":-2", "cpus" },
		{ "\"cpus\":2", "\"cpus\":\"2\"", "cpus" },
		{ "2097152", "99999999999999999", "memory_kib" },
		{ "Example CPU", "Example\\nCPU", "cpu" },
		{ "Example CPU", "Ex\\u0000CPU", "JSON" },
		{ "Example CPU", "Ex\\u001b[2JCPU", "cpu" },
		{ "Example CPU", "Ex\303\244mple", "cpu" },
		{ "pci:v1", "pci:\\u0007", "modaliases" },
		{ "[\"pci:v1\"]", "7", "modaliases" },
		{ "\"mac\":\"52", "\"mac\":\"53", "mac" },
		{ "\"cpu\":", "\"other\":", "cpu" },
		{ "\"serial\":\"7\"", "\"serial\":\"7\",\"serial\":\"8\"", "JSON" },
	};
	struct discovery discovery;

	(void)state;
	discovery_init(&discovery);
	discovery_open(&discovery, "compute", "n[1-]", START_S + 60);
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const char *good = report_text(9, 9, ""), *at = strstr(good, examples[i].from);
		struct discovery_answer answer;
		char text[1200];

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, examples[i].to,
			 at + strlen(examples[i].from));
		answer = send_text(&discovery, text, 9, START_S);
		assert_int_equal(answer.status, 400);
		if (!strstr(answer.text, examples[i].why))
			fail_msg("%s: %s", text, answer.text);
	}
	discovery_free(&discovery);
}

static void reports_of_one_address_are_limited(void **state)
{
	struct discovery discovery;

	(void)state;
	discovery_init(&discovery);
	for (int i = 0; i < DISCOVERY_REPORTS; i++)
		assert_true(discovery_may_report(&discovery, "10.0.0.9", START_S));
	assert_false(discovery_may_report(&discovery, "10.0.0.9", START_S + 9));
	assert_true(discovery_may_report(&discovery, "10.0.0.8", START_S + 9));
	assert_true(discovery_may_report(&discovery, "10.0.0.9", START_S + 10));
	discovery_free(&discovery);
}

static void control_requests_are_read_or_refused(void **state)
{
	static const struct {
		const char *line;
		int error;
		enum control_verb verb;
	} examples[] = {
		{ "{\"do\":\"machines\"}", 0, CONTROL_MACHINES },
		{ "{\"do\":\"open\",\"seconds\":600,\"profile\":\"c\",\"name\":\"n[0-]\"}", 0,
		  CONTROL_OPEN },
		{ "{\"do\":\"waiting\",\"mac\":\"52:54:00:00:00:01\"}", 0, CONTROL_WAITING },
		{ "{\"do\":\"adopted\",\"mac\":\"52:54:00:00:00:01\",\"name\":\"n1\"}", 0,
		  CONTROL_ADOPTED },
		{ "{\"do\":\"adopted\",\"mac\":\"52:54:00:00:00:01\"}", -EINVAL, 0 },
		{ "{\"do\":\"adopted\",\"mac\":\"52:54:00\",\"name\":\"n1\"}", -EINVAL, 0 },
		{ "{\"do\":\"adopting\",\"mac\":\"52:54:00:00:00:01\",\"name\":\"n 1\"}", -EINVAL,
		  0 },
		{ "{\"do\":\"open\",\"seconds\":0,\"profile\":\"c\",\"name\":\"n\"}", -EINVAL, 0 },
		{ "{\"do\":\"open\",\"seconds\":86401,\"profile\":\"c\",\"name\":\"n\"}", -EINVAL,
		  0 },
		{ "{\"do\":\"stop\"}", -EINVAL, 0 },
		{ "[]", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct control_request request;
		struct fault fault;

		assert_int_equal(control_request_parse(examples[i].line, strlen(examples[i].line),
						       &request, &fault),
				 examples[i].error);
		if (!examples[i].error)
			assert_int_equal(request.verb, examples[i].verb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_waits_is_adopted_and_leaves),
		cmocka_unit_test(failed_adoption_lets_the_machine_wait_again),
		cmocka_unit_test(closed_window_takes_nobody_in_and_keeps_those_who_wait),
		cmocka_unit_test(forged_reports_are_refused),
		cmocka_unit_test(machine_that_the_index_knows_is_told_its_name),
		cmocka_unit_test(machine_that_waited_is_told_when_the_index_knows_it),
		cmocka_unit_test(full_list_makes_room_for_those_that_are_still_there),
		cmocka_unit_test(unusable_reports_are_refused),
		cmocka_unit_test(reports_of_one_address_are_limited),
		cmocka_unit_test(control_requests_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
