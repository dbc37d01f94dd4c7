# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the benchmark of `wireroot storage` runs on this machine and in a virtual one. Wants WIREROOT, LOG
# (a file), ROUNDS, MANY, LAST (MANY with its zeros in front) and PROCESSES, which are not more; functions
# fail when a command does.
#
#   define FILE STORAGE IMAGE SIZE      a definition with MANY nodes that have a volume of that size
#   measure_size FILE BACK_END SIZE     prints samples of a golden volume and of clones one by one; with
#                                       each of these one of `bare`, where that is a function: what the
#                                       back end's own tools need for a snapshot. `unbare` takes it away
#   measure_many FILE BACK_END SIZE     prints samples of PROCESSES clones by as many processes at once, and
#                                       of MANY by one command

define()
{
	cat > "$1" <<- END
	cluster: { name: bench, iqn: iqn.2026-11.example.bench }
	networks: { boot: { subnet: 10.0.0.0/16, range: 10.0.1.1-10.0.9.255 } }
	servers: { s1: { address: 10.0.0.1, roles: [boot, nfs, iscsi] } }
	storage: { disks: { $2 } }
	images: { image: { path: $3, kernel: newest } }
	profiles: { disk: { root: iscsi, storage: disks, image: image, volume-size: $4 } }
	nodes: { "n[001-$LAST]": { profiles: disk } }
	END
}

# Milliseconds.
now()
{
	local now=${EPOCHREALTIME/[^0-9]/}
	echo "$((now / 1000))"
}

storage()
{
	local verb=$1 file=$2
	shift 2
	"$WIREROOT" storage "$verb" --cluster "$file" --services none "$@" > "$LOG" 2>&1
}

clone_sample()
{
	printf '{"back_end":"%s","size":"%s","what":"%s","value":%d.%03d}\n' "$2" "$3" "$1" $(($4 / 1000)) $(($4 % 1000))
}

# The wall clock's time of a command.
timed()
{
	local what=$1 back_end=$2 size=$3 from
	shift 3
	from=$(now)
	"$@" || return 1
	clone_sample "$what" "$back_end" "$size" $(($(now) - from))
}

at_once()
{
	local file=$1 pids=() pid i
	for i in $(seq -f %03g 1 "$PROCESSES"); do
		"$WIREROOT" storage clone --cluster "$file" --services none "n$i" > /dev/null 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || return 1; done
}

measure_size()
{
	local file=$1 back_end=$2 size=$3
	timed golden "$back_end" "$size" storage create "$file" --image image || return 1
	for _ in $(seq "$ROUNDS"); do
		timed clone "$back_end" "$size" storage clone "$file" n001 && storage remove "$file" n001 -y || return 1
		[ "$(type -t bare)" = function ] || continue
		timed bare "$back_end" "$size" bare && unbare || return 1
	done
}

measure_many()
{
	local file=$1 back_end=$2 size=$3
	timed parallel "$back_end" "$size" at_once "$file" && storage remove "$file" "n[001-$LAST]" -y &&
		timed one-command "$back_end" "$size" storage clone "$file" "n[001-$LAST]" &&
		storage remove "$file" "n[001-$LAST]" -y
}
