#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot check` and `wireroot node` as people run them: what is printed, exit statuses, modules of
# a real kernel, changes of drop-ins, and what ten thousand nodes cost. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wireroot=$PWD/build/wireroot
read -r version tree < <(tests/fixtures/kernels.sh 6.1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

# run WANTED COMMAND...: our command ends with that status; its output is in out and err.
run() {
	local wanted=$1 status
	shift
	"$wireroot" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	cat "$work/out" "$work/err"
	[ "$status" -eq "$wanted" ] || { echo "status $status, not $wanted"; return 1; }
}

# A definition in $work/c with the line $1 for n01.
define() {
	mkdir -p "$work/c"
	cat >"$work/c/cluster.yaml" <<-END
		cluster: { name: demo }
		networks: { boot: { subnet: 10.0.0.0/24 } }
		servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }
		images: { deb: { path: $tree } }
		groups: { odd: "n[01-16/2]" }
		profiles:
		  compute: { image: deb, append: [quiet], drivers: [virtio_net] }
		nodes:
		  n[01-16]:
		    profiles: compute
		    address: 10.0.0.[11-26]
		    mac: 52:54:00:00:00:[11-26]
		  $1
	END
}

definition=(--cluster "$work/c/cluster.yaml")

sound() {
	define 'n01: { append: debug }'
	run 0 check "${definition[@]}" &&
		[ "$(cat "$work/out")" = "cluster demo: 16 nodes, 1 image, 0 warnings: ok" ]
}

unsound() {
	define 'n01: { apend: debug, onfail: shell }'
	run 1 check "${definition[@]}" && diff "$work/out" - <<-END
		$work/c/cluster.yaml:13:10: error: unknown key 'apend' of a node
		    n01: { apend: debug, onfail: shell }
		           ^~~~~
		  try: append
		$work/c/cluster.yaml:13:32: warning: n01: onfail: shell finds no shell in the initrd without rescue: yes
		    n01: { apend: debug, onfail: shell }
		                                 ^~~~~
		  try: rescue: yes
		1 error, 1 warning
	END
}

as_json() {
	run 1 check --json "${definition[@]}" &&
		jq -e '.errors == 1 and .warnings == 1 and .nodes == 16 and .files_checked and
			(.findings | length == 2) and
			(.findings[0] | .severity == "error" and .line == 13 and .column == 10 and
			 .length == 5 and .suggestion == "append")' "$work/out"
}

usage() {
	run 2 check --nonsense && run 2 check word && run 0 check --help && run 2 node &&
		run 2 node what && run 2 node show && run 2 node set n01 && run 2 node set n01 word &&
		run 0 node --help && run 0 node set --help
}

no_file() {
	run 1 check --cluster "$work/none.yaml" && grep -q "none.yaml: no such file" "$work/err"
}

missing_module() {
	define 'n01: { drivers: [virtio_net, e100ee] }'
	run 1 check "${definition[@]}" &&
		grep -q "13:32: error: n01: kernel $version of image deb has no module 'e100ee'" "$work/out" &&
		grep -q '^  try: e1000e$' "$work/out"
}

modules_by_any_name() {
	define 'n01: { drivers: [virtio-net, e1000e], detected: [r8169] }'
	run 0 check "${definition[@]}"
}

without_files() {
	define 'n01: { drivers: [nonsense] }'
	sed -i 's|path: [^ ]*|path: /nowhere|' "$work/c/cluster.yaml"
	run 1 check "${definition[@]}" && run 0 check --no-files "${definition[@]}" &&
		grep -q '^not looked for, as --no-files says: images, kernels, modules, templates$' "$work/out"
}

templates() {
	define 'n01: {}'
	echo 'templates: { node: node.ipxe.in, boot: boot.ipxe.in }' >>"$work/c/cluster.yaml"
	cp ipxe/node.ipxe.in ipxe/boot.ipxe.in "$work/c"
	run 0 check "${definition[@]}" || return
	echo '@KERNL@' >>"$work/c/node.ipxe.in"
	run 1 check "${definition[@]}" && grep -q '14:20: error: .*@KERNL@' "$work/out" || return
	rm "$work/c/boot.ipxe.in"
	run 1 check "${definition[@]}" && grep -q '14:40: error: .*boot.ipxe.in' "$work/out"
}

list() {
	define 'n01: {}'
	run 0 node list "${definition[@]}" && [ "$(wc -l <"$work/out")" -eq 17 ] &&
		run 0 node list "${definition[@]}" '@odd!n01' && [ "$(wc -l <"$work/out")" -eq 8 ] &&
		grep -qE '^n03 +52:54:00:00:00:13 +10\.0\.0\.13 +deb +compute$' "$work/out" &&
		run 0 node list --json "${definition[@]}" n16 &&
		jq -e 'length == 1 and .[0].address == "10.0.0.26" and .[0].profiles == ["compute"]' "$work/out" &&
		run 1 node list "${definition[@]}" n17
}

