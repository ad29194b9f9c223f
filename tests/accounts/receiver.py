"""A real HTTP server on loopback that keeps what it was sent and answers as told."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """`answers` are used up one a request, the last one for ever: (status, headers, body)."""

    answers: list = field(default_factory=lambda: [(200, {}, b"ok")])
    received: list = field(default_factory=list)
    port: int = 0
    drip: float = 0.0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def listed(self):
        return [f"127.0.0.1:{self.port}"]

    def bodies(self):
        return [json.loads(one["body"]) for one in self.received]


@contextmanager
def listening():
    """The receiver while it listens."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(
                {"path": self.path, "headers": headers, "body": self.rfile.read(length)}
            )
            answers = receiver.answers
            status, extra, body = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                for place in range(0, len(body), 1 if receiver.drip else 65536):
                    self.wfile.write(body[place : place + (1 if receiver.drip else 65536)])
                    if receiver.drip:
                        self.wfile.flush()
                        time.sleep(receiver.drip)
            except OSError:
                pass

        do_GET = do_POST  # noqa: N815 - http.server's own naming

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
