"""One HTTP/1.1 connection: keep-alive, and the power to hang up without an answer.

werkzeug's development handler closes every connection and waits up to 10 ms for stray input; the
SDKs pool connections, and a test makes thousands of calls, so this one reads the whole body first
and keeps the connection.
"""

import io
import socket
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler


class HangUp(Exception):
    """Raised by the application: close the connection without any answer."""


class RequestHandler(MotoRequestHandler):
    """Serves WSGI requests on one connection until the client closes it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        self.environ = environ = self.make_environ()
        # As they came, which environ doesn't keep.
        environ["emulator.headers"] = self.headers.items()
        self._read_body(environ)
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            started[:] = [status, headers]

        try:
            body = b"".join(self.server.app(environ, start_response))
        except HangUp:
            self._hang_up()
            return
        self._send(started[0], started[1], body)

    def _read_body(self, environ: dict[str, Any]) -> None:
        if environ.pop("wsgi.input_terminated", False):
            body = environ["wsgi.input"].read()
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = io.BytesIO(body)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        names = {name.lower() for name, _ in headers}
        lines = [f"HTTP/1.1 {status}"] + [f"{name}: {value}" for name, value in headers]
        if "date" not in names:
            lines.append(f"Date: {self.date_time_string()}")
        if "content-length" not in names and status[:3] not in ("204", "304"):
            lines.append(f"Content-Length: {len(body)}")
        if self.close_connection:
            lines.append("Connection: close")
        if self.command == "HEAD":
            body = b""
        # One write: headers and body in separate packets cost a delayed acknowledgement.
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def _hang_up(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client was faster

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the call log is the record."""