show() {
	run 0 node show "${definition[@]}" n02 &&
		grep -qE "^append +quiet +profile compute +$work/c/cluster.yaml:7$" "$work/out" &&
		grep -qE "^root +nfs +default$" "$work/out" &&
		run 0 node show --json "${definition[@]}" n03 &&
		jq -e '.groups == ["odd"] and
			any(.values[]; .key == "address" and .value == "10.0.0.13" and
				.origin == "nodes n[01-16]" and .line == 11)' "$work/out" &&
		run 1 node show "${definition[@]}" n1 && grep -q "did you mean n01?" "$work/err"
}

set_values() {
	define 'n01: {}'
	run 0 node set -y "${definition[@]}" n02 onfail=reboot append='-quiet debug' lab.cpus=4 &&
		diff "$work/c/nodes.d/n02.yaml" - <<-END &&
			n02:
			  onfail: reboot
			  append: "-quiet debug"
			  lab: { cpus: 4 }
		END
		run 0 node show "${definition[@]}" n02 &&
		grep -qE "^append +debug +profile compute, node n02$" "$work/out" &&
		grep -qE "^ +quiet +profile compute +$work/c/cluster.yaml:7$" "$work/out" &&
		grep -qE "^ +-quiet,debug +node n02 +$work/c/nodes.d/n02.yaml:3$" "$work/out" &&
		run 0 node show --json "${definition[@]}" n02 &&
		jq -e --arg c "$work/c" '.values[] | select(.key == "append") |
			[.value, (.parts[] | .value, .origin, .file, .line)] ==
			["debug", "quiet", "profile compute", $c + "/cluster.yaml", 7,
			 "-quiet,debug", "node n02", $c + "/nodes.d/n02.yaml", 3]' "$work/out" &&
		run 0 node set -y "${definition[@]}" n02 append= &&
		! grep -q append "$work/c/nodes.d/n02.yaml"
}

set_refused() {
	cp "$work/c/nodes.d/n02.yaml" "$work/before"
	run 1 node set -y "${definition[@]}" n02 onfail=rebot && grep -q 'try: reboot' "$work/err" &&
		run 1 node set -y "${definition[@]}" n02 address=10.0.0.11 &&
		run 1 node set -y "${definition[@]}" n02 colour=red &&
		run 1 node set -y "${definition[@]}" n2 onfail=retry &&
		run 2 node set "${definition[@]}" n02 onfail=retry &&
		run 2 node set -y "${definition[@]}" ../n02 onfail=retry &&
		cmp "$work/before" "$work/c/nodes.d/n02.yaml" &&
		[ "$(ls "$work/c/nodes.d")" = n02.yaml ]
}

set_new() {
	run 0 node set -y --new "${definition[@]}" n17 profiles=compute address=10.0.0.27 \
		mac=52:54:00:00:00:27 && run 0 node show "${definition[@]}" n17 &&
		run 0 check "${definition[@]}"
}

set_outranked() {
	echo 'n02: { onfail: poweroff }' >"$work/c/nodes.d/z.yaml"
	run 0 node set -y "${definition[@]}" n02 onfail=retry &&
		grep -q "z.yaml:1 outranks $work/c/nodes.d/n02.yaml" "$work/out"
}

# Ten thousand nodes with a line each; prints their definition.
many() {
	python3 - <<-END
		print('''cluster: { name: big }
		networks: { boot: { subnet: 10.0.0.0/8 } }
		servers: { s1: { address: 10.0.0.1, roles: [boot, nfs] } }
		images: { deb: { path: $tree } }
		profiles: { compute: { image: deb, append: [quiet, "rack=@RACK@"], variables: { RACK: r0 } } }
		nodes:
		  n[00001-10000]: { profiles: compute }''')
		for i in range(1, 10001):
		    print(f'  n{i:05}: {{ mac: 52:54:00:00:{i >> 8:02x}:{i & 255:02x}, '
		          f'address: 10.1.{i >> 8}.{i & 255}, variables: {{ RACK: r{i // 40} }} }}')
	END
}

cost() {
	many >"$work/many.yaml"
	python3 - "$wireroot" "$work/many.yaml" <<-'END'
		import resource, subprocess, sys
		subprocess.run([sys.argv[1], 'check', '--cluster', sys.argv[2]], check=True)
		used = resource.getrusage(resource.RUSAGE_CHILDREN)
		seconds = used.ru_utime + used.ru_stime
		print(f'{seconds:.2f} s of processor time, {used.ru_maxrss >> 10} MiB')
		sys.exit(seconds > 3 or used.ru_maxrss > 300 << 10)
	END
}

check "a sound definition is ok" sound
check "mistakes are told with their places" unsound
check "findings as JSON" as_json
check "wrong usage exits with 2" usage
check "a file that is not there is named" no_file
check "a module that the kernel has not is an error, with the nearest name" missing_module
check "modules may be written with - or _" modules_by_any_name
check "--no-files looks for nothing, and says so" without_files
check "templates are tried" templates
check "nodes are listed" list
check "a node is shown with where its values come from" show
check "values are set in a drop-in, and taken out again" set_values
check "a change that makes a mistake changes nothing" set_refused
check "a new node is set" set_new
check "a later drop-in that outranks is told" set_outranked
check "10,000 nodes are checked with little time and 300 MB" cost
finish
