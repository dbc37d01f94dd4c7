// SPDX-License-Identifier: GPL-2.0-only
/* What the checks of a definition say, to the letter. Images and their files are not looked for. */
/* links: tools/cluster/ tools/generate/ipxe.c tools/generate/template.c tools/initrd/closure.c */
/* links: tools/initrd/archive.c tools/initrd/firmware.c tools/initrd/kernel_tree.c */
/* links: initramfs/fault.c initramfs/ip_param.c initramfs/module_list.c initramfs/params.c */
/* links: initramfs/root_spec.c initramfs/timeline.c initramfs/value.c initramfs/words.c */
/* links: userspace/lib/fs.c userspace/lib/log.c userspace/lib/nearest.c userspace/lib/spawn.c */
/* links: userspace/lib/text.c tools/initrd/wired.c userspace/lib/size.c */
/* links: userspace/lib/iscsi_portal.c initramfs/swap/swap_spec.c */
/* libraries: yaml-0.1 jansson libkmod libarchive */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/cluster/cluster.h"
#include "tools/cluster/findings.h"

/* Every example is a whole definition; these are lines that most have in common. */
#define CLUSTER "cluster: { name: demo }\n"
#define NETWORK                                                                                    \
	"networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
#define SERVER "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
#define IMAGE  "images: { deb: { path: /srv/deb } }\n"
#define BASE   CLUSTER NETWORK SERVER IMAGE
/* For nodes with disks. */
#define STORED "cluster: { name: demo, iqn: iqn.2026-11.example.demo }\n" NETWORK

