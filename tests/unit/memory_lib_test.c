// SPDX-License-Identifier: GPL-2.0-only
/* What lenders and borrowers share: settings, who a member is, what a broker's answer means. */
/* links: userspace/memory/lib/settings.c userspace/memory/lib/member.c */
/* links: userspace/memory/lib/broker_reply.c userspace/lib/fs.c initramfs/fault.c */
/* links: initramfs/value.c */
/* libraries: jansson */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "userspace/memory/lib/broker_reply.h"
#include "userspace/memory/lib/member.h"

static int collect(void *context, const char *key, const char *value, struct fault *fault)
{
	char *all = context;

	if (!strcmp(key, "bad"))
		return fault_set(fault, EINVAL, "read settings", key, "why");
	snprintf(all + strlen(all), 512 - strlen(all), "[%s|%s]", key, value);
	return 0;
}

static void settings_are_lines_of_keys_and_values(void **state)
{
	static const struct {
		const char *text, *all, *peer;
	} cases[] = {
		{ "", "", NULL },
		{ "a=b", "[a|b]", NULL },
		{ "a = b\n", "[a|b]", NULL },
		{ " a\t=  b c \r\n\n# x = y\n\t# z\nd=e=f\ng =\n", "[a|b c][d|e=f][g|]", NULL },
		{ "a=b\nno\n", "[a|b]", "name:2" },
		{ "= b", "", "name:1" },
		{ "\n\nbad=1\nc=d", "", "name:3" },
		{ "a=b\x01", "", "name:1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };
		char all[512] = "";
		int error = settings_read(cases[i].text, strlen(cases[i].text), "name", collect,
					  all, &fault);

		assert_string_equal(all, cases[i].all);
		assert_int_equal(error, cases[i].peer ? -EINVAL : 0);
		assert_string_equal(fault.peer, cases[i].peer ? cases[i].peer : "");
	}
}

static void faults_of_settings_show_no_value(void **state)
{
	static const char text[] = "token=very secret\n";
	struct member member = { 0 };
	struct fault fault = { 0 };
	char line[FAULT_LINE_BYTES];

	(void)state;
	assert_int_equal(settings_read(text, strlen(text), "conf", member_take, &member, &fault),
			 -EINVAL);
	assert_null(strstr(fault_line(&fault, line), "secret"));
	assert_non_null(strstr(line, "conf:1"));
}

static void broker_is_an_address_or_a_url(void **state)
{
	static const struct {
		const char *text, *url;
	} cases[] = {
		{ "10.0.0.1", "http://10.0.0.1:8017" },
		{ "10.0.0.1:80", "http://10.0.0.1:80" },
		{ "boot", "http://boot:8017" },
		{ "http://boot", "http://boot:8017" },
		{ "http://boot:99/", "http://boot:99" },
		{ "https://boot", "https://boot:8017" },
		{ "[fd00::1]", "http://[fd00::1]:8017" },
		{ "[fd00::1]:80", "http://[fd00::1]:80" },
		{ "", NULL },
		{ "http://", NULL },
		{ "http://boot/v1", NULL },
		{ "ftp://boot", NULL },
		{ "user@boot", NULL },
		{ "boot?x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct member member = { 0 };
		struct fault fault = { 0 };
		int error = member_set(&member, "broker", cases[i].text, &fault);

		assert_int_equal(error, cases[i].url ? 0 : -EINVAL);
		assert_string_equal(member.broker, cases[i].url ? cases[i].url : "");
	}
}

static void what_is_known_first_stays(void **state)
{
	struct member member = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(member_set(&member, "member", "n01", &fault), 0);
	assert_int_equal(member_set(&member, "member", "n02", &fault), 0);
	assert_string_equal(member.name, "n01");
	assert_int_equal(member_set(&member, "token", "a b", &fault), -EINVAL);
	assert_int_equal(member_set(&member, "token", "a\"b", &fault), -EINVAL);
	assert_int_equal(member_set(&member, "token-file", "relative", &fault), -EINVAL);
	assert_int_equal(member_set(&member, "nonsense", "x", &fault), -ENOENT);
	assert_int_equal(member_take(&member, "session", "7", &fault), 0);
	assert_false(member_is_complete(&member));
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void rest_comes_from_token_file_and_initrd(void **state)
{
	char directory[] = "/tmp/memory_lib_test.XXXXXX", initrd[64], token[64];
	struct member member = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(initrd, sizeof(initrd), "%s/member", directory);
	snprintf(token, sizeof(token), "%s/token", directory);
	assert_int_equal(member_finish(&member, initrd, &fault), -ENOENT);
	assert_string_equal(fault.peer, "broker");
	write_file(initrd, "broker=10.0.0.1:8017\nmember=n01\ntoken=from-initrd\n");
	assert_int_equal(member_finish(&member, initrd, &fault), 0);
	assert_string_equal(member.broker, "http://10.0.0.1:8017");
	assert_string_equal(member.token, "from-initrd");
	member = (struct member){ 0 };
	write_file(token, "from-file\nmore\n");
	assert_int_equal(member_set(&member, "token-file", token, &fault), 0);
	assert_int_equal(member_finish(&member, initrd, &fault), 0);
	assert_string_equal(member.token, "from-file");
	member = (struct member){ 0 };
	write_file(token, "");
	assert_int_equal(member_set(&member, "token-file", token, &fault), 0);
	assert_int_equal(member_finish(&member, initrd, &fault), -EINVAL);
	assert_string_equal(fault.peer, token);
	unlink(initrd);
	unlink(token);
	rmdir(directory);
}

static void answers_mean_what_their_status_says(void **state)
{
	static const struct {
		long status;
		const char *text;
		int error;
		const char *hint; /* its beginning */
	} cases[] = {
		{ 200, "{\"a\":1}", 0, "" },
		{ 201, "{}", 0, "" },
		{ 204, "", 0, "" },
		{ 200, "{", -EBADMSG, "the answer is no JSON" },
		{ 400, "{\"title\":\"T\",\"detail\":\"D\"}", -EINVAL, "T: D" },
		{ 401, "{\"title\":\"T\"}", -EACCES, "T" },
		{ 403, "{\"detail\":\"D\"}", -EACCES, "D" },
		{ 404, "", -ENOENT, "the broker answers with HTTP status 404" },
		{ 409, "no JSON", -EBUSY, "the broker answers with HTTP status 409" },
		{ 413, "", -EINVAL, "the broker" },
		{ 503, "{\"largest_bytes\":7}", -ENOSPC, "the broker" },
		{ 504, "[]", -ETIME, "the broker" },
		{ 500, "{\"title\":7}", -EREMOTEIO, "the broker" },
		{ 301, "", -EREMOTEIO, "the broker" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct broker_reply reply;

		broker_reply_read(&reply, "GET /", cases[i].status, cases[i].text,
				  strlen(cases[i].text));
		assert_int_equal(reply.error, cases[i].error);
		assert_int_equal(reply.fault.error, -cases[i].error);
		assert_int_equal(reply.status, cases[i].status);
		assert_memory_equal(reply.fault.hint, cases[i].hint, strlen(cases[i].hint));
		broker_reply_free(&reply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_lines_of_keys_and_values),
		cmocka_unit_test(faults_of_settings_show_no_value),
		cmocka_unit_test(broker_is_an_address_or_a_url),
		cmocka_unit_test(what_is_known_first_stays),
		cmocka_unit_test(rest_comes_from_token_file_and_initrd),
		cmocka_unit_test(answers_mean_what_their_status_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
