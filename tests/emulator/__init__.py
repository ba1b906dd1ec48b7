"""AWS emulator for the tests: moto in one process, made stricter, observable and breakable.

Run it with ``python -m emulator`` (see ``__main__``); README.md describes what it adds to moto
and the control endpoint.
"""

# Before anything of moto is imported.
from emulator import moto_setup  # noqa: F401
