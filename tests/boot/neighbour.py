#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What boot tests need of bad neighbours on the wire, by raw frames on a lab's bridge.

    neighbour.py INTERFACE foreign            a DHCP server that knows of no root
    neighbour.py INTERFACE impostor ADDRESS   offers ADDRESS once in the true server's name; refuses
                                              in its own name what is asked of the true one
    neighbour.py INTERFACE malformed          answers DHCP with whatever a parser may stumble over
    neighbour.py INTERFACE resolver ADDRESS   a DNS server at ADDRESS that answers with rubbish

Runs until it is killed, and writes a line for each message of a client that it sees.
"""
import os
import random
import socket
import struct
import sys
import time

TRUE_SERVER = socket.inet_aton("10.87.0.1")
OUR_ADDRESS = socket.inet_aton("10.87.0.66")
OUR_MAC = bytes.fromhex("020000000066")
POOL_ADDRESS = socket.inet_aton("10.87.0.77")
BROADCAST_MAC = b"\xff" * 6
COOKIE = b"\x63\x82\x53\x63"

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK = 1, 2, 3, 4, 5, 6
TYPE_NAMES = {DISCOVER: "DISCOVER", REQUEST: "REQUEST", DECLINE: "DECLINE"}

# Random frames for each message of a client: more than the client's socket holds.
FLOOD = 400
# What follows is to find room in the client's socket again, and the last message is to be the last.
PAUSE_S = 0.2
# How many of the malformed answers a try may end with.
LAST = 2


def option(code, value):
    return bytes([code, len(value)]) + value


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Query:
    """A DHCP message of a client, or None from parse() for any other frame."""

    def __init__(self, message, options):
        self.xid = message[4:8]
        self.chaddr = message[28:34]
        self.options = options
        self.type = options[53][0]

    @staticmethod
    def parse(frame):
        if frame[12:14] != b"\x08\x00" or frame[23] != 17 or frame[36:38] != b"\0\x43":
            return None
        message = frame[42:]
        options, at = {}, 240
        while at < len(message) and message[at] != 255:
            if message[at] == 0:
                at += 1
                continue
            length = message[at + 1]
            options[message[at]] = message[at + 2 : at + 2 + length]
            at += 2 + length
        return Query(message, options) if 53 in options else None

    def address(self, code):
        return socket.inet_ntoa(self.options[code]) if code in self.options else "nobody"


def message(query, options, yiaddr=POOL_ADDRESS, xid=None, chaddr=None, sname=b"", file=b"", op=2):
    head = struct.pack("!BBBB4sHH", op, 1, 6, 0, xid or query.xid, 0, 0x8000)
    head += b"\0" * 4 + yiaddr + b"\0" * 8 + (chaddr or query.chaddr).ljust(16, b"\0")
    return head + sname.ljust(64, b"\0") + file.ljust(128, b"\0") + COOKIE + options


def frame(payload, source=OUR_ADDRESS, to=BROADCAST_MAC, ip_sum=None, udp_sum=None, udp_length=None):
    udp = struct.pack("!HHHH", 67, 68, udp_length or 8 + len(payload), 0) + payload
    pseudo = source + b"\xff" * 4 + struct.pack("!BBH", 0, 17, len(udp))
    total = udp_sum if udp_sum is not None else checksum(pseudo + udp) or 0xFFFF
    udp = udp[:6] + struct.pack("!H", total) + udp[8:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + source + b"\xff" * 4
    total = ip_sum if ip_sum is not None else checksum(header)
    header = header[:10] + struct.pack("!H", total) + header[12:]
    return to + OUR_MAC + b"\x08\x00" + header + udp


def reply_options(kind, server=OUR_ADDRESS):
    return (
        option(53, bytes([kind]))
        + option(54, server)
        + option(51, struct.pack("!I", 3600))
        + option(1, b"\xff\xff\xff\0")
    )


def malformed(query, kind):
    """Frames, each wrong in its own way, as answers of type KIND. The keys are for people."""
    good = reply_options(kind)
    end = b"\xff"

    def with_options(options, **fields):
        return frame(message(query, options, **fields))

    return {
        "truncated": frame(message(query, b"")[:200]),
        "ends in the header": frame(message(query, b"")[:40]),
        "empty": frame(b""),
        "no cookie": frame(message(query, good + end).replace(COOKIE, b"\0\0\0\0")),
        "no type": with_options(option(54, OUR_ADDRESS) + end),
        "no server": with_options(option(53, bytes([kind])) + end),
        "request as a reply": with_options(good + end, op=1),
        "other transaction": with_options(good + end, xid=b"\1\2\3\4"),
        "other client": with_options(good + end, chaddr=b"\2\0\0\0\0\1"),
        "wrong IP checksum": frame(message(query, good + end), ip_sum=0x1234),
        "wrong UDP length": frame(message(query, good + end), udp_length=65000),
        "overload in overload": with_options(
            good + option(52, b"\3"), yiaddr=b"\0" * 4, sname=b"\x34\1\3" * 21, file=b"\x34\1\3" * 42
        ),
        "overload without end": with_options(good + option(52, b"\3"), sname=b"\x34\xff" * 32),
        "overload past the field": with_options(good + option(52, b"\1") + end, file=b"\0" * 126 + b"\x0c\xff"),
        "overload of 9": with_options(good + option(52, b"\x09") + end),
        "address 0": with_options(good + end, yiaddr=b"\0" * 4),
        "broadcast address": with_options(good + end, yiaddr=b"\xff" * 4),
        "loopback address": with_options(good + end, yiaddr=b"\x7f\0\0\1"),
        "the network's address": with_options(good + end, yiaddr=socket.inet_aton("10.87.0.0")),
        "netmask with holes": with_options(good[:-6] + option(1, b"\xff\0\xff\0") + end),
        "lease time of 3 bytes": with_options(good + option(58, b"\0\0\1") + end),
        "route to /200": with_options(good + option(121, b"\xc8" + b"\1" * 8) + end),
        "route that ends early": with_options(good + option(121, b"\x18\x0a\x57") + end),
        "root-path with controls": with_options(good + option(17, b"/srv\n/\x1b[2J") + end),
        "huge": with_options(good + option(17, b"/" * 255) * 4 + option(17, b"x" * 10) + end),
        "no list of names": with_options(good + option(119, b"\x3fabc") + end),
        "multicast address": with_options(good + end, yiaddr=b"\xe0\0\0\1"),
        "wrong UDP checksum": frame(message(query, good + end), udp_sum=0x1234),
        # From here on, those that a try ends with, in turn.
        "option past the end": with_options(good + b"\x0c\xf0abc"),
        "names in a circle": with_options(good + option(119, b"\3lab\xc0\0\xc0\4") + end),
    }


def random_frames(query):
    for _ in range(FLOOD):
        length = random.randrange(1, 1200)
        yield BROADCAST_MAC + OUR_MAC + b"\x08\x00" + os.urandom(length)
        yield frame(os.urandom(length))
        yield frame(message(query, os.urandom(random.randrange(1, 800))))


class Neighbour:
    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((interface, 0))
        self.answered = 0

    def send(self, data):
        try:
            # Ethernet's least, without its checksum.
            self.socket.send(data[:1514].ljust(60, b"\0"))
        except OSError:
            pass  # a queue that is full: lost, as on any wire

    def queries(self):
        while True:
            data, sender = self.socket.recvfrom(2048)
            if sender[2] == socket.PACKET_OUTGOING or data[6:12] == OUR_MAC:
                continue
            query = Query.parse(data)
            if not query:
                continue
            print(
                TYPE_NAMES.get(query.type, query.type),
                f"for {query.address(50)} to {query.address(54)}",
                flush=True,
            )
            yield query

    def be_foreign(self):
        for query in self.queries():
            kind = OFFER if query.type == DISCOVER else ACK
            if query.type == DISCOVER or query.options.get(54) == OUR_ADDRESS:
                self.send(frame(message(query, reply_options(kind) + b"\xff")))

    def be_impostor(self, address):
        for query in self.queries():
            if query.type == DISCOVER and not self.answered:
                self.answered = 1
                options = reply_options(OFFER, TRUE_SERVER) + b"\xff"
                self.send(frame(message(query, options, yiaddr=socket.inet_aton(address)), TRUE_SERVER))
            elif query.type == REQUEST:
                options = option(53, bytes([NAK])) + option(54, OUR_ADDRESS)
                options += option(56, b"forged") + b"\xff"
                self.send(frame(message(query, options, yiaddr=b"\0" * 4)))

    def be_malformed(self):
        for query in self.queries():
            for data in random_frames(query):
                self.send(data)
            time.sleep(PAUSE_S)
            answers = malformed(query, OFFER if query.type == DISCOVER else ACK)
            for data in answers.values():
                self.send(data)
            last = list(answers)[-LAST:][self.answered % LAST]
            self.answered += 1
            print(f"last: {last}", flush=True)
            # More than once: a slow client may still be busy with what came before.
            for _ in range(3):
                time.sleep(PAUSE_S)
                self.send(answers[last])

    def be_resolver(self, address):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind((address, 53))
        while True:
            query, client = server.recvfrom(2048)
            question = query[12:]
            name = question[: question.index(b"\0") + 1]
            print(f"QUESTION {name}", flush=True)

            def answer(records, count=1, xid=query[:2], flags=b"\x81\x80", name=question):
                return xid + flags + struct.pack("!HHHH", 1, count, 0, 0) + name + records

            address_record = b"\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton("10.87.0.66")
            others = bytes([query[0] ^ 1]) + query[1:2]
            for data in (
                b"",
                query[:5],
                query,
                os.urandom(500),
                query[:2] + os.urandom(500),
                answer(b"\xc0\x0c" + address_record, xid=others),
                answer(b"\xc0\x0c" + address_record, name=b"\5other\3lab\0\0\1\0\1"),
                # An alias of itself, a name in a circle, and a record that ends too early.
                answer(b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\2\xc0\x0c" * 40, count=40),
                answer(b"\xc0" + bytes([12 + len(question)]) + address_record),
                answer(b"\xc0\x0c" + address_record[:-2]),
            ):
                server.sendto(data, client)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    neighbour = Neighbour(sys.argv[1])
    roles = {
        "foreign": neighbour.be_foreign,
        "impostor": neighbour.be_impostor,
        "malformed": neighbour.be_malformed,
        "resolver": neighbour.be_resolver,
    }
    print("ready", flush=True)
    roles[sys.argv[2]](*sys.argv[3:])


main()
