"""Finds the program that measures."""

import os
import pathlib
import shutil


class WattlensError(Exception):
    """What went wrong, and the next step in `hint`."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\n  {hint}" if hint else message)
        self.message = message
        self.hint = hint


class BinaryNotFound(WattlensError):
    """There is no program `wattlens`."""


def binary() -> pathlib.Path:
    """The program: WATTLENS_BINARY, else the one inside this package, else the one in PATH."""
    named = os.environ.get("WATTLENS_BINARY")
    inside = pathlib.Path(__file__).resolve().parent / "bin" / "wattlens"
    found = named or (str(inside) if inside.exists() else shutil.which("wattlens"))
    if not found or not os.access(found, os.X_OK) or os.path.isdir(found):
        where = f"at {named} (WATTLENS_BINARY)" if named else "in this package or in PATH"
        raise BinaryNotFound(
            f"no program 'wattlens' {where}",
            "build it with `make build`, and set WATTLENS_BINARY; or install the wheel that `make wheel` makes",
        )
    return pathlib.Path(found)
