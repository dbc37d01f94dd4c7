/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/discover/http_text.c initramfs/discover/report_json.c */
/* links: initramfs/value.c initramfs/fault.c */
/* links: userspace/lib/machine.c userspace/lib/text.c */
/* libraries: jansson */
/* What wireroot-discover writes and reads: its report, as the server reads it, URLs, answers. */
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

#include "initramfs/discover/http_text.h"
#include "initramfs/discover/report_json.h"
#include "userspace/lib/machine.h"

#define MAC "52:54:00:00:00:0a"

static struct facts *new_facts(void)
{
	struct facts *facts = calloc(1, sizeof(*facts));

	strcpy(facts->macs[0], "52:54:00:00:00:0b");
	strcpy(facts->macs[1], MAC);
	facts->mac_count = 2;
	facts->cpus = 4;
	facts->memory_kib = 2048;
	return facts;
}

static void add_modalias(struct facts *facts, const char *modalias)
{
	strcpy(facts->modaliases + facts->modaliases_used, modalias);
	facts->modaliases_used += (unsigned int)strlen(modalias) + 1;
	facts->modalias_count++;
}

static struct machine read_back(const struct facts *facts)
{
	char *text = malloc(REPORT_JSON_BYTES);
	size_t length = report_json_write(facts, MAC, "waiting", text);
	struct machine machine;
	struct fault fault = { 0 };

	assert_true(length <= MACHINE_REPORT_BYTES);
	if (machine_parse(text, length, &machine, &fault))
		fail_msg("%s: %s", fault.peer, fault.hint);
	free(text);
	return machine;
}

static void report_is_what_the_server_reads(void **state)
{
	struct facts *facts = new_facts();
	struct machine machine;

	(void)state;
	strcpy(facts->cpu, "Example CPU");
	strcpy(facts->serial, "77");
	add_modalias(facts, "pci:v1");
	add_modalias(facts, "virtio:d1");
	machine = read_back(facts);
	assert_int_equal(machine.mac_count, 2);
	assert_int_equal(machine.macs[0][5], 0xa);
	assert_int_equal(machine.macs[1][5], 0xb);
	assert_string_equal(machine.cpu, "Example CPU");
	assert_int_equal(machine.cpus, 4);
	assert_int_equal(machine.memory_kib, 2048);
	assert_string_equal(machine.serial, "77");
	assert_string_equal(machine.shown, "waiting");
	assert_string_equal(machine.modaliases, "pci:v1\nvirtio:d1\n");
	machine_free(&machine);
	free(facts);
}

static void strange_texts_of_firmware_do_no_harm(void **state)
{
	struct facts *facts = new_facts();
	struct machine machine;

	(void)state;
	strcpy(facts->vendor, "A \"quoted\" \\ name");
	strcpy(facts->product, "tab\there\033[2J\303\244");
	add_modalias(facts, "acpi:\"\\\001");
	machine = read_back(facts);
	assert_string_equal(machine.vendor, "A \"quoted\" \\ name");
	assert_string_equal(machine.product, "tab?here?[2J??");
	assert_string_equal(machine.modaliases, "acpi:\"\\?\n");
	machine_free(&machine);
	free(facts);
}

static void full_report_fits(void **state)
{
	struct facts *facts = new_facts();
	struct machine machine;
	char modalias[200];

	(void)state;
	facts->mac_count = FACTS_MACS_MAX;
	for (unsigned int i = 0; i < FACTS_MACS_MAX; i++)
		snprintf(facts->macs[i], FACTS_MAC_BYTES, "52:54:00:00:01:%02x", i);
	memset(facts->cpu, '"', FACTS_TEXT_BYTES - 1);
	memset(modalias, '\\', sizeof(modalias) - 1);
	modalias[sizeof(modalias) - 1] = '\0';
	while (facts->modaliases_used + sizeof(modalias) <= FACTS_MODALIASES_BYTES)
		add_modalias(facts, modalias);
	machine = read_back(facts);
	assert_int_equal(machine.mac_count, FACTS_MACS_MAX);
	assert_int_equal(strlen(machine.cpu), FACTS_TEXT_BYTES - 1);
	machine_free(&machine);
	free(facts);
}

static void url_has_an_address_in_numbers(void **state)
{
	static const char *const bad[] = {
		"",
		"http://",
		"http://10.0.0.1",
		"https://10.0.0.1/a",
		"http://boot/a",
		"http://10.0.0.1:/a",
		"http://10.0.0.1:0/a",
		"http://10.0.0.1:65536/a",
		"http://0.0.0.0/a",
		"http://10.0.0.1/a b",
		"http://10.0.0.1/a\nb",
	};
	struct http_url url;

	(void)state;
	assert_true(http_url_parse("http://10.0.0.1:8017/v1/discover", &url));
	assert_int_equal(url.address, 0x0a000001);
	assert_int_equal(url.port, 8017);
	assert_string_equal(url.path, "/v1/discover");
	assert_true(http_url_parse("http://10.0.0.1/", &url));
	assert_int_equal(url.port, 80);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (http_url_parse(bad[i], &url))
			fail_msg("'%s' is accepted", bad[i]);
}

static void answer_has_status_and_first_line(void **state)
{
	static const struct {
		const char *text;
		unsigned int status; /* 0: refused */
		const char *line;
	} examples[] = {
		{ "HTTP/1.1 200 OK\r\nA: b\r\n\r\nwaiting\n", 200, "waiting" },
		{ "HTTP/1.0 403 \r\n\r\nno\033window", 403, "no?window" },
		{ "HTTP/1.1 200 OK\r\n\r\n", 200, "" },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n", 0, NULL },
		{ "HTTP/2 200 OK\r\n\r\nx", 0, NULL },
		{ "HTTP/1.1 2x0 OK\r\n\r\nx", 0, NULL },
		{ "SSH-2.0-OpenSSH_9.2\r\n\r\n", 0, NULL },
		{ "", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char line[HTTP_LINE_BYTES];
		unsigned int status = 0;
		bool good = http_answer_parse(examples[i].text, strlen(examples[i].text), &status,
					      line);

		assert_int_equal(good, examples[i].status != 0);
		if (!good)
			continue;
		assert_int_equal(status, examples[i].status);
		assert_string_equal(line, examples[i].line);
	}
}

static void line_of_the_server_is_one_of_three(void **state)
{
	static const char *const bad[] = { "",		"waiting ",    "adopting",
					   "adopting ", "adopted a b", "adopted ;",
					   "restart",	"Waiting" };
	enum discovery_state told;
	const char *name;

	(void)state;
	assert_true(discovery_line_parse("waiting", &told, &name));
	assert_int_equal(told, DISCOVERY_WAITING);
	assert_true(discovery_line_parse("adopting compute-0-1", &told, &name));
	assert_int_equal(told, DISCOVERY_ADOPTING);
	assert_true(discovery_line_parse("adopted compute-0-1", &told, &name));
	assert_int_equal(told, DISCOVERY_ADOPTED);
	assert_string_equal(name, "compute-0-1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(discovery_line_parse(bad[i], &told, &name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_is_what_the_server_reads),
		cmocka_unit_test(strange_texts_of_firmware_do_no_harm),
		cmocka_unit_test(full_report_fits),
		cmocka_unit_test(url_has_an_address_in_numbers),
		cmocka_unit_test(answer_has_status_and_first_line),
		cmocka_unit_test(line_of_the_server_is_one_of_three),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
