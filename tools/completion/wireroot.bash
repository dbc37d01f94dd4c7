# SPDX-License-Identifier: GPL-2.0-only
# Completion of the wireroot command for bash.

_wireroot_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_wireroot_files() {
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

# Kernels whose modules are below what --modules says.
_wireroot_kernels() {
	local root=/ i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == --modules ]] && root=${COMP_WORDS[i + 1]}
	done
	_wireroot_words "$(cd "$root/lib/modules" 2>/dev/null && printf '%s ' *)"
}

# The nouns that `wireroot --help` lists.
_wireroot_nouns() {
	"${COMP_WORDS[0]}" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'
}

# Names of nodes, of the definition that --cluster names or of the default one.
_wireroot_node_names() {
	local i options=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == --cluster ]] && options=(--cluster "${COMP_WORDS[i + 1]}")
	done
	_wireroot_words "$("${COMP_WORDS[0]}" node list "${options[@]}" 2>/dev/null | sed '1d; s/ .*//')"
}

# Names of images, in the directory that --images names or in the default one.
_wireroot_images() {
	local i options=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == --images ]] && options=(--images "${COMP_WORDS[i + 1]}")
	done
	_wireroot_words "$("${COMP_WORDS[0]}" image list "${options[@]}" 2>/dev/null | sed '1d; s/ .*//')"
}

# The value of the option $1, if it has one.
_wireroot_value() {
	case $1 in
	--kernel)
		if [[ ${COMP_WORDS[1]} == initrd ]]; then _wireroot_kernels; else _wireroot_files -f; fi ;;
	--drivers) _wireroot_words "auto virtio_net e1000e igb igc ixgbe r8169 tg3 vmxnet3" ;;
	--with) _wireroot_words "overlay vlan rescue iscsi ext4 xfs btrfs iscsistart swap" ;;
	--without) _wireroot_words "nfs" ;;
	--suite) _wireroot_words "bookworm trixie" ;;
	--file-system) _wireroot_words "ext4 xfs btrfs" ;;
	--services) _wireroot_words "systemd none lab:" ;;
	--compression) _wireroot_words "zstd xz none" ;;
	--modules | --firmware | --cache | --timelines | --root | --state | --prefix-etc | --images) _wireroot_files -d ;;
	--cluster | --config | --conf | --init | --busybox | --iscsistart | --node-conf | --output | -o | --svg | --template | --token-file | --dnsmasq | --hook)
		_wireroot_files -f ;;
	*) return 1 ;;
	esac
}

# The options that `wireroot NOUN [VERB] --help` tells of.
_wireroot_options() {
	_wireroot_words "$("${COMP_WORDS[0]}" "$@" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u)"
}

_wireroot() {
	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_wireroot_words "$(_wireroot_nouns) help --help --version"
		return
	fi
	_wireroot_value "$previous" && return
	case ${COMP_WORDS[1]}:$COMP_CWORD in
	help:2) _wireroot_words "$(_wireroot_nouns)"; return ;;
	image:2) _wireroot_words "build import list remove write --help"; return ;;
	image:3)
		case ${COMP_WORDS[2]} in
		remove | write) [[ $cur == -* || $cur == */* ]] || { _wireroot_images; return; } ;;
		build | list) [[ $cur == -* ]] || return ;;
		esac ;;
	import:2) _wireroot_words "lucie warewulf xcat ethers --help"; return ;;
	initrd:2) _wireroot_words "build node show --help"; return ;;
	ipxe:2) _wireroot_words "script boot --help"; return ;;
	memory:2) _wireroot_words "status request return offer history token --help"; return ;;
	memory:*) [[ $cur == -* ]] || { _wireroot_node_names; return; } ;;
	node:2) _wireroot_words "list show set adopt --help"; return ;;
	node:*) [[ $cur == -* ]] || { _wireroot_node_names; return; } ;;
	storage:2) _wireroot_words "list create clone remove usage --help"; return ;;
	storage:*) [[ $cur == -* ]] || { _wireroot_node_names; return; } ;;
	target:2) _wireroot_words "restore withdraw list listen --help"; return ;;
	lab:2) _wireroot_words "up boot console wait link power server exec status down --help"; return ;;
	esac
	if [[ $cur == -* ]]; then
		case ${COMP_WORDS[1]}:${COMP_WORDS[2]} in
		apply:* | check:* | diff:* | discover:* | history:* | memory:* | plan:* | prune:* | rollback:* | target:* | timeline:* | *:-*) _wireroot_options "${COMP_WORDS[1]}" ;;
		*) _wireroot_options "${COMP_WORDS[1]}" "${COMP_WORDS[2]}" ;;
		esac
	else
		_wireroot_files -f
	fi
}

complete -F _wireroot wireroot
