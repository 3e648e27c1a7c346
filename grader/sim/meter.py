"""What the device has done: copies to and from it, waits for it, bytes it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Meter:
    """Counters of the device, from the last `reset` on."""

    arrivals: int = 0
    """Copies from the host to the device."""
    departures: int = 0
    """Copies from the device to the host; a number that is read is one."""
    waits: int = 0
    """How often the host waited for the device: for a copy, a number, a shape that
    depends on values, or because it was told to."""
    arrived: int = 0
    """Bytes copied to the device."""
    departed: int = 0
    """Bytes copied to the host."""
    live: int = 0
    """Bytes of all storages on the device now; `reset` leaves them."""
    peak: int = 0
    """The most bytes that it held at once."""

    def reset(self) -> None:
        """Count from zero, and the peak from what is held now."""
        self.arrivals = self.departures = self.waits = 0
        self.arrived = self.departed = 0
        self.peak = self.live

    def arrive(self, nbytes: int) -> None:
        """Note a copy to the device."""
        self.arrivals += 1
        self.arrived += nbytes

    def depart(self, nbytes: int, *, waits: bool = True) -> None:
        """Note a copy to the host."""
        self.departures += 1
        self.departed += nbytes
        self.waits += waits

    def wait(self) -> None:
        """Note that the host waits for the device."""
        self.waits += 1

    def allocate(self, nbytes: int) -> None:
        """Note a new storage."""
        self.live += nbytes
        self.peak = max(self.peak, self.live)

    def free(self, nbytes: int) -> None:
        """Note that a storage is gone."""
        self.live -= nbytes


METER = Meter()
"""The one device's counters."""
