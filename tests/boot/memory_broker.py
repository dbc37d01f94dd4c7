#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A broker with one grant, for tests of what a borrower does with any.

memory_broker.py ADDRESS PORT TOKEN GRANT [BUSY]

Answers `POST /v1/memory/grants` with the lines of the file GRANT, after BUSY refusals (503), and says
on standard output who asked for what: a line for each call.
"""
import http.server
import sys

address, port, token, grant = sys.argv[1:5]
busy = int(sys.argv[5]) if len(sys.argv) > 5 else 0


class Broker(http.server.BaseHTTPRequestHandler):
    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def call(self):
        global busy
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        print(self.command, self.path, body, flush=True)
        if self.headers.get("Authorization") != "Bearer " + token:
            self.answer(401, "this token is nobody's\n")
        elif self.command == "POST" and busy > 0:
            busy -= 1
            self.answer(503, "no lender has room\n")
        elif self.command == "POST":
            with open(grant, encoding="ascii") as file:
                self.answer(201, file.read())
        else:
            self.answer(200, '{"lease_s": 30, "sequence": 1, "grants": []}\n')

    do_POST = do_PUT = do_GET = call

    def log_message(self, *arguments):
        pass


print("ready", flush=True)
http.server.ThreadingHTTPServer((address, int(port)), Broker).serve_forever()
