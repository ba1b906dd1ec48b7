"""Command line: ``python -m emulator --port 0``.

Prints one line of JSON, ``{"endpoint": "http://127.0.0.1:PORT", "pid": N}``, as soon as it listens.
"""

import argparse
import json
import os
import signal
import sys
import threading
import warnings


def main() -> None:
    parser = argparse.ArgumentParser(prog="emulator", description="AWS emulator for tests")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free port")
    parser.add_argument(
        "--exit-with-parent",
        action="store_true",
        help="exit when stdin reaches its end, so that a killed test leaves no server behind",
    )
    arguments = parser.parse_args()

    # moto warns about error codes that the service models don't list; AWS sends such codes too.
    warnings.filterwarnings("ignore", message="Exception.* does not match an error shape")

    from emulator.server import EmulatorServer

    server = EmulatorServer(arguments.host, arguments.port)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    if arguments.exit_with_parent:
        threading.Thread(target=exit_at_end_of_input, daemon=True).start()
    threading.Thread(target=server.warm_up, daemon=True).start()

    print(json.dumps({"endpoint": server.endpoint, "pid": os.getpid()}), flush=True)
    server.serve_forever()


def exit_at_end_of_input() -> None:
    """End the process once the pipe from the parent closes."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