static const struct example {
	const char *name, *definition, *findings;
} examples
	[] = {
		{ "nothing is wrong",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "" },
		{ "empty file", "",
		  "cluster.yaml:1:1: error: the definition has no cluster: what the cluster is called\n"
		  "  try: cluster: { name: demo }\n"
		  "cluster.yaml:1:1: error: the definition has no networks: the networks that nodes boot from, by name\n"
		  "  try: networks: { boot: { subnet: 10.0.0.0/24 } }\n"
		  "cluster.yaml:1:1: error: the definition has no servers: who boots the nodes and has their roots, by name\n"
		  "  try: servers: { head: { address: 10.0.0.1, roles: [boot, nfs] } }\n" },
		{ "comment alone", "# nothing yet\n",
		  "cluster.yaml:1:1: error: the definition has no cluster: what the cluster is called\n"
		  "  # nothing yet\n"
		  "  ^\n"
		  "  try: cluster: { name: demo }\n"
		  "cluster.yaml:1:1: error: the definition has no networks: the networks that nodes boot from, by name\n"
		  "  # nothing yet\n"
		  "  ^\n"
		  "  try: networks: { boot: { subnet: 10.0.0.0/24 } }\n"
		  "cluster.yaml:1:1: error: the definition has no servers: who boots the nodes and has their roots, by name\n"
		  "  # nothing yet\n"
		  "  ^\n"
		  "  try: servers: { head: { address: 10.0.0.1, roles: [boot, nfs] } }\n" },
		{ "definition is no map", "- a\n",
		  "cluster.yaml:1:1: error: the definition has to be a map: cluster, networks and so on\n"
		  "  - a\n"
		  "  ^\n"
		  "  try: cluster: { name: demo }, and what else there is\n" },
		{ "broken yaml names its place", CLUSTER "networks: { boot: [ }\n",
		  "cluster.yaml:2:21: error: broken YAML: did not find expected node content (while parsing a flow node)\n"
		  "  networks: { boot: [ }\n"
		  "                      ^\n"
		  "  try: a value is missing before this, or a } or ] that closes\n" },
		{ "bracket in braces wants quotes",
		  BASE "nodes:\n"
		       "  n[1-2]: { address: 10.0.0.[2-3] }\n",
		  "cluster.yaml:6:29: error: broken YAML: did not find expected ',' or '}' (while parsing a flow mapping)\n"
		  "    n[1-2]: { address: 10.0.0.[2-3] }\n"
		  "                              ^\n"
		  "  try: inside of { }, put double quotes around a value with [ ] or ,\n" },
		{ "tab indents",
		  CLUSTER "networks:\n"
			  "\tboot: {}\n",
		  "cluster.yaml:3:1: error: a tab stands where YAML wants blanks\n"
		  "  \tboot: {}\n"
		  "  ^\n"
		  "  try: indent with blanks\n" },
		{ "mapping in a value", CLUSTER "networks: boot: x\n",
		  "cluster.yaml:2:15: error: broken YAML: mapping values are not allowed in this context\n"
		  "  networks: boot: x\n"
		  "                ^\n"
		  "  try: is a line break missing, or are quotes around a value with ': '?\n" },
		{ "at sign without quotes",
		  BASE "nodes:\n"
		       "  @rack1: {}\n",
		  "cluster.yaml:6:3: error: broken YAML: found character that cannot start any token (while scanning for the next token)\n"
		  "    @rack1: {}\n"
		  "    ^\n"
		  "  try: put double quotes around a value that begins with '@', '`', '%' or a tab; indent with blanks\n" },
		{ "quotes are not closed", "cluster: { name: \"demo }\n",
		  "cluster.yaml:1:18: error: broken YAML: found unexpected end of stream (while scanning a quoted scalar)\n"
		  "  cluster: { name: \"demo }\n"
		  "                   ^\n"
		  "  try: close the quotes\n" },
		{ "bad utf8", "cluster: { name: d\377 }\n",
		  "cluster.yaml:1:19: error: this is no text that YAML knows: invalid leading UTF-8 octet\n"
		  "  cluster: { name: d? }\n"
		  "                    ^\n"
		  "  try: save the file as UTF-8, without control characters\n" },
		{ "control character", "cluster: { name: d\001 }\n",
		  "cluster.yaml:1:19: error: this is no text that YAML knows: control characters are not allowed\n"
		  "  cluster: { name: d? }\n"
		  "                    ^\n"
		  "  try: save the file as UTF-8, without control characters\n" },
		{ "second document",
		  BASE "---\n"
		       "a: b\n",
		  "cluster.yaml:5:1: error: a second document begins here\n"
		  "  ---\n"
		  "  ^~~\n"
		  "  try: put it into a file of its own, or leave the '---' out\n" },
		{ "tag", "cluster: !x { name: demo }\n",
		  "cluster.yaml:1:10: error: tags (!) have no use here\n"
		  "  cluster: !x { name: demo }\n"
		  "           ^\n"
		  "  try: leave the tag out\n" },
		{ "undefined alias", BASE "nodes: *all\n",
		  "cluster.yaml:5:8: error: no anchor '&all' is complete before this alias\n"
		  "  nodes: *all\n"
		  "         ^\n"
		  "  try: put double quotes around a value that begins with '*'\n" },
		{ "alias inside of itself", BASE "nodes: &a { n1: *a }\n",
		  "cluster.yaml:5:17: error: no anchor '&a' is complete before this alias\n"
		  "  nodes: &a { n1: *a }\n"
		  "                  ^\n"
		  "  try: put double quotes around a value that begins with '*'\n" },
		{ "nul character", BASE "nodes: { \"n\\0\": {} }\n",
		  "cluster.yaml:5:10: error: a text holds a NUL character\n"
		  "  nodes: { \"n\\0\": {} }\n"
		  "           ^\n"
		  "  try: leave it out\n" },
		{ "nested too deeply", "cluster: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n",
		  "cluster.yaml:1:25: error: this is nested too deeply\n"
		  "  cluster: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n"
		  "                          ^\n" },
		{ "key that is no text", BASE "nodes: { [a]: {} }\n",
		  "cluster.yaml:5:10: error: a key has to be a text\n"
		  "  nodes: { [a]: {} }\n"
		  "           ^\n"
		  "  try: put double quotes around it\n" },
		{ "merge of a text", BASE "nodes: { n1: { <<: a } }\n",
		  "cluster.yaml:5:20: error: '<<' takes in a map, or a list of maps\n"
		  "  nodes: { n1: { <<: a } }\n"
		  "                     ^\n" },
		{ "key stands twice",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		       "  n1: { image: deb }\n",
		  "cluster.yaml:7:3: error: 'n1' stands here a second time; the first is at cluster.yaml:6:3\n"
		  "    n1: { image: deb }\n"
		  "    ^~\n"
		  "  try: keep one of them\n" },
		{ "value key stands twice",
		  BASE "nodes:\n"
		       "  n1:\n"
		       "    image: deb\n"
		       "    mac: 52:54:00:00:00:01\n"
		       "    address: 10.0.0.2\n"
		       "    image: deb\n",
		  "cluster.yaml:10:5: error: 'image' stands here a second time; the first is at cluster.yaml:7:5\n"
		  "      image: deb\n"
		  "      ^~~~~\n"
		  "  try: keep one of them\n" },
		{ "broken group is told where it stands",
		  BASE "groups: { rack1: \"n[1-\", all: \"@rack1\" }\n"
		       "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		       "  \"@rack1\": { onfail: reboot }\n"
		       "  \"n1,@all\": { onfail: reboot }\n",
		  "cluster.yaml:5:19: error: set of nodes 'n[1-': '[1-': this bracket is never closed\n"
		  "  groups: { rack1: \"n[1-\", all: \"@rack1\" }\n"
		  "                    ^~~\n" },
		{ "groups in each other are told where they stand",
		  BASE "groups: { a: \"@b\", b: \"@a\" }\n"
		       "nodes:\n"
		       "  \"@a\": { image: deb }\n",
		  "cluster.yaml:5:15: error: set of nodes '@b': a group must not contain itself, not even by way of others\n"
		  "  groups: { a: \"@b\", b: \"@a\" }\n"
		  "                ^~\n"
		  "cluster.yaml:5:24: error: set of nodes '@a': a group must not contain itself, not even by way of others\n"
		  "  groups: { a: \"@b\", b: \"@a\" }\n"
		  "                         ^~\n" },
		{ "nodes of a broken set are no strangers",
		  BASE "groups: { rack1: \"n[1-3]\" }\n"
		       "nodes:\n"
		       "  \"n[1-3\": { image: deb }\n",
		  "cluster.yaml:7:5: error: set of nodes 'n[1-3': '[1-3': this bracket is never closed\n"
		  "    \"n[1-3\": { image: deb }\n"
		  "      ^~~~\n" },
		{ "misspelt profiles lack nothing else",
		  BASE "profiles: { compute: { image: deb } }\n"
		       "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profile: compute }\n",
		  "cluster.yaml:7:52: error: unknown key 'profile' of a node\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profile: compute }\n"
		  "                                                     ^~~~~~~\n"
		  "  try: profiles\n" },
		{ "misspelt profiles of a profile lack nothing else",
		  BASE "profiles: { base: { image: deb }, compute: { profles: base } }\n"
		       "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: compute }\n",
		  "cluster.yaml:5:46: error: unknown key 'profles' of a node\n"
		  "  profiles: { base: { image: deb }, compute: { profles: base } }\n"
		  "                                               ^~~~~~~\n"
		  "  try: profiles\n" },
		{ "misspelt keys of a node are not missing",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24 } }\n" SERVER IMAGE "nodes:\n"
			  "  n1: { mca: 52:54:00:00:00:01, adress: 10.0.0.2, imgae: deb }\n",
		  "cluster.yaml:6:9: error: unknown key 'mca' of a node\n"
		  "    n1: { mca: 52:54:00:00:00:01, adress: 10.0.0.2, imgae: deb }\n"
		  "          ^~~\n"
		  "  try: mac\n"
		  "cluster.yaml:6:33: error: unknown key 'adress' of a node\n"
		  "    n1: { mca: 52:54:00:00:00:01, adress: 10.0.0.2, imgae: deb }\n"
		  "                                  ^~~~~~\n"
		  "  try: address\n"
		  "cluster.yaml:6:51: error: unknown key 'imgae' of a node\n"
		  "    n1: { mca: 52:54:00:00:00:01, adress: 10.0.0.2, imgae: deb }\n"
		  "                                                    ^~~~~\n"
		  "  try: image\n" },
		{ "misspelt sections are not missing",
		  "clusters: { name: demo }\n"
		  "network: { boot: { subnet: 10.0.0.0/24 } }\n"
		  "server: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n" IMAGE "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:1:1: error: unknown key 'clusters' of the definition\n"
		  "  clusters: { name: demo }\n"
		  "  ^~~~~~~~\n"
		  "  try: cluster\n"
		  "cluster.yaml:2:1: error: unknown key 'network' of the definition\n"
		  "  network: { boot: { subnet: 10.0.0.0/24 } }\n"
		  "  ^~~~~~~\n"
		  "  try: networks\n"
		  "cluster.yaml:3:1: error: unknown key 'server' of the definition\n"
		  "  server: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
		  "  ^~~~~~\n"
		  "  try: servers\n" },
		{ "definition of nodes alone",
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2 }\n",
		  "cluster.yaml:1:1: error: the definition has no cluster: what the cluster is called\n"
		  "  nodes:\n"
		  "  ^\n"
		  "  try: cluster: { name: demo }\n"
		  "cluster.yaml:1:1: error: the definition has no networks: the networks that nodes boot from, by name\n"
		  "  nodes:\n"
		  "  ^\n"
		  "  try: networks: { boot: { subnet: 10.0.0.0/24 } }\n"
		  "cluster.yaml:1:1: error: the definition has no servers: who boots the nodes and has their roots, by name\n"
		  "  nodes:\n"
		  "  ^\n"
		  "  try: servers: { head: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
		  "cluster.yaml:2:3: error: n1: no image is named: give image: here or in a profile\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2 }\n"
		  "    ^~\n"
		  "  try: describe an image in images:, and name it\n" },
		{ "misspelt role is told once",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: [bot, nfs] } }\n" IMAGE "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:3:45: error: 'roles' has to be one of boot nfs iscsi, not 'bot'\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [bot, nfs] } }\n"
		  "                                              ^~~\n"
		  "  try: boot\n" },
		{ "subnet without room behind it",
		  CLUSTER
		  "networks: { a: { subnet: 255.255.255.0/24 }, b: { subnet: 255.255.255.128/25 } }\n"
		  "servers: { s1: { address: 255.255.255.1, roles: boot } }\n",
		  "cluster.yaml:2:46: error: network b, 255.255.255.128/25, overlaps with network a, 255.255.255.0/24\n"
		  "  networks: { a: { subnet: 255.255.255.0/24 }, b: { subnet: 255.255.255.128/25 } }\n"
		  "                                               ^\n" },
		{ "unknown section", BASE "node: {}\n",
		  "cluster.yaml:5:1: error: unknown key 'node' of the definition\n"
		  "  node: {}\n"
		  "  ^~~~\n"
		  "  try: nodes\n" },
		{ "unknown key of cluster",
		  "cluster: { name: demo, domian: x.y }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:1:24: error: unknown key 'domian' of cluster\n"
		  "  cluster: { name: demo, domian: x.y }\n"
		  "                         ^~~~~~\n"
		  "  try: domain\n" },
		{ "unknown key of network",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, gatway: 10.0.0.1 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:42: error: unknown key 'gatway' of a network\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, gatway: 10.0.0.1 } }\n"
		  "                                           ^~~~~~\n"
		  "  try: gateway\n" },
		{ "unknown key of server",
		  CLUSTER NETWORK
		  "servers: { s1: { adress: 10.0.0.1, address: 10.0.0.1, roles: boot } }\n",
		  "cluster.yaml:3:18: error: unknown key 'adress' of a server\n"
		  "  servers: { s1: { adress: 10.0.0.1, address: 10.0.0.1, roles: boot } }\n"
		  "                   ^~~~~~\n"
		  "  try: address\n" },
		{ "unknown key of image",
		  CLUSTER NETWORK SERVER "images: { deb: { path: /srv/deb, kernal: newest } }\n",
		  "cluster.yaml:4:34: error: unknown key 'kernal' of an image\n"
		  "  images: { deb: { path: /srv/deb, kernal: newest } }\n"
		  "                                   ^~~~~~\n"
		  "  try: kernel\n" },
		{ "unknown key of node",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, onfial: retry }\n",
		  "cluster.yaml:6:64: error: unknown key 'onfial' of a node\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, onfial: retry }\n"
		  "                                                                 ^~~~~~\n"
		  "  try: onfail\n" },
		{ "unknown key with nothing near",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, colour: red }\n",
		  "cluster.yaml:6:64: error: unknown key 'colour' of a node\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, colour: red }\n"
		  "                                                                 ^~~~~~\n"
		  "  try: one of profiles, mac, address, network, server, image, root, storage, volume-size, file-system, disk, iscsi-portals, chap, access, overlay, nfs-version, mount-options, init, append, parameters, onfail, loader, drivers, detected, rescue, swap, borrow, borrow-limit, lend, lend-reserve, rack, variables, lab\n" },
		{ "unknown key of lab",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lab: { mem: 12 } }\n",
		  "cluster.yaml:6:71: error: unknown key 'mem' of lab\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lab: { mem: 12 } }\n"
		  "                                                                        ^~~\n"
		  "  try: one of firmware, nic, memory, cpus\n" },
		{ "dotted key",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lab.memory: 512 }\n",
		  "cluster.yaml:6:64: error: unknown key 'lab.memory' of a node\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lab.memory: 512 }\n"
		  "                                                                 ^~~~~~~~~~\n"
		  "  try: lab: { memory: … }\n" },
		{ "section is no map", BASE "nodes: [n1]\n",
		  "cluster.yaml:5:8: error: 'nodes' has to be a map: the nodes, by sets of their names\n"
		  "  nodes: [n1]\n"
		  "         ^\n"
		  "  try: indent its keys below it, each with a value: KEY: VALUE\n" },
		{ "network is no map",
		  CLUSTER "networks: { boot: 10.0.0.0/24 }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:19: error: 'boot' has to be a map: what a network has\n"
		  "  networks: { boot: 10.0.0.0/24 }\n"
		  "                    ^~~~~~~~~~~\n"
		  "  try: indent its keys below it, each with a value: KEY: VALUE\n" },
		{ "image without path", CLUSTER NETWORK SERVER "images: { deb: {} }\n",
		  "cluster.yaml:4:11: error: image deb has no path: of the root file system, on its server\n"
		  "  images: { deb: {} }\n"
		  "            ^~~\n"
		  "  try: path: /srv/images/debian12\n" },
		{ "bad name of network",
		  CLUSTER "networks: { \"bo ot\": { subnet: 10.0.0.0/24 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: boot } }\n",
		  "cluster.yaml:2:14: error: the name of a network has to be a name of letters, digits, '.', '_' and '-', of 63 characters at most, not 'bo ot'\n"
		  "  networks: { \"bo ot\": { subnet: 10.0.0.0/24 } }\n"
		  "               ^~~~~\n"
		  "  try: bo-ot\n" },
		{ "bad cluster name",
		  "cluster: { name: my_cluster }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:1:18: error: 'name' has to be a name of letters, digits and '-', not 'my_cluster'\n"
		  "  cluster: { name: my_cluster }\n"
		  "                   ^~~~~~~~~~\n"
		  "  try: my-cluster\n" },
		{ "bad domain",
		  "cluster: { name: demo, domain: a..b }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:1:32: error: 'domain' has to be a DNS name, not 'a..b'\n"
		  "  cluster: { name: demo, domain: a..b }\n"
		  "                                 ^~~~\n" },
		{ "bad iqn",
		  "cluster: { name: demo, iqn: iqn.2026.demo }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:1:29: error: 'iqn' has to be a name as iqn.2026-11.example.demo, in lower case, not 'iqn.2026.demo'\n"
		  "  cluster: { name: demo, iqn: iqn.2026.demo }\n"
		  "                              ^~~~~~~~~~~~~\n" },
		{ "bad subnet",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:29: error: 'subnet' has to be a subnet as 10.0.0.0/24, of 1 to 30 bits, not '10.0.0.0'\n"
		  "  networks: { boot: { subnet: 10.0.0.0 } }\n"
		  "                              ^~~~~~~~\n"
		  "  try: 10.0.0.0/24\n" },
		{ "subnet of 31 bits",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/31 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:29: error: 'subnet' has to be a subnet as 10.0.0.0/24, of 1 to 30 bits, not '10.0.0.0/31'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/31 } }\n"
		  "                              ^~~~~~~~~~~\n" },
		{ "subnet with host bits",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.1/24 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:29: error: '10.0.0.1/24' is an address inside of a subnet, not the subnet\n"
		  "  networks: { boot: { subnet: 10.0.0.1/24 } }\n"
		  "                              ^~~~~~~~~~~\n"
		  "  try: 10.0.0.0/24\n" },
		{ "subnets overlap",
		  CLUSTER
		  "networks: { boot: { subnet: 10.0.0.0/24 }, wide: { subnet: 10.0.0.0/16 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: boot } }\n",
		  "cluster.yaml:2:44: error: network wide, 10.0.0.0/16, overlaps with network boot, 10.0.0.0/24\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24 }, wide: { subnet: 10.0.0.0/16 } }\n"
		  "                                             ^~~~\n"
		  "  try: 10.1.0.0/16 is free\n" },
		{ "bad dhcp mode",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, dhcp: sever } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:48: error: 'dhcp' has to be one of server proxy none, not 'sever'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, dhcp: sever } }\n"
		  "                                                 ^~~~~\n"
		  "  try: server\n" },
		{ "vlan out of range",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, vlan: 4095 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:48: error: 'vlan' has to be a number from 1 to 4094, not '4095'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, vlan: 4095 } }\n"
		  "                                                 ^~~~\n"
		  "  try: 4094\n" },
		{ "mtu is no number",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, mtu: jumbo } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:47: error: 'mtu' has to be a number from 576 to 65535, not 'jumbo'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, mtu: jumbo } }\n"
		  "                                                ^~~~~\n" },
		{ "lease without unit",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, lease: 3600 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:49: error: 'lease' has to be a time as 30m, 1h or 2d, from 120s to 365d, not '3600'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, lease: 3600 } }\n"
		  "                                                  ^~~~\n"
		  "  try: 3600s\n" },
		{ "lease too short",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, lease: 60s } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:49: error: 'lease' has to be a time as 30m, 1h or 2d, from 120s to 365d, not '60s'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, lease: 60s } }\n"
		  "                                                  ^~~\n" },
		{ "bad dns server",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, dns: [10.0.0.1, ns1] } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:58: error: 'dns' has to be an IPv4 address, not 'ns1'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, dns: [10.0.0.1, ns1] } }\n"
		  "                                                           ^~~\n" },
		{ "dns is a map",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, dns: { a: b } } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:47: error: 'dns' has to be a list, or a text, not a map\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, dns: { a: b } } }\n"
		  "                                                ^\n" },
		{ "bad interface",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, interface: \"eth0,eth1\" } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:54: error: 'interface' has to be the name of a network interface, not 'eth0,eth1'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, interface: \"eth0,eth1\" } }\n"
		  "                                                       ^~~~~~~~~\n" },
		{ "range outside of subnet",
		  CLUSTER
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.1.199 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:49: error: range: address 10.0.1.199 is outside of 10.0.0.0/24\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.1.199 } }\n"
		  "                                                  ^~~~~~~~~~~~~~~~~~~~~\n"
		  "  try: from 10.0.0.1 to 10.0.0.254\n" },
		{ "range holds the broadcast address",
		  CLUSTER
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.255 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:49: error: range: address 10.0.0.255 is the broadcast address of 10.0.0.0/24\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.255 } }\n"
		  "                                                  ^~~~~~~~~~~~~~~~~~~~~\n"
		  "  try: from 10.0.0.1 to 10.0.0.254\n" },
		{ "range backwards",
		  CLUSTER
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.99 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:49: error: range '10.0.0.100-10.0.0.99' ends before it begins\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.99 } }\n"
		  "                                                  ^~~~~~~~~~~~~~~~~~~~\n"
		  "  try: 10.0.0.99-10.0.0.100\n" },
		{ "range nobody hands out",
		  CLUSTER
		  "networks: { boot: { subnet: 10.0.0.0/24, dhcp: none, range: 10.0.0.100-10.0.0.199 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:61: warning: nobody hands out this range: 'dhcp' is none\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, dhcp: none, range: 10.0.0.100-10.0.0.199 } }\n"
		  "                                                              ^~~~~~~~~~~~~~~~~~~~~\n"
		  "  try: leave it out, or dhcp: server\n" },
		{ "gateway outside of subnet",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, gateway: 10.0.1.1 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:51: error: gateway 10.0.1.1 is outside of 10.0.0.0/24\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, gateway: 10.0.1.1 } }\n"
		  "                                                    ^~~~~~~~\n"
		  "  try: from 10.0.0.1 to 10.0.0.254\n" },
		{ "gateway in the range",
		  CLUSTER
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.199, gateway: 10.0.0.150 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:81: error: gateway 10.0.0.150 is inside of the network's range\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.199, gateway: 10.0.0.150 } }\n"
		  "                                                                                  ^~~~~~~~~~\n"
		  "  try: a range without it\n" },
		{ "server in no network",
		  CLUSTER NETWORK "servers: { s1: { address: 10.1.0.1, roles: boot } }\n",
		  "cluster.yaml:3:27: error: address 10.1.0.1 is in no network\n"
		  "  servers: { s1: { address: 10.1.0.1, roles: boot } }\n"
		  "                            ^~~~~~~~\n"
		  "  try: an address of one of the networks, or a network for this one\n" },
		{ "server in the range",
		  CLUSTER NETWORK "servers: { s1: { address: 10.0.0.201, roles: boot } }\n",
		  "cluster.yaml:3:27: error: address 10.0.0.201 is inside of the range of network boot\n"
		  "  servers: { s1: { address: 10.0.0.201, roles: boot } }\n"
		  "                            ^~~~~~~~~~\n"
		  "  try: an address outside of the range, or a smaller range\n" },
		{ "server at the network address",
		  CLUSTER NETWORK "servers: { s1: { address: 10.0.0.0, roles: boot } }\n",
		  "cluster.yaml:3:27: error: address 10.0.0.0 is the network's own address in network boot\n"
		  "  servers: { s1: { address: 10.0.0.0, roles: boot } }\n"
		  "                            ^~~~~~~~\n"
		  "  try: an address in between\n" },
		{ "two servers at one address",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: boot }, s2: { address: 10.0.0.1, roles: nfs } }\n",
		  "cluster.yaml:3:67: error: address 10.0.0.1 is that of server s1\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: boot }, s2: { address: 10.0.0.1, roles: nfs } }\n"
		  "                                                                    ^~~~~~~~\n"
		  "  try: give one server both's roles, or another address\n" },
		{ "unknown role",
		  CLUSTER NETWORK "servers: { s1: { address: 10.0.0.1, roles: [boot, nsf] } }\n",
		  "cluster.yaml:3:51: error: 'roles' has to be one of boot nfs iscsi, not 'nsf'\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, nsf] } }\n"
		  "                                                    ^~~\n"
		  "  try: nfs\n" },
		{ "server without roles",
		  CLUSTER NETWORK "servers: { s1: { address: 10.0.0.1 } }\n",
		  "cluster.yaml:3:12: error: server s1 has no roles: what it does: DHCP, TFTP and HTTP; roots by NFS; disks by iSCSI\n"
		  "  servers: { s1: { address: 10.0.0.1 } }\n"
		  "             ^~\n"
		  "  try: roles: [boot, nfs]\n" },
		{ "bad port",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: boot, http-port: 0 } }\n",
		  "cluster.yaml:3:61: error: 'http-port' has to be a number from 1 to 65535, not '0'\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: boot, http-port: 0 } }\n"
		  "                                                              ^\n"
		  "  try: 1\n" },
		{ "path with a blank",
		  CLUSTER NETWORK SERVER "images: { deb: { path: \"/srv/my image\" } }\n",
		  "cluster.yaml:4:25: error: 'path' has to be an absolute path of letters, digits and /._-+=~, not '/srv/my image'\n"
		  "  images: { deb: { path: \"/srv/my image\" } }\n"
		  "                          ^~~~~~~~~~~~~\n" },
		{ "path with a quote",
		  CLUSTER NETWORK SERVER "images: { deb: { path: \"/srv/a\\\"b\" } }\n",
		  "cluster.yaml:4:24: error: 'path' has to be an absolute path of letters, digits and /._-+=~, not '/srv/a\"b'\n"
		  "  images: { deb: { path: \"/srv/a\\\"b\" } }\n"
		  "                         ^~~~~~~~\n" },
		{ "path with a line break",
		  CLUSTER NETWORK SERVER "images: { deb: { path: \"/srv/a\\nb\" } }\n",
		  "cluster.yaml:4:24: error: 'path' has to be an absolute path of letters, digits and /._-+=~, not '/srv/a?b'\n"
		  "  images: { deb: { path: \"/srv/a\\nb\" } }\n"
		  "                         ^~~~~~~~\n" },
		{ "relative path", CLUSTER NETWORK SERVER "images: { deb: { path: srv/deb } }\n",
		  "cluster.yaml:4:24: error: 'path' has to be an absolute path of letters, digits and /._-+=~, not 'srv/deb'\n"
		  "  images: { deb: { path: srv/deb } }\n"
		  "                         ^~~~~~~\n" },
		{ "unknown server of image",
		  CLUSTER NETWORK SERVER "images: { deb: { path: /srv/deb, server: s2 } }\n",
		  "cluster.yaml:4:42: error: there is no server 's2'\n"
		  "  images: { deb: { path: /srv/deb, server: s2 } }\n"
		  "                                           ^~\n"
		  "  try: s1\n" },
		{ "server of image without nfs",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: boot }, s2: { address: 10.0.0.2, roles: nfs } }\n"
		  "images: { deb: { path: /srv/deb, server: s1 } }\n",
		  "cluster.yaml:4:42: error: server s1 does not have the role nfs\n"
		  "  images: { deb: { path: /srv/deb, server: s1 } }\n"
		  "                                           ^~\n"
		  "  try: add nfs to its roles, or name another server\n" },
		{ "several nfs servers",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] }, s2: { address: 10.0.0.2, roles: nfs } }\n"
		  "images: { deb: { path: /srv/deb } }\n",
		  "cluster.yaml:4:11: error: image deb has no server, and several servers have the role nfs\n"
		  "  images: { deb: { path: /srv/deb } }\n"
		  "            ^~~\n"
		  "  try: server: with the one that exports it\n" },
		{ "writable maybe",
		  CLUSTER NETWORK SERVER "images: { deb: { path: /srv/deb, writable: maybe } }\n",
		  "cluster.yaml:4:44: error: 'writable' has to be yes or no, not 'maybe'\n"
		  "  images: { deb: { path: /srv/deb, writable: maybe } }\n"
		  "                                             ^~~~~\n" },
		{ "bad set in group", BASE "groups: { rack1: \"n[1-\" }\n",
		  "cluster.yaml:5:19: error: set of nodes 'n[1-': '[1-': this bracket is never closed\n"
		  "  groups: { rack1: \"n[1-\" }\n"
		  "                    ^~~\n" },
		{ "group in itself", BASE "groups: { a: \"@b\", b: \"@a\" }\n",
		  "cluster.yaml:5:15: error: set of nodes '@b': a group must not contain itself, not even by way of others\n"
		  "  groups: { a: \"@b\", b: \"@a\" }\n"
		  "                ^~\n"
		  "cluster.yaml:5:24: error: set of nodes '@a': a group must not contain itself, not even by way of others\n"
		  "  groups: { a: \"@b\", b: \"@a\" }\n"
		  "                         ^~\n" },
		{ "group of unknown group",
		  BASE "groups: { rack1: n1, all: \"@rack2\" }\n"
		       "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:5:28: error: set of nodes '@rack2': there is no such group\n"
		  "  groups: { rack1: n1, all: \"@rack2\" }\n"
		  "                             ^~~~~~\n"
		  "  try: @rack1\n" },
		{ "group with strangers",
		  BASE "groups: { rack1: \"n[1-3]\" }\n"
		       "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:5:19: warning: group rack1 has nodes that there are not: n[2-3]\n"
		  "  groups: { rack1: \"n[1-3]\" }\n"
		  "                    ^~~~~~\n"
		  "  try: describe them below nodes:, or take them out\n" },
		{ "group is empty", BASE "groups: { rack1: }\n",
		  "cluster.yaml:5:11: error: group 'rack1' has to be a set of nodes, such as n[01-16]\n"
		  "  groups: { rack1: }\n"
		  "            ^~~~~\n" },
		{ "bad set of nodes",
		  BASE "nodes:\n"
		       "  n[1-3,x]: {}\n",
		  "cluster.yaml:6:9: error: set of nodes 'n[1-3,x]': 'x]': a number is missing here\n"
		  "    n[1-3,x]: {}\n"
		  "          ^~\n" },
		{ "unknown group in set",
		  BASE "groups: { rack1: n1 }\n"
		       "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		       "  \"n1,@rak1\": {}\n",
		  "cluster.yaml:8:7: error: set of nodes 'n1,@rak1': '@rak1': there is no such group\n"
		  "    \"n1,@rak1\": {}\n"
		  "        ^~~~~\n"
		  "  try: @rack1\n" },
		{ "range too large",
		  BASE "nodes:\n"
		       "  n[1-99999999]: {}\n",
		  "cluster.yaml:6:5: error: set of nodes 'n[1-99999999]': '1-99999999]': a node set has at most 1,000,000 names\n"
		  "    n[1-99999999]: {}\n"
		  "      ^~~~~~~~~~~\n" },
		{ "name with dots",
		  BASE "nodes:\n"
		       "  n1.demo: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:3: error: the name of a node has no dots, as 'n1.demo' has: 'domain' is a key of cluster\n"
		  "    n1.demo: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "    ^~~~~~~\n"
		  "  try: leave out the dot and what is behind it\n" },
		{ "name that is none",
		  BASE "nodes:\n"
		       "  -n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:3: error: '-n1' is no host name: letters, digits, '-' and '_', 63 characters at most\n"
		  "    -n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "    ^~~\n" },
		{ "name that dnsmasq takes for a lease time",
		  BASE "nodes:\n"
		       "  \"12h\": { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:4: error: dnsmasq would take '12h' for an option of the node, not for its name\n"
		  "    \"12h\": { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "     ^~~\n"
		  "  try: put a letter in front, as in n1\n" },
		{ "name that dnsmasq takes for an order",
		  BASE "nodes:\n"
		       "  ignore: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:3: error: dnsmasq would take 'ignore' for an option of the node, not for its name\n"
		  "    ignore: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "    ^~~~~~\n"
		  "  try: put a letter in front, as in n1\n" },
		{ "names that differ in case",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		       "  N1: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb }\n",
		  "cluster.yaml:7:3: error: nodes 'N1' and 'n1' (cluster.yaml:6:3) are one to DNS\n"
		  "    N1: { mac: 52:54:00:00:00:02, address: 10.0.0.3, image: deb }\n"
		  "    ^~\n"
		  "  try: n1\n" },
		{ "name of a server",
		  BASE "nodes:\n"
		       "  s1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:3: error: s1: there is a server of that name (cluster.yaml:3:12)\n"
		  "    s1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "    ^~\n"
		  "  try: give one of them another name\n" },
		{ "bad mac",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:14: error: n1: '52:54:00:00:01' is no Ethernet address of one interface, such as 52:54:00:12:34:56\n"
		  "    n1: { mac: 52:54:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "               ^~~~~~~~~~~~~~\n"
		  "  try: 52:54:00:12:34:56, with what the interface has\n" },
		{ "multicast mac",
		  BASE "nodes:\n"
		       "  n1: { mac: 01:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:14: error: n1: '01:54:00:00:00:01' is no Ethernet address of one interface, such as 52:54:00:12:34:56\n"
		  "    n1: { mac: 01:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "               ^~~~~~~~~~~~~~~~~\n"
		  "  try: 52:54:00:12:34:56, with what the interface has\n" },
		{ "same mac twice",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		       "  n2: { mac: 52-54-00-00-00-01, address: 10.0.0.3, image: deb }\n",
		  "cluster.yaml:7:14: error: n2: mac 52:54:00:00:00:01 is that of n1 (cluster.yaml:6:14)\n"
		  "    n2: { mac: 52-54-00-00-00-01, address: 10.0.0.3, image: deb }\n"
		  "               ^~~~~~~~~~~~~~~~~\n"
		  "  try: take it out of the one that does not have this interface\n" },
		{ "no mac is a warning for all",
		  BASE "nodes:\n"
		       "  n[1-3]:\n"
		       "    image: deb\n",
		  "cluster.yaml:6:3: warning: n[1-3]: no mac: nothing is made yet for it to boot from\n"
		  "    n[1-3]:\n"
		  "    ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n" },
		{ "bad address",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.256, image: deb }\n",
		  "cluster.yaml:6:42: error: n1: '10.0.0.256' is no IPv4 address\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.256, image: deb }\n"
		  "                                           ^~~~~~~~~~\n"
		  "  try: four numbers from 0 to 255, as in 10.0.0.17\n" },
		{ "zeros in front of addresses",
		  BASE "nodes:\n"
		       "  n[01-02]:\n"
		       "    image: deb\n"
		       "    address: 10.0.0.[01-02]\n",
		  "cluster.yaml:6:3: warning: n[01-02]: no mac: nothing is made yet for it to boot from\n"
		  "    n[01-02]:\n"
		  "    ^~~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:8:14: error: n[01-02]: '10.0.0.[01-02]' gives what is no IPv4 address\n"
		  "      address: 10.0.0.[01-02]\n"
		  "               ^~~~~~~~~~~~~~\n"
		  "  try: leave out zeros in front of a number\n" },
		{ "same address twice",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		       "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:7:42: error: n2: address 10.0.0.2 is that of n1 (cluster.yaml:6:42)\n"
		  "    n2: { mac: 52:54:00:00:00:02, address: 10.0.0.2, image: deb }\n"
		  "                                           ^~~~~~~~\n"
		  "  try: 10.0.0.3 is free in network boot\n" },
		{ "address outside of subnet",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.1.2, image: deb }\n",
		  "cluster.yaml:6:42: error: n1: address 10.0.1.2 is outside of 10.0.0.0/24 (network boot)\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.1.2, image: deb }\n"
		  "                                           ^~~~~~~~\n"
		  "  try: 10.0.0.2 is free in network boot\n" },
		{ "pattern of addresses outside of subnet is told once",
		  BASE "nodes:\n"
		       "  n[01-16]:\n"
		       "    image: deb\n"
		       "    address: 10.56.0.[11-26]\n",
		  "cluster.yaml:6:3: warning: n[01-16]: no mac: nothing is made yet for it to boot from\n"
		  "    n[01-16]:\n"
		  "    ^~~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:8:14: error: n[01-16]: the address of each is outside of 10.0.0.0/24 (network boot)\n"
		  "      address: 10.56.0.[11-26]\n"
		  "               ^~~~~~~~~~\n"
		  "  try: 10.0.0.2 is free in network boot\n" },
		{ "pattern of addresses that others have is told once",
		  BASE "nodes:\n"
		       "  n[01-16]:\n"
		       "    image: deb\n"
		       "    address: 10.0.0.[11-26]\n"
		       "  z[01-16]:\n"
		       "    image: deb\n"
		       "    address: 10.0.0.[26-41]\n"
		       "  za[01-16]:\n"
		       "    image: deb\n"
		       "    address: 10.0.0.[26-41]\n",
		  "cluster.yaml:6:3: warning: n[01-16],z[01-16],za[01-16]: no mac: nothing is made yet for it to boot from\n"
		  "    n[01-16]:\n"
		  "    ^~~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:11:14: error: z01: address 10.0.0.26 is that of n16 (cluster.yaml:8:14)\n"
		  "      address: 10.0.0.[26-41]\n"
		  "               ^~~~~~~~~\n"
		  "  try: 10.0.0.42 is free in network boot\n"
		  "cluster.yaml:14:14: error: za01: address 10.0.0.26 is that of n16 (cluster.yaml:8:14)\n"
		  "      address: 10.0.0.[26-41]\n"
		  "               ^~~~~~~~~\n"
		  "  try: 10.0.0.42 is free in network boot\n"
		  "cluster.yaml:14:14: error: za[02-16]: each has the address of another node (cluster.yaml:11:14)\n"
		  "      address: 10.0.0.[26-41]\n"
		  "               ^~~~~~~~~\n"
		  "  try: 10.0.0.42 is free in network boot\n" },
		{ "address of the network",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.0, image: deb }\n",
		  "cluster.yaml:6:42: error: n1: address 10.0.0.0 is the network's own address in 10.0.0.0/24 (network boot)\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.0, image: deb }\n"
		  "                                           ^~~~~~~~\n"
		  "  try: 10.0.0.2 is free in network boot\n" },
		{ "broadcast address",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.255, image: deb }\n",
		  "cluster.yaml:6:42: error: n1: address 10.0.0.255 is the broadcast address of 10.0.0.0/24 (network boot)\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.255, image: deb }\n"
		  "                                           ^~~~~~~~~~\n"
		  "  try: 10.0.0.2 is free in network boot\n" },
		{ "address of the gateway",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.254, image: deb }\n",
		  "cluster.yaml:6:42: error: n1: address 10.0.0.254 is the gateway of network boot\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.254, image: deb }\n"
		  "                                           ^~~~~~~~~~\n"
		  "  try: 10.0.0.2 is free in network boot\n" },
		{ "address of a server",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.1, image: deb }\n",
		  "cluster.yaml:6:42: error: n1: address 10.0.0.1 is that of server s1\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.1, image: deb }\n"
		  "                                           ^~~~~~~~\n"
		  "  try: 10.0.0.2 is free in network boot\n" },
		{ "address in the range",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.200, image: deb }\n",
		  "cluster.yaml:6:42: error: n1: address 10.0.0.200 is inside of the range of network boot\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.200, image: deb }\n"
		  "                                           ^~~~~~~~~~\n"
		  "  try: 10.0.0.251 is free in network boot\n" },
		{ "range shorter than the set",
		  BASE "nodes:\n"
		       "  n[1-4]:\n"
		       "    image: deb\n"
		       "    address: 10.0.0.[11-13]\n",
		  "cluster.yaml:6:3: warning: n[1-4]: no mac: nothing is made yet for it to boot from\n"
		  "    n[1-4]:\n"
		  "    ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:8:14: error: 'address' stands for 3 values, but the entry is for 4 nodes\n"
		  "      address: 10.0.0.[11-13]\n"
		  "               ^~~~~~~~~~~~~~\n"
		  "  try: 10.0.0.[11-14]\n" },
		{ "one address for several",
		  BASE "nodes:\n"
		       "  n[1-2]:\n"
		       "    image: deb\n"
		       "    address: 10.0.0.11\n",
		  "cluster.yaml:6:3: warning: n[1-2]: no mac: nothing is made yet for it to boot from\n"
		  "    n[1-2]:\n"
		  "    ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:8:14: error: 'address' stands for 1 value, but the entry is for 2 nodes\n"
		  "      address: 10.0.0.11\n"
		  "               ^~~~~~~~~\n"
		  "  try: 10.0.0.[11-12]\n" },
		{ "more addresses than a subnet has",
		  BASE "nodes:\n"
		       "  n[1-300]:\n"
		       "    image: deb\n"
		       "    address: 10.0.0.2\n",
		  "cluster.yaml:6:3: warning: n[1-300]: no mac: nothing is made yet for it to boot from\n"
		  "    n[1-300]:\n"
		  "    ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:8:14: error: 'address' stands for 1 value, but the entry is for 300 nodes\n"
		  "      address: 10.0.0.2\n"
		  "               ^~~~~~~~\n"
		  "  try: give each node an address in an entry of its own, or split the entry\n" },
		{ "one mac for several",
		  BASE "nodes:\n"
		       "  n[1-2]:\n"
		       "    image: deb\n"
		       "    mac: 52:54:00:00:00:01\n",
		  "cluster.yaml:8:10: error: 'mac' stands for 1 value, but the entry is for 2 nodes\n"
		  "      mac: 52:54:00:00:00:01\n"
		  "           ^~~~~~~~~~~~~~~~~\n"
		  "  try: give each node an entry of its own\n" },
		{ "bad range of addresses",
		  BASE "nodes:\n"
		       "  n[1-2]:\n"
		       "    image: deb\n"
		       "    address: 10.0.0.[11-\n",
		  "cluster.yaml:6:3: warning: n[1-2]: no mac: nothing is made yet for it to boot from\n"
		  "    n[1-2]:\n"
		  "    ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:8:21: error: set of nodes '10.0.0.[11-': '[11-': this bracket is never closed\n"
		  "      address: 10.0.0.[11-\n"
		  "                      ^~~~\n" },
		{ "no address and no range",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24 } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
			  "images: { deb: { path: /srv/deb } }\n"
			  "nodes: { n1: { mac: 52:54:00:00:00:01, image: deb } }\n",
		  "cluster.yaml:5:10: error: n1: no address, and network boot has no range\n"
		  "  nodes: { n1: { mac: 52:54:00:00:00:01, image: deb } }\n"
		  "           ^~\n"
		  "  try: give the node an address:, or the network a range:\n" },
		{ "no address and no dhcp",
		  CLUSTER "networks: { boot: { subnet: 10.0.0.0/24, dhcp: none } }\n"
			  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
			  "images: { deb: { path: /srv/deb } }\n"
			  "nodes: { n1: { mac: 52:54:00:00:00:01, image: deb } }\n",
		  "cluster.yaml:5:10: error: n1: no address, and network boot has no DHCP\n"
		  "  nodes: { n1: { mac: 52:54:00:00:00:01, image: deb } }\n"
		  "           ^~\n"
		  "  try: give the node an address:\n" },
		{ "no image",
		  BASE "nodes:\n"
		       "  n[1-2]: {}\n",
		  "cluster.yaml:6:3: error: n[1-2]: no image is named: give image: here or in a profile\n"
		  "    n[1-2]: {}\n"
		  "    ^~\n"
		  "  try: image: deb\n"
		  "cluster.yaml:6:3: warning: n[1-2]: no mac: nothing is made yet for it to boot from\n"
		  "    n[1-2]: {}\n"
		  "    ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n" },
		{ "unknown image",
		  BASE "nodes:\n"
		       "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: dbe }\n",
		  "cluster.yaml:6:59: error: there is no image 'dbe'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: dbe }\n"
		  "                                                            ^~~\n"
		  "  try: deb\n" },
		{ "unknown network",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, network: bot }\n",
		  "cluster.yaml:6:73: error: there is no network 'bot'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, network: bot }\n"
		  "                                                                          ^~~\n"
		  "  try: boot\n" },
		{ "unknown server",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, server: s2 }\n",
		  "cluster.yaml:6:72: error: there is no server 's2'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, server: s2 }\n"
		  "                                                                         ^~\n"
		  "  try: s1\n" },
		{ "server without role boot",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: boot }, s2: { address: 10.0.0.2, roles: nfs } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.3, image: deb, server: s2 }\n",
		  "cluster.yaml:6:72: error: n1: the server does not have the role boot\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.3, image: deb, server: s2 }\n"
		  "                                                                         ^~\n"
		  "  try: add boot to its roles, or name another server\n" },
		{ "several networks",
		  CLUSTER
		  "networks: { a: { subnet: 10.0.0.0/24, range: 10.0.0.9-10.0.0.99 }, b: { subnet: 10.0.1.0/24 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes: { n1: { mac: 52:54:00:00:00:01, image: deb } }\n",
		  "cluster.yaml:5:10: error: n1: no network is named, and there are several\n"
		  "  nodes: { n1: { mac: 52:54:00:00:00:01, image: deb } }\n"
		  "           ^~\n"
		  "  try: network: with the one it boots from\n" },
		{ "several boot servers",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] }, s2: { address: 10.0.0.4, roles: boot } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:3: error: n1: no server is named, and several have the role boot\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "    ^~\n"
		  "  try: server: with the one that boots it\n" },
		{ "no boot server",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: nfs } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:3: error: n1: there is no server with the role boot\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "    ^~\n"
		  "  try: add boot to the roles of a server\n" },
		{ "no nfs server",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: boot } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n",
		  "cluster.yaml:6:3: error: n1: there is no server with the role nfs for the image\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb }\n"
		  "    ^~\n"
		  "  try: add nfs to the roles of a server\n" },
		{ "boot server in another network",
		  CLUSTER
		  "networks: { a: { subnet: 10.0.0.0/24 }, b: { subnet: 10.0.1.0/24 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes: { n1: { mac: 52:54:00:00:00:01, address: 10.0.1.2, image: deb } }\n",
		  "cluster.yaml:5:10: warning: n1: boot server s1 is in network a: in network b it needs a DHCP relay\n"
		  "  nodes: { n1: { mac: 52:54:00:00:00:01, address: 10.0.1.2, image: deb } }\n"
		  "           ^~\n"
		  "  try: a boot server in the node's network, or a relay\n" },
		{ "unknown profile",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, profiles: [p] }\n",
		  "cluster.yaml:6:75: error: there is no profile 'p'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, profiles: [p] }\n"
		  "                                                                            ^\n" },
		{ "unknown profile hides what it would say",
		  BASE
		  "profiles: { compute: { image: deb } }\n"
		  "nodes: { n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: [computee] } }\n",
		  "cluster.yaml:6:70: error: there is no profile 'computee'\n"
		  "  nodes: { n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: [computee] } }\n"
		  "                                                                       ^~~~~~~~\n"
		  "  try: compute\n" },
		{ "mac in a profile",
		  BASE
		  "profiles:\n"
		  "  p: { mac: 52:54:00:00:00:02 }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: p, image: deb }\n",
		  "cluster.yaml:6:8: error: 'mac' belongs to a node, not to a profile\n"
		  "    p: { mac: 52:54:00:00:00:02 }\n"
		  "         ^~~\n"
		  "  try: say it of each node, below nodes:\n" },
		{ "profile of itself",
		  BASE
		  "profiles:\n"
		  "  p: { profiles: p }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: p, image: deb }\n",
		  "cluster.yaml:6:18: error: profile p inherits from itself: p, p\n"
		  "    p: { profiles: p }\n"
		  "                   ^\n"
		  "  try: take p out of this list\n" },
		{ "cycle of profiles",
		  BASE
		  "profiles:\n"
		  "  p: { profiles: q }\n"
		  "  q: { profiles: r }\n"
		  "  r: { profiles: [q] }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: p, image: deb }\n",
		  "cluster.yaml:8:19: error: profile q inherits from itself: q, r, q\n"
		  "    r: { profiles: [q] }\n"
		  "                    ^\n"
		  "  try: take q out of this list\n" },
		{ "profile twice in a list",
		  BASE
		  "profiles:\n"
		  "  p: { profiles: [q, q] }\n"
		  "  q: {}\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: p, image: deb }\n",
		  "cluster.yaml:6:19: error: profile q is in this list twice\n"
		  "    p: { profiles: [q, q] }\n"
		  "                    ^\n"
		  "  try: name it once\n" },
		{ "profiles without an order",
		  BASE
		  "profiles:\n"
		  "  a: {}\n"
		  "  b: {}\n"
		  "  x: { profiles: [a, b] }\n"
		  "  y: { profiles: [b, a] }\n"
		  "  p: { profiles: [x, y] }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: p, image: deb }\n",
		  "cluster.yaml:10:18: error: profiles 'x,y': there is no order in which each outranks those that it inherits from\n"
		  "    p: { profiles: [x, y] }\n"
		  "                   ^\n"
		  "  try: name the one that is to outrank last\n" },
		{ "bad root",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: nbd }\n",
		  "cluster.yaml:6:70: error: 'root' has to be one of nfs iscsi, not 'nbd'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: nbd }\n"
		  "                                                                       ^~~\n" },
		{ "iscsi without anything",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: iscsi }\n",
		  "cluster.yaml:6:70: error: n1: root: iscsi needs a storage, or a disk\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: iscsi }\n"
		  "                                                                       ^~~~~\n"
		  "  try: disk: /dev/vg0/@NODE@, or describe a storage in storage:, and name it\n"
		  "cluster.yaml:6:70: error: n1: root: iscsi needs an iqn in cluster:\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: iscsi }\n"
		  "                                                                       ^~~~~\n"
		  "  try: iqn: iqn.2026-11.example.demo in cluster:\n"
		  "cluster.yaml:6:70: error: n1: root: iscsi needs one server with the role iscsi\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: iscsi }\n"
		  "                                                                       ^~~~~\n"
		  "  try: add iscsi to the roles of one server\n" },
		{ "bad disk",
		  "cluster: { name: demo, iqn: iqn.2026-11.x }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: iscsi, disk: sda }\n",
		  "cluster.yaml:6:83: error: 'disk' has to be an absolute path of letters, digits and /._-+=~@, not 'sda'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: iscsi, disk: sda }\n"
		  "                                                                                    ^~~\n" },
		{ "two nodes write to one disk",
		  "cluster: { name: demo, iqn: iqn.2026-11.x }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  \"n[1-2]\": { root: iscsi, disk: /dev/vg/d, access: rw, image: deb }\n",
		  "cluster.yaml:6:4: warning: n[1-2]: no mac: nothing is made yet for it to boot from\n"
		  "    \"n[1-2]\": { root: iscsi, disk: /dev/vg/d, access: rw, image: deb }\n"
		  "     ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:6:34: error: n2: disk /dev/vg/d is that of n1 (cluster.yaml:6:34)\n"
		  "    \"n[1-2]\": { root: iscsi, disk: /dev/vg/d, access: rw, image: deb }\n"
		  "                                   ^~~~~~~~~\n"
		  "  try: a disk for each, as /dev/vg0/@NODE@, or access: ro\n" },
		{ "disk that lio does not have",
		  "cluster: { name: demo, iqn: iqn.2026-11.x }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi: lio } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: iscsi, disk: /srv/n1.img }\n",
		  "cluster.yaml:6:83: error: n1: LIO has devices below /dev/ only; give the server iscsi: tgt for a file\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, root: iscsi, disk: /srv/n1.img }\n"
		  "                                                                                    ^~~~~~~~~~~\n"
		  "  try: a disk below /dev/, or iscsi: tgt\n" },
		{ "portals, all is well",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, \"10.0.0.3:3261\", 10.1.0.1] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1, iscsi-portals: [10.1.0.1, \"10.0.0.3:3261\"] }\n",
		  "" },
		{ "portal twice",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, \"10.0.0.1:3260\"] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1 }\n",
		  "cluster.yaml:3:86: error: portal 10.0.0.1:3260 is in this list twice\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, \"10.0.0.1:3260\"] } }\n"
		  "                                                                                       ^~~~~~~~~~~~~\n"
		  "  try: name it once\n" },
		{ "portals that nobody reaches",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [0.0.0.0, 127.0.0.1, 224.0.0.1] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1 }\n",
		  "cluster.yaml:3:75: error: portal 0.0.0.0 stands for any address: nodes have to be told one\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [0.0.0.0, 127.0.0.1, 224.0.0.1] } }\n"
		  "                                                                            ^~~~~~~\n"
		  "  try: an address of the server that its nodes reach\n"
		  "cluster.yaml:3:84: error: portal 127.0.0.1 is what each machine calls itself\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [0.0.0.0, 127.0.0.1, 224.0.0.1] } }\n"
		  "                                                                                     ^~~~~~~~~\n"
		  "  try: an address of the server that its nodes reach\n"
		  "cluster.yaml:3:95: error: portal 224.0.0.1 is no single machine's\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [0.0.0.0, 127.0.0.1, 224.0.0.1] } }\n"
		  "                                                                                                ^~~~~~~~~\n"
		  "  try: an address of the server that its nodes reach\n" },
		{ "portals that are none",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [\"[fd00::1]:3260\", store] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1 }\n",
		  "cluster.yaml:3:76: error: 'iscsi-portals' has to be an IPv4 address, with a port where that is not 3260, as 10.0.0.1:3261, not '[fd00::1]:3260'\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [\"[fd00::1]:3260\", store] } }\n"
		  "                                                                             ^~~~~~~~~~~~~~\n"
		  "  try: an IPv4 address of the server: nodes log in by IPv4 alone\n"
		  "cluster.yaml:3:93: error: 'iscsi-portals' has to be an IPv4 address, with a port where that is not 3260, as 10.0.0.1:3261, not 'store'\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [\"[fd00::1]:3260\", store] } }\n"
		  "                                                                                              ^~~~~\n"
		  "  try: an address: names of portals are not looked up\n" },
		{ "portals with wrong numbers",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.256, \"10.0.0.1:0\"] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1 }\n",
		  "cluster.yaml:3:75: error: 'iscsi-portals' has to be an IPv4 address, with a port where that is not 3260, as 10.0.0.1:3261, not '10.0.0.256'\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.256, \"10.0.0.1:0\"] } }\n"
		  "                                                                            ^~~~~~~~~~\n"
		  "  try: four numbers from 0 to 255, as in 10.0.0.1\n"
		  "cluster.yaml:3:88: error: 'iscsi-portals' has to be an IPv4 address, with a port where that is not 3260, as 10.0.0.1:3261, not '10.0.0.1:0'\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.256, \"10.0.0.1:0\"] } }\n"
		  "                                                                                         ^~~~~~~~~~\n"
		  "  try: a port from 1 to 65535 behind the address\n" },
		{ "portals at the edge of a network",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.255, 10.0.0.201] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1 }\n",
		  "cluster.yaml:3:75: error: portal 10.0.0.255 is the broadcast address of network boot\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.255, 10.0.0.201] } }\n"
		  "                                                                            ^~~~~~~~~~\n"
		  "  try: an address in between\n"
		  "cluster.yaml:3:87: error: portal 10.0.0.201 is inside of the range of network boot\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.255, 10.0.0.201] } }\n"
		  "                                                                                        ^~~~~~~~~~\n"
		  "  try: an address outside of the range, or a smaller range\n" },
		{ "more portals than a node takes",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.1.0.1, 10.1.0.2, 10.1.0.3, 10.1.0.4, 10.1.0.5, 10.1.0.6, 10.1.0.7, 10.1.0.8, 10.1.0.9] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1 }\n",
		  "cluster.yaml:3:74: error: 'iscsi-portals' has 9 portals; a node takes 8 at most\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.1.0.1, 10.1.0.2, 10.1.0.3, 10.1.0.4, 10.1.0...\n"
		  "                                                                           ^\n"
		  "  try: name the nearest ones\n" },
		{ "portal of a node that its server does not have",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, 10.0.0.3] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1, iscsi-portals: [10.0.0.3, 10.0.0.4, \"10.0.0.1:3261\"] }\n",
		  "cluster.yaml:6:121: error: server s1 has no portal 10.0.0.4\n"
		  "  ...b, root: iscsi, disk: /dev/vg/n1, iscsi-portals: [10.0.0.3, 10.0.0.4, \"10.0.0.1:3261\"] }\n"
		  "                                                                 ^~~~~~~~\n"
		  "  try: one of 10.0.0.1:3260,10.0.0.3:3260\n"
		  "cluster.yaml:6:132: error: server s1 has no portal 10.0.0.1:3261\n"
		  "  ...csi, disk: /dev/vg/n1, iscsi-portals: [10.0.0.3, 10.0.0.4, \"10.0.0.1:3261\"] }\n"
		  "                                                                 ^~~~~~~~~~~~~\n"
		  "  try: one of 10.0.0.1:3260,10.0.0.3:3260\n" },
		{ "portal of a node that its server has by default",
		  STORED "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: ~ } }\n"
			 "images: { deb: { path: /srv/deb } }\n"
			 "nodes:\n"
			 "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1, iscsi-portals: 10.0.0.3 }\n",
		  "cluster.yaml:6:110: error: server s1 has no portal 10.0.0.3\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1, iscsi-portals: 10.0.0.3 }\n"
		  "                                                                                                               ^~~~~~~~\n"
		  "  try: 10.0.0.1:3260\n" },
		{ "portal of a node twice",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, 10.0.0.3] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1, iscsi-portals: [10.0.0.3, 10.0.0.3] }\n",
		  "cluster.yaml:6:121: error: portal 10.0.0.3 is in this list twice\n"
		  "  ...b, root: iscsi, disk: /dev/vg/n1, iscsi-portals: [10.0.0.3, 10.0.0.3] }\n"
		  "                                                                 ^~~~~~~~\n"
		  "  try: name it once\n" },
		{ "portals and targets that are too many together",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, 10.0.0.3] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1, parameters: [\"netroot=iscsi:10.0.0.9::::iqn.2026-11.x:1\", \"netroot=iscsi:10.0.0.9::::iqn.2026-11.x:2\", \"netroot=iscsi:10.0.0.9::::iqn.2026-11.x:3\", \"netroot=iscsi:10.0.0.9::::iqn.2026-11.x:4\", \"netroot=iscsi:10.0.0.9::::iqn.2026-11.x:5\", \"netroot=iscsi:10.0.0.9::::iqn.2026-11.x:6\", \"netroot=iscsi:10.0.0.9::::iqn.2026-11.x:7\"] }\n",
		  "cluster.yaml:3:74: error: n1: 2 portals, and 7 targets of its words; its init takes 8 in all\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, 10.0.0.3] } }\n"
		  "                                                                           ^~~~~~~~~~~~~~~~~~~~~~~~\n"
		  "  try: iscsi-portals: with the nearest ones\n" },
		{ "portal with the address of a node",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, 10.0.0.5] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1 }\n",
		  "cluster.yaml:6:42: error: n1: address 10.0.0.5 is that of server s1\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1 }\n"
		  "                                           ^~~~~~~~\n"
		  "  try: 10.0.0.6 is free in network boot\n" },
		{ "portals without the role",
		  CLUSTER NETWORK
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs], iscsi-portals: 10.0.0.1 } }\n" IMAGE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb }\n",
		  "cluster.yaml:3:57: error: server s1 has portals, but not the role iscsi\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, nfs], iscsi-portals: 10.0.0.1 } }\n"
		  "                                                          ^~~~~~~~~~~~~\n"
		  "  try: add iscsi to its roles, or leave it out\n" },
		{ "portals of two servers alike",
		  STORED
		  "servers:\n"
		  "  s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: 10.0.0.3 }\n"
		  "  s2: { address: 10.0.0.2, roles: iscsi, iscsi-portals: [10.0.0.3, 10.0.0.1] }\n"
		  "  s3: { address: 10.0.0.3, roles: nfs }\n" IMAGE "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb }\n",
		  "cluster.yaml:5:58: error: portal 10.0.0.3 has the address of server s1\n"
		  "    s2: { address: 10.0.0.2, roles: iscsi, iscsi-portals: [10.0.0.3, 10.0.0.1] }\n"
		  "                                                           ^~~~~~~~\n"
		  "  try: an address of the server's own\n"
		  "cluster.yaml:5:68: error: portal 10.0.0.1 has the address of server s1\n"
		  "    s2: { address: 10.0.0.2, roles: iscsi, iscsi-portals: [10.0.0.3, 10.0.0.1] }\n"
		  "                                                                     ^~~~~~~~\n"
		  "  try: an address of the server's own\n"
		  "cluster.yaml:6:18: error: address 10.0.0.3 is that of server s1\n"
		  "    s3: { address: 10.0.0.3, roles: nfs }\n"
		  "                   ^~~~~~~~\n"
		  "  try: give one server both's roles, or another address\n" },
		{ "portal out of reach",
		  "cluster: { name: demo, iqn: iqn.2026-11.example.demo }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, 10.1.0.1] } }\n" IMAGE
		  "profiles: { p: { root: iscsi, disk: /dev/vg/@NODE@ } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, profiles: p }\n"
		  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.6, image: deb, profiles: p }\n"
		  "  n3: { mac: 52:54:00:00:00:03, address: 10.0.0.7, image: deb, profiles: p, iscsi-portals: 10.0.0.1 }\n",
		  "cluster.yaml:3:74: warning: n[1-2]: portal 10.1.0.1:3260 is outside of network boot, which has no gateway: nobody reaches it\n"
		  "  servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, 10.1.0.1] } }\n"
		  "                                                                           ^~~~~~~~~~~~~~~~~~~~~~~~\n"
		  "  try: a gateway: in the network, or iscsi-portals: without it\n" },
		{ "storage, all is well",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { group: vg0, pool: p } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "" },
		{ "storage that there is not",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { disks: { group: vg0, pool: p } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, storage: disk }\n",
		  "cluster.yaml:7:86: error: there is no storage 'disk'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, storage: disk }\n"
		  "                                                                                       ^~~~\n"
		  "  try: disks\n" },
		{ "unknown key of storage",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { group: vg0, pol: p, pool: p } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:29: error: unknown key 'pol' of a storage\n"
		  "  storage: { a: { group: vg0, pol: p, pool: p } }\n"
		  "                              ^~~\n"
		  "  try: pool\n" },
		{ "type of storage that there is not",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: zfs } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:23: error: 'type' has to be one of lvm-thin lvm file, not 'zfs'\n"
		  "  storage: { a: { type: zfs } }\n"
		  "                        ^~~\n" },
		{ "thin storage without its places",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:12: error: storage a has no group, which type lvm-thin wants\n"
		  "  storage: { a: { } }\n"
		  "             ^\n"
		  "  try: group: vg0, as vgs calls it\n"
		  "cluster.yaml:4:12: error: storage a has no pool, which type lvm-thin wants\n"
		  "  storage: { a: { } }\n"
		  "             ^\n"
		  "  try: pool: pool0, as lvs calls it, or type: lvm\n" },
		{ "plain storage with a pool and without a group",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: lvm, pool: p } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:12: error: storage a has no group, which type lvm wants\n"
		  "  storage: { a: { type: lvm, pool: p } }\n"
		  "             ^\n"
		  "  try: group: vg0, as vgs calls it\n"
		  "cluster.yaml:4:28: error: storage a is of type lvm, which has no pool\n"
		  "  storage: { a: { type: lvm, pool: p } }\n"
		  "                             ^~~~\n"
		  "  try: leave it out\n" },
		{ "file storage without a directory, in a group",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, group: vg0 } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:12: error: storage a has no directory, which type file wants\n"
		  "  storage: { a: { type: file, group: vg0 } }\n"
		  "             ^\n"
		  "  try: directory: /srv/wireroot/disks\n"
		  "cluster.yaml:4:29: error: storage a is of type file, which has no group\n"
		  "  storage: { a: { type: file, group: vg0 } }\n"
		  "                              ^~~~~\n"
		  "  try: leave it out\n" },
		{ "directory of a storage that is relative",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, directory: disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:40: error: 'directory' has to be an absolute path of letters, digits and /._-+=~, not 'disks'\n"
		  "  storage: { a: { type: file, directory: disks } }\n"
		  "                                         ^~~~~\n" },
		{ "storage on one of several servers",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] }, s2: { address: 10.0.0.2, roles: [iscsi] }, s3: { address: 10.0.0.3, roles: boot } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:12: error: storage a has no server, and several servers have the role iscsi\n"
		  "  storage: { a: { type: file, directory: /srv/disks } }\n"
		  "             ^\n"
		  "  try: server: with the one that has it\n" },
		{ "storage on a server without iscsi",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] }, s2: { address: 10.0.0.2, roles: [iscsi] }, s3: { address: 10.0.0.3, roles: boot } }\n"
		  "storage: { a: { type: file, directory: /srv/disks, server: s3 } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:60: error: server s3 does not have the role iscsi\n"
		  "  storage: { a: { type: file, directory: /srv/disks, server: s3 } }\n"
		  "                                                             ^~\n"
		  "  try: add iscsi to its roles, or name another server\n" },
		{ "storage where no server has iscsi",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:4:12: error: storage a has no server: none has the role iscsi\n"
		  "  storage: { a: { type: file, directory: /srv/disks } }\n"
		  "             ^\n"
		  "  try: add iscsi to the roles of a server\n" },
		{ "disk beside a storage",
		  STORED "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
			 "storage: { a: { type: file, directory: /srv/disks } }\n"
			 "images: { deb: { path: /srv/deb, kernel: newest } }\n"
			 "profiles: { disks: { root: iscsi, storage: a } }\n"
			 "nodes:\n"
			 "  n[1-2]: { profiles: disks, image: deb, disk: /dev/vg0/@NODE@ }\n",
		  "cluster.yaml:8:3: warning: n[1-2]: no mac: nothing is made yet for it to boot from\n"
		  "    n[1-2]: { profiles: disks, image: deb, disk: /dev/vg0/@NODE@ }\n"
		  "    ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:8:48: error: n[1-2]: disk and storage are both given\n"
		  "    n[1-2]: { profiles: disks, image: deb, disk: /dev/vg0/@NODE@ }\n"
		  "                                                 ^~~~~~~~~~~~~~~\n"
		  "  try: leave one of them out; storage: ~ takes back what a profile says\n" },
		{ "disk in the place of a profile's storage",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "profiles: { disks: { root: iscsi, storage: a } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, profiles: disks, image: deb, storage: ~, disk: /dev/vg0/n1 }\n",
		  "" },
		{ "size of a volume without a unit",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a, volume-size: 8 }\n",
		  "cluster.yaml:7:114: error: 'volume-size' has to be a size as 512M, 8G or 1T, from 16M to 16T, not '8'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a, volume-size: 8 }\n"
		  "                                                                                                                   ^\n" },
		{ "size of a volume that nothing fits into",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a, volume-size: 8M }\n",
		  "cluster.yaml:7:114: error: 'volume-size' has to be a size as 512M, 8G or 1T, from 16M to 16T, not '8M'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a, volume-size: 8M }\n"
		  "                                                                                                                   ^~\n" },
		{ "file system that is not made",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a, file-system: ext3 }\n",
		  "cluster.yaml:7:114: error: 'file-system' has to be one of ext4 xfs btrfs, not 'ext3'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a, file-system: ext3 }\n"
		  "                                                                                                                   ^~~~\n"
		  "  try: ext4\n" },
		{ "storage for an image without a path",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:5:11: error: image deb has no path: of the root file system, on its server\n"
		  "  images: { deb: { kernel: newest } }\n"
		  "            ^~~\n"
		  "  try: path: /srv/images/debian12\n" },
		{ "files for lio",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi: lio } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:7:98: error: n1: LIO has devices below /dev/ only; give the server iscsi: tgt for a file\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n"
		  "                                                                                                   ^\n"
		  "  try: a storage of type lvm-thin or lvm, or iscsi: tgt\n" },
		{ "node called as a golden volume",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  image-deb: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n",
		  "cluster.yaml:7:3: error: image-deb: a node with a volume cannot be called image-…: so are the golden volumes of images\n"
		  "    image-deb: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi, storage: a }\n"
		  "    ^~~~~~~~~\n"
		  "  try: give the node another name\n" },
		{ "root by iscsi with storages to choose from",
		  STORED
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "storage: { a: { type: file, directory: /srv/disks } }\n"
		  "images: { deb: { path: /srv/deb, kernel: newest } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi }\n",
		  "cluster.yaml:7:82: error: n1: root: iscsi needs a storage, or a disk\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, server: s1, root: iscsi }\n"
		  "                                                                                   ^~~~~\n"
		  "  try: storage: a\n" },
		{ "secrets where everybody can read them",
		  "cluster: { name: demo, iqn: iqn.2026-11.x }\n"
		  "networks: { boot: { subnet: 10.0.0.0/24, range: 10.0.0.200-10.0.0.250, gateway: 10.0.0.254 } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi] } }\n"
		  "images: { deb: { path: /srv/deb } }\n"
		  "profiles: { p: { root: iscsi, disk: /dev/vg/@NODE@, loader: grub, image: deb } }\n"
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, profiles: p }\n"
		  "  n2: { mac: 52:54:00:00:00:02, address: 10.0.0.3, profiles: p, chap: none }\n",
		  "cluster.yaml:5:61: error: n1: this loader has only the command line for the secrets of chap:, where everybody can read them\n"
		  "  profiles: { p: { root: iscsi, disk: /dev/vg/@NODE@, loader: grub, image: deb } }\n"
		  "                                                              ^~~~\n"
		  "  try: loader: ipxe, or chap: none\n" },
		{ "quote that grub does not pass on",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, loader: grub, append: \"a='b\" }\n",
		  "cluster.yaml:6:78: error: n1: GRUB cannot pass a ' on\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, loader: grub, append: \"a='b\" }\n"
		  "                                                                               ^~~~\n"
		  "  try: loader: ipxe\n" },
		{ "path that climbs", CLUSTER NETWORK SERVER "images: { deb: { path: /srv/.. } }\n",
		  "cluster.yaml:4:24: error: 'path' has to be an absolute path of letters, digits and /._-+=~, not '/srv/..'\n"
		  "  images: { deb: { path: /srv/.. } }\n"
		  "                         ^~~~~~~\n" },
		{ "too many dns servers",
		  CLUSTER
		  "networks: { boot: { subnet: 10.0.0.0/24, dns: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5] } }\n"
		  "servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }\n",
		  "cluster.yaml:2:47: error: 'dns' has 5 addresses; a node takes 4 at most\n"
		  "  networks: { boot: { subnet: 10.0.0.0/24, dns: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5] } }\n"
		  "                                                ^\n"
		  "  try: name the nearest ones\n" },
		{ "bad overlay",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, overlay: tmpfs:big }\n",
		  "cluster.yaml:6:73: error: 'overlay': size 'big': give 512m, 2g or 50%, say\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, overlay: tmpfs:big }\n"
		  "                                                                          ^~~~~~~~~\n" },
		{ "bad init",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, init: sbin/init }\n",
		  "cluster.yaml:6:70: error: 'init': path 'sbin/init': give one that begins with '/'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, init: sbin/init }\n"
		  "                                                                       ^~~~~~~~~\n" },
		{ "bad nfs version",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, nfs-version: 5 }\n",
		  "cluster.yaml:6:77: error: 'nfs-version' has to be one of 3 4 4.0 4.1 4.2, not '5'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, nfs-version: 5 }\n"
		  "                                                                              ^\n" },
		{ "bad mount option",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, mount-options: [soft, vers=9] }\n",
		  "cluster.yaml:6:86: error: NFS version option 'vers=9': give vers=3, 4, 4.0, 4.1 or 4.2\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, mount-options: [soft, vers=9] }\n"
		  "                                                                                       ^~~~~~\n" },
		{ "mount option with a bracket",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, mount-options: [\"(x)\"] }\n",
		  "cluster.yaml:6:81: error: 'mount-options' has to be an NFS mount option, not '(x)'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, mount-options: [\"(x)\"] }\n"
		  "                                                                                  ^~~\n" },
		{ "onfail without choice",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, onfail: rebot }\n",
		  "cluster.yaml:6:72: error: 'onfail' has to be one of retry reboot shell poweroff, not 'rebot'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, onfail: rebot }\n"
		  "                                                                         ^~~~~\n"
		  "  try: reboot\n" },
		{ "shell without rescue",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, onfail: shell }\n",
		  "cluster.yaml:6:72: warning: n1: onfail: shell finds no shell in the initrd without rescue: yes\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, onfail: shell }\n"
		  "                                                                         ^~~~~\n"
		  "  try: rescue: yes\n" },
		{ "bad switch",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, rescue: 1 }\n",
		  "cluster.yaml:6:72: error: 'rescue' has to be yes or no, not '1'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, rescue: 1 }\n"
		  "                                                                         ^\n"
		  "  try: yes\n" },
		{ "drivers auto in a list",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, drivers: [auto, e1000e] }\n",
		  "cluster.yaml:6:73: error: n1: auto and detected stand alone, not in a list\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, drivers: [auto, e1000e] }\n"
		  "                                                                          ^\n"
		  "  try: leave the others out, or it\n" },
		{ "bad module name",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, drivers: [a/b] }\n",
		  "cluster.yaml:6:74: error: 'drivers' has to be the name of a kernel module, not 'a/b'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, drivers: [a/b] }\n"
		  "                                                                           ^~~\n" },
		{ "nothing detected yet",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, drivers: detected }\n",
		  "cluster.yaml:6:73: warning: n1: no drivers have been detected yet: all wired ones are taken\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, drivers: detected }\n"
		  "                                                                          ^~~~~~~~\n"
		  "  try: boot it within a window of wireroot discover\n" },
		{ "lab memory too small",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lab: { memory: 1 } }\n",
		  "cluster.yaml:6:79: error: 'memory' has to be a number from 64 to 1048576, not '1'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lab: { memory: 1 } }\n"
		  "                                                                                ^\n"
		  "  try: 64\n" },
		{ "bad lab firmware",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lab: { firmware: efi } }\n",
		  "cluster.yaml:6:81: error: 'firmware' has to be one of bios uefi, not 'efi'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, lab: { firmware: efi } }\n"
		  "                                                                                  ^~~\n"
		  "  try: uefi\n" },
		{ "unknown parameter",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, parameters: [wireroot.onfial=reboot] }\n",
		  "cluster.yaml:6:77: error: the init does not know 'wireroot.onfial'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, parameters: [wireroot.onfial=reboot] }\n"
		  "                                                                              ^~~~~~~~~~~~~~~~~~~~~~\n"
		  "  try: wireroot.onfail\n" },
		{ "malformed parameter",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, parameters: [wireroot.onfail=never] }\n",
		  "cluster.yaml:6:77: error: 'wireroot.onfail=never': policy 'never': give retry, reboot, shell or poweroff\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, parameters: [wireroot.onfail=never] }\n"
		  "                                                                              ^~~~~~~~~~~~~~~~~~~~~\n" },
		{ "malformed kernel word",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: \"quiet ip=10.0.0\" }\n",
		  "cluster.yaml:6:79: error: 'ip=10.0.0': client address '10.0.0': give an IPv4 address such as 10.0.0.1\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: \"quiet ip=10.0.0\" }\n"
		  "                                                                                ^~~~~~~~~\n" },
		{ "word with an open quote",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['a=\"b'] }\n",
		  "cluster.yaml:6:74: error: 'append' has to be a word of a kernel command line: with blanks only in double quotes, neither '#' nor '-' first, not 'a=\"b'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['a=\"b'] }\n"
		  "                                                                           ^~~~\n" },
		{ "comment as a parameter",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, parameters: ['#x'] }\n",
		  "cluster.yaml:6:78: error: 'parameters' has to be a word of a kernel command line: with blanks only in double quotes, neither '#' nor '-' first, not '#x'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, parameters: ['#x'] }\n"
		  "                                                                               ^~\n" },
		{ "end of a command in append",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['a', '||', 'b'] }\n",
		  "cluster.yaml:6:79: error: '||': iPXE takes it for the end of a command\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['a', '||', 'b'] }\n"
		  "                                                                                ^~\n" },
		{ "image is the server's root",
		  CLUSTER NETWORK SERVER "images: { deb: { path: // } }\n",
		  "cluster.yaml:4:24: error: image deb is the server's own root: nodes would read all of it, its secrets too\n"
		  "  images: { deb: { path: // } }\n"
		  "                         ^~\n"
		  "  try: give an image a directory of its own, such as /srv/images/NAME\n" },
		{ "image is a directory of the server's own",
		  CLUSTER NETWORK SERVER "images: { deb: { path: /root } }\n",
		  "cluster.yaml:4:24: warning: image deb is a directory of the server's own, /root: nodes would read all of it as root\n"
		  "  images: { deb: { path: /root } }\n"
		  "                         ^~~~~\n"
		  "  try: give an image a directory of its own, such as /srv/images/NAME\n" },
		{ "image is below what generations are in",
		  CLUSTER NETWORK SERVER "images: { deb: { path: /var//lib/wireroot/x } }\n",
		  "cluster.yaml:4:24: warning: image deb is a directory of the server's own, /var//lib/wireroot/x: nodes would read all of it as root\n"
		  "  images: { deb: { path: /var//lib/wireroot/x } }\n"
		  "                         ^~~~~~~~~~~~~~~~~~~~\n"
		  "  try: give an image a directory of its own, such as /srv/images/NAME\n" },
		{ "image below a directory of the server's own",
		  CLUSTER NETWORK SERVER
		  "images: { a: { path: /srv/a }, b: { path: /var/lib/b }, c: { path: /rooted } }\n",
		  "" },
		{ "end of a command within quotes in append",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['\"a || b\"'] }\n",
		  "cluster.yaml:6:74: error: '\"a || b\"': iPXE takes it for the end of a command\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['\"a || b\"'] }\n"
		  "                                                                           ^~~~~~~~\n" },
		{ "comment within quotes in append",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['\"a #b\"'] }\n",
		  "cluster.yaml:6:74: error: '\"a #b\"': iPXE takes it for a comment\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['\"a #b\"'] }\n"
		  "                                                                           ^~~~~~\n" },
		{ "open setting in append",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['a=${net0'] }\n",
		  "cluster.yaml:6:74: error: 'a=${net0': a ${ has no }\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: ['a=${net0'] }\n"
		  "                                                                           ^~~~~~~~\n" },
		{ "end of parameters",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: [a, --, b] }\n",
		  "cluster.yaml:6:76: error: 'append' has to be a word of a kernel command line: with blanks only in double quotes, neither '#' nor '-' first, not '--'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: [a, --, b] }\n"
		  "                                                                             ^~\n" },
		{ "words are a map",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: { a: b } }\n",
		  "cluster.yaml:6:72: error: 'append' has to be a list, or a text, not a map\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: { a: b } }\n"
		  "                                                                         ^\n" },
		{ "words in a list in a list",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: [[a]] }\n",
		  "cluster.yaml:6:73: error: 'append' has to be a list of texts\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: [[a]] }\n"
		  "                                                                          ^\n" },
		{ "undefined variable",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: \"a=@RACK@\" }\n",
		  "cluster.yaml:6:75: error: n1: variable @RACK@ is not defined\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: \"a=@RACK@\" }\n"
		  "                                                                            ^~~~~~\n"
		  "  try: one of those that there are: @NODE@, @INDEX@, @MAC@, @ADDRESS@, @NETWORK@, @SERVER@, @IMAGE@, @CLUSTER@\n" },
		{ "undefined variable like another",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { RACK: r1 }, append: \"a=@RAC@\" }\n",
		  "cluster.yaml:6:100: error: n1: variable @RAC@ is not defined\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { RACK: r1 }, append: \"a=@RAC@\" }\n"
		  "                                                                                                     ^~~~~\n"
		  "  try: @RACK@\n" },
		{ "lone at sign",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: \"a=b@c\" }\n",
		  "cluster.yaml:6:76: error: n1: '@' begins no @NAME@\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: \"a=b@c\" }\n"
		  "                                                                             ^\n"
		  "  try: write @@ for a single '@'\n" },
		{ "variable that is empty",
		  BASE
		  "nodes:\n"
		  "  head: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: \"i=@INDEX@\" }\n",
		  "cluster.yaml:6:77: error: head: variable @INDEX@ is empty: the node has none\n"
		  "    head: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, append: \"i=@INDEX@\" }\n"
		  "                                                                              ^~~~~~~\n"
		  "  try: give the node what this stands for, or leave the word out\n" },
		{ "variable makes a bad word",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { V: \"a b\" }, append: \"x=@V@\" }\n",
		  "cluster.yaml:6:98: error: n1: 'append' has to be a word of a kernel command line: with blanks only in double quotes, neither '#' nor '-' first, not 'x=a b'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { V: \"a b\" }, append: \"x=@V@\" }\n"
		  "                                                                                                   ^~~~~\n" },
		{ "variable makes a malformed parameter",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { V: never }, parameters: \"wireroot.onfail=@V@\" }\n",
		  "cluster.yaml:6:102: error: n1: 'wireroot.onfail=never': policy 'never': give retry, reboot, shell or poweroff\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { V: never }, parameters: \"wireroot.onfail=@V@...\n"
		  "                                                                                                       ^~~~~~~~~~~~~~~~~~~\n" },
		{ "bad variable name",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { rack: r1 } }\n",
		  "cluster.yaml:6:77: error: the name of a variable has to be capitals, digits and '_', not 'rack'\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { rack: r1 } }\n"
		  "                                                                              ^~~~\n"
		  "  try: RACK\n" },
		{ "built in variable",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { NODE: r1 } }\n",
		  "cluster.yaml:6:77: error: NODE is a variable that every node has by itself\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { NODE: r1 } }\n"
		  "                                                                              ^~~~\n"
		  "  try: give yours another name\n" },
		{ "variable that is a list",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { RACK: [r1] } }\n",
		  "cluster.yaml:6:83: error: the value of a variable has to be a text\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: { RACK: [r1] } }\n"
		  "                                                                                    ^\n"
		  "  try: put it in quotes, or give each its own name\n" },
		{ "variables are no map",
		  BASE
		  "nodes:\n"
		  "  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: RACK }\n",
		  "cluster.yaml:6:75: error: 'variables' has to be a map: of names to texts\n"
		  "    n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, variables: RACK }\n"
		  "                                                                            ^~~~\n"
		  "  try: indent its keys below it, each with a value: KEY: VALUE\n" },
		{ "one mistake of many nodes is told once",
		  BASE "nodes:\n"
		       "  \"n[1-100]\": { image: deb, append: \"a=@RACK@\" }\n",
		  "cluster.yaml:6:4: warning: n[1-100]: no mac: nothing is made yet for it to boot from\n"
		  "    \"n[1-100]\": { image: deb, append: \"a=@RACK@\" }\n"
		  "     ^~\n"
		  "  try: mac: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:6:40: error: n[1-100]: variable @RACK@ is not defined\n"
		  "    \"n[1-100]\": { image: deb, append: \"a=@RACK@\" }\n"
		  "                                         ^~~~~~\n"
		  "  try: one of those that there are: @NODE@, @INDEX@, @NETWORK@, @SERVER@, @IMAGE@, @CLUSTER@\n" },
		{ "mistakes stand in order",
		  "cluster: { nmae: demo }\n"
		  "networks: { boot: { subnet: 10.0.0.0/33 } }\n"
		  "servers: { s1: { address: x } }\n"
		  "images: { deb: { path: x } }\n"
		  "nodes: { n1: { image: x, mac: y, address: z } }\n",
		  "cluster.yaml:1:12: error: unknown key 'nmae' of cluster\n"
		  "  cluster: { nmae: demo }\n"
		  "             ^~~~\n"
		  "  try: name\n"
		  "cluster.yaml:2:29: error: 'subnet' has to be a subnet as 10.0.0.0/24, of 1 to 30 bits, not '10.0.0.0/33'\n"
		  "  networks: { boot: { subnet: 10.0.0.0/33 } }\n"
		  "                              ^~~~~~~~~~~\n"
		  "cluster.yaml:3:12: error: server s1 has no roles: what it does: DHCP, TFTP and HTTP; roots by NFS; disks by iSCSI\n"
		  "  servers: { s1: { address: x } }\n"
		  "             ^~\n"
		  "  try: roles: [boot, nfs]\n"
		  "cluster.yaml:3:27: error: 'address' has to be an IPv4 address, not 'x'\n"
		  "  servers: { s1: { address: x } }\n"
		  "                            ^\n"
		  "cluster.yaml:4:24: error: 'path' has to be an absolute path of letters, digits and /._-+=~, not 'x'\n"
		  "  images: { deb: { path: x } }\n"
		  "                         ^\n"
		  "cluster.yaml:5:23: error: there is no image 'x'\n"
		  "  nodes: { n1: { image: x, mac: y, address: z } }\n"
		  "                        ^\n"
		  "cluster.yaml:5:31: error: n1: 'y' is no Ethernet address of one interface, such as 52:54:00:12:34:56\n"
		  "  nodes: { n1: { image: x, mac: y, address: z } }\n"
		  "                                ^\n"
		  "  try: 52:54:00:12:34:56, with what the interface has\n"
		  "cluster.yaml:5:43: error: n1: 'z' is no IPv4 address\n"
		  "  nodes: { n1: { image: x, mac: y, address: z } }\n"
		  "                                            ^\n"
		  "  try: four numbers from 0 to 255, as in 10.0.0.17\n" },
	};

