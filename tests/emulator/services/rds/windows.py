"""Backup and maintenance windows: their formats, half an hour at least, no overlap."""

import re

from emulator.services.rds import state

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, WEEK = 24 * 60, 7 * 24 * 60
LEAST_MINUTES = 30
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_BACKUP = re.compile(f"{_TIME}-{_TIME}")
_MAINTENANCE = re.compile(f"({'|'.join(DAYS)}):{_TIME}-({'|'.join(DAYS)}):{_TIME}")


def _backup(window: str) -> tuple[int, int]:
    """Start in minutes of the day, and length."""
    found = _BACKUP.fullmatch(window)
    if not found:
        raise state.invalid(
            f"Invalid backup window format: {window}. Should be specified as a range hh24:mi-hh24:mi (24H "
            "Clock UTC). Example: 23:45-00:15"
        )
    h1, m1, h2, m2 = (int(part) for part in found.groups())
    start = h1 * 60 + m1
    length = (h2 * 60 + m2 - start) % DAY
    if length < LEAST_MINUTES:
        raise state.invalid("The backup window must be at least 30 minutes.")
    return start, length


def _maintenance(window: str) -> tuple[int, int]:
    """Start in minutes of the week, and length."""
    found = _MAINTENANCE.fullmatch(window)
    if not found:
        raise state.invalid(
            f"Invalid maintenance window format: {window}. Should be specified as a range "
            "ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC). Example: Sun:23:45-Mon:00:15"
        )
    d1, h1, m1, d2, h2, m2 = found.groups()
    start = DAYS.index(d1) * DAY + int(h1) * 60 + int(m1)
    length = (DAYS.index(d2) * DAY + int(h2) * 60 + int(m2) - start) % WEEK
    if length < LEAST_MINUTES:
        raise state.invalid("The maintenance window must be at least 30 minutes.")
    if length >= DAY:
        raise state.invalid("Maintenance window must be less than 24 hours.")
    return start, length


def _overlap(backup: str, maintenance: str) -> bool:
    b_start, b_length = _backup(backup)
    m_start, m_length = _maintenance(maintenance)
    # A backup window comes every day; either is within the other when its start is.
    return (m_start - b_start) % DAY < b_length or (b_start - m_start) % DAY < m_length


def check(backup: str | None, maintenance: str | None) -> tuple[str, str]:
    """Both windows as RDS keeps them. One that is left out gets a time that doesn't meet the other."""
    backup, maintenance = (window and window.lower() for window in (backup, maintenance))
    backup = backup or next(
        window
        for window in ("04:10-04:40", "16:10-16:40")
        if not maintenance or not _overlap(window, maintenance)
    )
    maintenance = maintenance or next(
        window
        for window in ("sat:23:00-sat:23:30", "sat:11:00-sat:11:30", "sat:05:00-sat:05:30")
        if not _overlap(backup, window)
    )
    if _overlap(backup, maintenance):
        raise state.invalid("The backup window and maintenance window must not overlap.")
    return backup, maintenance
