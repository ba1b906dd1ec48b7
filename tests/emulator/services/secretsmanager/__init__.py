"""Secrets Manager: secrets that are scheduled for deletion, keys that have to be usable, and what a service manages."""

from emulator.services.secretsmanager import life, managed  # noqa: F401
