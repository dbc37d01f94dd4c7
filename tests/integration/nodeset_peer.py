#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes node set expressions by chance and answers them with ClusterShell.

   nodeset_peer.py SEED COUNT DIRECTORY

writes, a line for each expression: DIRECTORY/expressions, and ClusterShell's answers to it in
DIRECTORY/expanded, folded and counted, empty where ClusterShell refuses the expression; and the
groups that the expressions name as DIRECTORY/cluster.yaml. The same seed makes the same files.
"""
import json
import random
import sys

from ClusterShell.NodeSet import NodeSet, NodeSetException
from ClusterShell.NodeUtils import GroupSourceError
from ClusterShell.RangeSet import RangeSetException

GROUPS = {
    "rack1": "n[01-16]",
    "rack2": "n[17-32]",
    "rack3": "r3n[1-8],r3sw",
    "racks": "@rack[1-3]",
    "odd": "n[01-31/2],@gpu",
    "gpu": "g[1-4]-[0-3]",
    "some": "@racks!@odd",
    "none": "",
}


class Groups:
    """What NodeSet asks for the meaning of '@rack1'."""

    def group_nodes(self, group, namespace=None):
        if group not in GROUPS:
            raise GroupSourceError("no group %s" % group, self)
        return [GROUPS[group]]

    def grouplist(self, namespace=None):
        raise GroupSourceError("no list of groups", self)

    all_nodes = grouplist


def number(rng):
    """One index as text: mostly small, with zeros in front now and then."""
    value = rng.choice((rng.randrange(12), rng.randrange(120), rng.randrange(2000)))
    return str(value).zfill(rng.choice((0, 0, 0, 2, 3, 4)))


def subrange(rng):
    """One part of a bracket: 5, 1-9, 01-16/2."""
    if rng.random() < 0.4:
        return number(rng)
    first = rng.choice((rng.randrange(12), rng.randrange(120)))
    last = first + rng.choice((0, 1, 2, 5, 10, 30))
    width = rng.choice((0, 0, 2, 3, 4))
    text = "%s-%s" % (str(first).zfill(width), str(last).zfill(width))
    if rng.random() < 0.25:
        text += "/%d" % rng.randrange(1, 6)
    return text


def bracket(rng):
    parts = [subrange(rng) for _ in range(rng.choice((1, 1, 1, 2, 3, 4)))]
    return "[%s]" % rng.choice((",", ",", ",", ", ", " ,")).join(parts)


def plain_bracket(rng):
    """Numbers of one length, so that digits may stand around the bracket."""
    width = rng.choice((1, 2, 3))
    low = 10 ** (width - 1)
    first = rng.randrange(low, 10 * low - 5)
    parts = ["%d-%d" % (first, first + rng.randrange(5))]
    if rng.random() < 0.4:
        parts.append(str(rng.randrange(low, 10 * low)))
    return "[%s]" % ",".join(parts)


def name(rng):
    """One operand: a name with none, one or several numbers."""
    kind = rng.random()
    if kind < 0.08:
        return rng.choice(("login", "a", "b", "rack", "50%", "x%sy", "n-", "sw.example"))
    if kind < 0.18:
        return rng.choice(("n", "r", "g")) + number(rng)
    if kind < 0.24:
        return "@" + rng.choice(sorted(GROUPS))
    if kind < 0.27:
        return "@rack[1-%d]" % rng.randrange(1, 4)
    if kind < 0.33:
        return "n%s%s" % (rng.choice(("0", "1", "00", "12")), plain_bracket(rng))
    if kind < 0.38:
        return "n%s%s" % (plain_bracket(rng), rng.choice(("0", "5", "00", "7-ib0")))
    if kind < 0.68:
        return rng.choice(("n", "r", "node-", "")) + bracket(rng) + rng.choice(("", "", "", "-ib0", "x"))
    if kind < 0.92:
        return "r%sn%s" % (small(rng), small(rng))
    return "r%sc%ss%s" % (small(rng), small(rng), small(rng))


def small(rng):
    """A number or bracket that meets others: several of them in a name fold in many ways."""
    first = rng.randrange(8, 12)
    return rng.choice((
        str(rng.randrange(4)),
        str(rng.randrange(8, 13)),
        "[%d-%d]" % (first, first + rng.randrange(4)),
        "[%d-%d]" % (rng.randrange(2), rng.randrange(2, 5)),
        "[%d,%d]" % (rng.randrange(3), rng.randrange(9, 12)),
        "0%d" % rng.randrange(4),
    ))


def scattered(rng):
    """Many single names with two numbers, which fold in passes."""
    return ",".join("r%dn%d" % (rng.randrange(1, 13), rng.randrange(1, 13))
                    for _ in range(rng.randrange(4, 60)))


def spoil(rng, text):
    """Take a character away, double one or put one in."""
    at = rng.randrange(len(text))
    what = rng.randrange(3)
    if what == 0:
        return text[:at] + text[at + 1:]
    if what == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + rng.choice("[]-/,!&^@0a") + text[at:]


def expression(rng):
    if rng.random() < 0.1:
        return scattered(rng)
    text = name(rng)
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3, 5))):
        text += rng.choice((",", ",", ",", ",", "!", "&", "^", " , ", " ! ")) + name(rng)
    # Without blanks: ClusterShell minds them in brackets that digits follow, and we do not.
    return spoil(rng, text.replace(" ", "")) if rng.random() < 0.1 else text


def answers(text):
    """What ClusterShell makes of an expression: expanded, folded, counted."""
    try:
        nodes = NodeSet(text, resolver=Groups())
        return " ".join(nodes), str(nodes), str(len(nodes))
    except (NodeSetException, RangeSetException, GroupSourceError, ValueError, AssertionError,
            IndexError):
        return None


def main():
    rng = random.Random(int(sys.argv[1]))
    directory = sys.argv[3]
    with open(directory + "/cluster.yaml", "w") as file:
        json.dump({"groups": GROUPS}, file)
    files = [open("%s/%s" % (directory, name), "w")
             for name in ("expressions", "expanded", "folded", "counted")]
    for _ in range(int(sys.argv[2])):
        text = expression(rng)
        for file, line in zip(files, (text,) + (answers(text) or ("", "", ""))):
            file.write(line + "\n")


main()
