"""Changes to moto, one module or package per service under moto's name for it."""

import importlib
import importlib.util


def load(service: str) -> None:
    """Apply our changes to a service of moto, if there are any; once is enough."""
    name = f"{__name__}.{service}"
    if importlib.util.find_spec(name):
        importlib.import_module(name)
