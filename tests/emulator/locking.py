"""The server's lock: moto's backends are not thread-safe. Nobody holds it while waiting (latency, timing, functions)."""

import threading

LOCK = threading.RLock()
