"""What a measurement tells, from docs/measure.schema.json."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Energy:
    """Joules with the 95 % interval: with the sensor's own error where it is known (`absolute`), else without."""

    value: float
    low: float
    high: float
    absolute: bool
    provenance: str  # "measured", "modelled" or "simulated"
    complete: bool = True  # False: a lower bound, a channel is missing

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        mark = {"modelled": "~", "simulated": "sim "}.get(self.provenance, "")
        return f"{'' if self.complete else 'at least '}{mark}{self.value:.4g} J ({self.low:.4g} to {self.high:.4g})"


def energy_of(entry: Mapping[str, Any]) -> Energy | None:
    """None where the document has a reason instead."""
    if "energy_j" not in entry:
        return None
    bounds = entry.get("absolute") or entry["relative"]
    return Energy(
        value=entry["energy_j"],
        low=bounds["low_j"],
        high=bounds["high_j"],
        absolute="absolute" in entry,
        provenance=entry["provenance"],
        complete=entry.get("complete", True),
    )


@dataclasses.dataclass(frozen=True)
class Channel:
    """One sensor: `energy` is None where there is a `reason`."""

    id: str
    energy: Energy | None
    reason: str


def channels_of(entries: list[dict[str, Any]]) -> dict[str, Channel]:
    return {entry["id"]: Channel(entry["id"], energy_of(entry), entry.get("reason", "")) for entry in entries}


@dataclasses.dataclass(frozen=True)
class Region:
    """All windows of one name at one place in the nesting of one thread."""

    name: str
    path: tuple[str, ...]
    count: int
    duration: float  # seconds, of all windows together
    energy: Energy | None
    reason: str
    resolvable: bool
    needs_at_least: float | None  # seconds, of a single window
    channels: dict[str, Channel]


def region_of(entry: Mapping[str, Any]) -> Region:
    return Region(
        name=entry["name"],
        path=tuple(entry["path"]),
        count=entry["count"],
        duration=entry["duration_s"],
        energy=energy_of(entry["total"]),
        reason=entry["total"].get("reason", ""),
        resolvable=entry["resolvable"],
        needs_at_least=entry.get("needs_at_least_s"),
        channels=channels_of(entry["channels"]),
    )
