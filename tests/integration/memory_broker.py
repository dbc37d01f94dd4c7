# SPDX-License-Identifier: GPL-2.0-only
"""A broker that wants what a test tells it, in the place of wirerootd's.

usage: memory_broker.py PORT DIRECTORY TOKEN

DIRECTORY/wanted.json is the array of grants that it wants of every lender, read anew for each answer;
its sequence goes up when the file's contents change. Each report is put into DIRECTORY/report.json,
the number of reports so far into DIRECTORY/count.
"""
import http.server
import json
import os
import sys
import threading
import time

port, directory, token = int(sys.argv[1]), sys.argv[2], sys.argv[3]
state = {"text": "", "sequence": 1, "count": 0}
lock = threading.Lock()


def wanted():
    with lock:
        try:
            with open(f"{directory}/wanted.json", encoding="ascii") as file:
                text = file.read()
        except FileNotFoundError:
            text = "[]"
        if text != state["text"]:
            state["text"] = text
            state["sequence"] += 1
        return {"lease_s": 30, "sequence": state["sequence"], "grants": json.loads(text)}


def write(name, text):
    with open(f"{directory}/{name}.new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(f"{directory}/{name}.new", f"{directory}/{name}")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        try:
            self.end_headers()
            self.wfile.write(data)
        except BrokenPipeError:  # who asked has been killed
            pass

    def is_member(self):
        if self.headers.get("Authorization") == f"Bearer {token}":
            return True
        self.answer(401, {"title": "who are you", "detail": "the token is another one", "status": 401})
        return False

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.is_member():
            return
        report = json.loads(body)
        with lock:
            state["count"] += 1
            write("report.json", json.dumps(report))
            write("count", str(state["count"]))
        self.answer(200, wanted())

    def do_GET(self):
        if not self.is_member():
            return
        after = int(self.path.rsplit("=", 1)[1])
        end = time.monotonic() + 20
        answer = wanted()
        while answer["sequence"] == after and time.monotonic() < end:
            time.sleep(0.05)
            answer = wanted()
        self.answer(200, answer)


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
