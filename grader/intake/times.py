"""Times as platforms write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from grader.speech import _

ZONE = re.compile(r"\s*(Z|UTC|[+-]\d\d:?\d\d)\Z")


def parse_time(text: str) -> datetime:
    """Return a time in UTC; one without a zone is taken for UTC.

    Raises:
        ValueError: it is no time.

    Example:
        >>> parse_time("2026-04-26 14:34:00.861687000 -0300")
        datetime.datetime(2026, 4, 26, 17, 34, 0, 861687, tzinfo=datetime.timezone.utc)
        >>> parse_time("2026-04-26 17:34:00 UTC")
        datetime.datetime(2026, 4, 26, 17, 34, tzinfo=datetime.timezone.utc)
    """
    text = text.strip()
    zone = ZONE.search(text)
    if zone:
        offset = "+00:00" if zone[1] in ("Z", "UTC") else zone[1]
        text = text[: zone.start()] + offset
    time = datetime.fromisoformat(text)
    try:
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def parse_local_time(text: str) -> datetime:
    """Return a time that a person wrote; one without a zone is this machine's.

    Raises:
        ValueError: it is no time, or a day without one.
    """
    try:
        if len(text) <= len("2026-05-01"):
            raise ValueError
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise ValueError(
            _("{text!r}: name day, time and zone as 2026-05-01T23:59-03:00").format(
                text=text
            )
        ) from error


def format_time(time: datetime) -> str:
    """Return a time for people, to the second.

    Example:
        >>> format_time(parse_time("2026-04-26 17:34:00.8 UTC"))
        '2026-04-26 17:34:00 UTC'
    """
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S UTC}"
