"""The webhook's own programs: what its Lambda makes of GitLab's deliveries, and what its build makes of a push:
``python -m unittest webhook``."""

import unittest
from pathlib import Path


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: str | None) -> unittest.TestSuite:
    """All the modules of this folder, whose names don't follow unittest's default pattern."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("test_*.py"))
    tests.addTests(loader.loadTestsFromNames(f"{__name__}.{name}" for name in names))
    return tests