#define COUNT (sizeof(examples) / sizeof(examples[0]))

/* Load @definition as if it stood in cluster.yaml; what was found goes to @text. */
static int load(const char *definition, struct text *text)
{
	struct cluster_edit edit = { "cluster.yaml", definition, strlen(definition) };
	struct cluster_options options = { .skip_files = true, .edits = &edit, .edit_count = 1 };
	struct findings findings = { 0 };
	struct cluster cluster;
	struct fault fault = { 0 };
	int error = cluster_load_with(&cluster, edit.path, &options, &findings, &fault);

	cluster_free(&cluster);
	findings_to_text(&findings, text);
	findings_free(&findings);
	return error;
}

static void says_it_to_the_letter(void **state)
{
	const struct example *example = *state;
	struct text text = { 0 };
	int error = load(example->definition, &text);

	assert_string_equal(text_string(&text), example->findings);
	assert_int_equal(error, strstr(example->findings, ": error: ") ? -22 : 0);
	text_free(&text);
}

/* A list of @count words, "PREFIX0, PREFIX1, …". */
static void add_words(struct text *text, const char *prefix, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		text_printf(text, "%s%s%u", i ? ", " : "", prefix, i);
}

static void check_long_list(const char *key, const char *prefix, unsigned int count,
			    const char *message)
{
	struct text definition = { 0 }, text = { 0 };

	text_printf(&definition,
		    BASE
		    "nodes: { n1: { mac: 52:54:00:00:00:01, address: 10.0.0.2, image: deb, %s: [",
		    key);
	add_words(&definition, prefix, count);
	text_add(&definition, "] } }\n");
	load(definition.data, &text);
	if (message)
		assert_non_null(strstr(text_string(&text), message));
	else
		assert_string_equal(text_string(&text), "");
	text_free(&definition);
	text_free(&text);
}

