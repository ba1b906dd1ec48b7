"""The server's lock: moto's backends are not thread-safe. Waiting (latency, timing, functions) never holds it."""

import threading

LOCK = threading.RLock()
