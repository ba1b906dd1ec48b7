"""A small web application: Python's standard library and nothing else. Put yours in its place.

GET /          which release answers
GET /health    the load balancer's health check
GET /database  where the database is, whether it answers, and as whom we would log in
"""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import database

RELEASE = os.environ.get("RELEASE", "unknown")
DATABASE_PARAMETER = os.environ.get("DATABASE_PARAMETER")


class Handler(BaseHTTPRequestHandler):
    """Answers a request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        pages = {"/": home, "/health": health, "/database": about_the_database}
        page = pages.get(self.path.split("?")[0])
        status, text = page() if page else (404, "not found\n")
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format, *arguments):
        # The load balancer asks every few seconds, from each zone.
        if self.path != "/health":
            super().log_message(format, *arguments)


def home():
    return 200, f"Release {RELEASE} at your service.\n"


def health():
    # The database has no part in this: if it is away, new instances don't bring it back.
    return 200, f"ok {RELEASE}\n"


def about_the_database():
    if not DATABASE_PARAMETER:
        return 404, "No database: DATABASE_PARAMETER isn't set.\n"
    try:
        found = database.record(DATABASE_PARAMETER)
        user, _ = database.credentials(found["master_user_secret_arn"])
    except database.Unavailable as why:
        return 503, f"{why}\n"
    about = {"address": found["address"], "port": found["port"], "username": user}
    try:
        about["version"] = database.greeting(found["address"], found["port"])
    except database.Unavailable as why:
        about["unreachable"] = str(why)
    return 200, json.dumps(about, indent=2) + "\n"


def main():
    # systemd's way to stop a service: end at once, CodeDeploy has taken us out of the load balancer.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = int(os.environ.get("PORT", "8080"))
    server = ThreadingHTTPServer(("", port), Handler)
    server.daemon_threads = True
    print(f"Release {RELEASE} listens on port {server.server_port}.", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