static void a_command_line_has_its_limit(void **state)
{
	(void)state;
	check_long_list("append", "a-word-of-20-bytes-", 70, NULL);
	check_long_list("append", "a-word-of-20-bytes-", 90,
			"error: the words of append have 1970 bytes; there is room for 1792\n"
			"  ...");
}

/* Where all words stand on it, each portal takes its share; two of them, behind the first, here. */
static void check_portals_on_it(size_t bytes, bool room)
{
	struct text definition = { 0 }, text = { 0 };

	text_add(
		&definition, STORED
		"servers: { s1: { address: 10.0.0.1, roles: [boot, iscsi], iscsi-portals: [10.0.0.1, 10.0.0.2, 10.0.0.3] } }\n" IMAGE
		"nodes:\n"
		"  n1: { mac: 52:54:00:00:00:01, address: 10.0.0.5, image: deb, root: iscsi, disk: /dev/vg/n1, "
		"chap: none, loader: grub, append: ");
	for (size_t i = 0; i < bytes - 1; i++)
		text_add(&definition, "x");
	text_add(&definition, " }\n");
	load(definition.data, &text);
	if (room)
		assert_string_equal(text_string(&text), "");
	else
		assert_non_null(strstr(text_string(&text), "its words have 1281 bytes; with this "
							   "loader all stand on the command line"));
	text_free(&definition);
	text_free(&text);
}

