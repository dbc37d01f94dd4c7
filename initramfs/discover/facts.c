// SPDX-License-Identifier: GPL-2.0-only
/* Reads what the kernel knows of the machine; facts.h has the contract. */
#include "facts.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sys.h"

#define PATH_BYTES 1024
/* Of /sys/devices; buses behind buses seldom go deeper than ten. */
#define DEPTH_MAX 24
/* ARPHRD_ETHER as /sys has it. */
#define ETHERNET "1"

/* The first line of the file @path without blanks around it; "" when it cannot be read. */
static void read_line(const char *path, char *line, size_t bytes)
{
	char text[512];
	char *start = text, *end;

	line[0] = '\0';
	if (file_read(path, text, sizeof(text)) < 0)
		return;
	start += strspn(start, " \t");
	start[strcspn(start, "\n")] = '\0';
	end = start + strlen(start);
	while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	strlcpy(line, start, bytes);
}

/* --- network interfaces --------------------------------------------------------------------- */

static void interface_file(const char *interface, const char *name, char *line, size_t bytes)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", interface, name);
	read_line(path, line, bytes);
}

/* Is it a device's own interface, not one that was made on top of another? */
static bool is_device(const char *interface)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/sys/class/net/%s/device", interface);
	return access(path, F_OK) == 0;
}

static void gather_macs(struct facts *facts)
{
	DIR *directory = opendir("/sys/class/net");
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)) && facts->mac_count < FACTS_MACS_MAX) {
		char *mac = facts->macs[facts->mac_count];
		char type[8];

		if (entry->d_name[0] == '.' || !is_device(entry->d_name))
			continue;
		interface_file(entry->d_name, "type", type, sizeof(type));
		interface_file(entry->d_name, "address", mac, FACTS_MAC_BYTES);
		if (!strcmp(type, ETHERNET) && strlen(mac) == FACTS_MAC_BYTES - 1)
			facts->mac_count++;
	}
	closedir(directory);
}

void facts_mac_of(uint32_t address, char mac[static FACTS_MAC_BYTES])
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	DIR *directory = opendir("/sys/class/net");
	struct dirent *entry;

	mac[0] = '\0';
	while (fd >= 0 && directory && !mac[0] && (entry = readdir(directory))) {
		const struct sockaddr_in *found;
		struct ifreq request = { 0 };

		strlcpy(request.ifr_name, entry->d_name, sizeof(request.ifr_name));
		found = (const struct sockaddr_in *)&request.ifr_addr;
		if (ioctl(fd, SIOCGIFADDR, &request) == 0 &&
		    found->sin_addr.s_addr == htonl(address))
			interface_file(entry->d_name, "address", mac, FACTS_MAC_BYTES);
	}
	if (directory)
		closedir(directory);
	if (fd >= 0)
		close(fd);
}

/* --- CPU, memory, firmware ------------------------------------------------------------------ */

/* What stands behind "@key…: " in @text, to the end of the line; "" when the key is not there. */
static void value_of(const char *text, const char *key, char *value, size_t bytes)
{
	const char *at = strstr(text, key);
	size_t length;

	value[0] = '\0';
	at = at ? strchr(at, ':') : NULL;
	if (!at)
		return;
	at++;
	at += strspn(at, " \t");
	length = strcspn(at, "\n");
	if (length >= bytes)
		length = bytes - 1;
	memcpy(value, at, length);
	value[length] = '\0';
}

/* How many numbers a list such as "0-7,16" has. */
static unsigned int count_list(const char *list)
{
	unsigned int count = 0;

	while (*list >= '0' && *list <= '9') {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		count += last >= first ? (unsigned int)(last - first) + 1 : 0;
		list = end + (*end == ',');
	}
	return count;
}

/* The first CPU stands for all of them: the file has a page for each. */
static void gather_cpus(struct facts *facts)
{
	int fd = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);
	char text[4096], online[256];
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	value_of(text, "model name", facts->cpu, sizeof(facts->cpu));
	read_line("/sys/devices/system/cpu/online", online, sizeof(online));
	facts->cpus = count_list(online);
}

static void gather_memory(struct facts *facts)
{
	char text[4096], value[32];

	if (file_read("/proc/meminfo", text, sizeof(text)) < 0)
		return;
	value_of(text, "MemTotal", value, sizeof(value));
	facts->memory_kib = strtoull(value, NULL, 10);
}

static void gather_firmware(struct facts *facts)
{
	read_line("/sys/class/dmi/id/sys_vendor", facts->vendor, sizeof(facts->vendor));
	read_line("/sys/class/dmi/id/product_name", facts->product, sizeof(facts->product));
	read_line("/sys/class/dmi/id/product_serial", facts->serial, sizeof(facts->serial));
	read_line("/sys/class/dmi/id/product_uuid", facts->uuid, sizeof(facts->uuid));
}

/* --- devices -------------------------------------------------------------------------------- */

static void add_modalias(struct facts *facts, const char *modalias)
{
	unsigned int bytes = (unsigned int)strlen(modalias) + 1;
	const char *end = facts->modaliases + facts->modaliases_used;

	/* Longer ones are those of CPUs and of the machine as a whole, which have no driver. */
	if (bytes == 1 || bytes >= FACTS_MODALIAS_BYTES ||
	    facts->modalias_count == FACTS_MODALIASES_MAX ||
	    facts->modaliases_used + bytes > sizeof(facts->modaliases))
		return;
	for (const char *at = facts->modaliases; at < end; at += strlen(at) + 1)
		if (!strcmp(at, modalias))
			return;
	memcpy(facts->modaliases + facts->modaliases_used, modalias, bytes);
	facts->modaliases_used += bytes;
	facts->modalias_count++;
}

/* Go through the directory @path, of @length bytes in a buffer of PATH_BYTES, and those below. */
static void gather_devices(struct facts *facts, char *path, size_t length, unsigned int depth)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		size_t bytes = strlen(entry->d_name) + 2;

		if (entry->d_name[0] == '.' || bytes > PATH_BYTES - length)
			continue;
		snprintf(path + length, PATH_BYTES - length, "/%s", entry->d_name);
		if (entry->d_type == DT_DIR && depth < DEPTH_MAX) {
			gather_devices(facts, path, length + bytes - 1, depth + 1);
		} else if (entry->d_type == DT_REG && !strcmp(entry->d_name, "modalias")) {
			char modalias[512];

			read_line(path, modalias, sizeof(modalias));
			add_modalias(facts, modalias);
		}
	}
	path[length] = '\0';
	closedir(directory);
}

void facts_gather(struct facts *facts)
{
	char path[PATH_BYTES] = "/sys/devices";

	memset(facts, 0, sizeof(*facts));
	gather_macs(facts);
	gather_cpus(facts);
	gather_memory(facts);
	gather_firmware(facts);
	gather_devices(facts, path, strlen(path), 0);
}