static void portals_take_their_share_of_a_command_line(void **state)
{
	(void)state;
	check_portals_on_it(1280 - 134, true);
	check_portals_on_it(1281 - 134, false);
}

static void the_init_takes_so_many_words(void **state)
{
	(void)state;
	check_long_list("parameters", "w", 224, NULL);
	check_long_list("parameters", "w", 225,
			"error: parameters has 225 words; the init takes 256, and of these 32 are "
			"Wireroot's own\n");
}

static void only_so_many_findings_are_kept(void **state)
{
	struct text definition = { 0 }, text = { 0 };

	(void)state;
	text_add(&definition, BASE "nodes:\n");
	for (int i = 0; i < FINDINGS_MAX + 10; i++)
		text_printf(&definition, "  n%d: { colour: red }\n", i);
	load(definition.data, &text);
	assert_non_null(strstr(text_string(&text), "unknown key 'colour' of a node"));
	assert_non_null(strstr(text_string(&text), "\nand 1021 more\n"));
	text_free(&definition);
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(a_command_line_has_its_limit),
		cmocka_unit_test(portals_take_their_share_of_a_command_line),
		cmocka_unit_test(the_init_takes_so_many_words),
		cmocka_unit_test(only_so_many_findings_are_kept),
	};
	struct CMUnitTest tests[COUNT + sizeof(others) / sizeof(others[0])];

	for (size_t i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ .name = examples[i].name,
						.test_func = says_it_to_the_letter,
						.initial_state = (void *)&examples[i] };
	memcpy(tests + COUNT, others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
