"""Marks of regions: one line each into the pipe that WATTLENS_REGIONS names (docs/regions.md)."""

import contextlib
import functools
import inspect
import os
import stat
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

VARIABLE = "WATTLENS_REGIONS"
_LONGEST_NAME = 340  # bytes, escaped; wattlens cuts at 200 and says so
_ESCAPED = {code: f"%{code:02X}" for code in (*range(0x20), 0x25, 0x7F)}

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Pipe:
    """Where marks go. Never blocks, never raises: a mark that finds no room is counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: str | None = None
        self._descriptor = -1
        self._identity = (0, 0)
        self._lost = 0

    def _open(self, path: str) -> None:
        with self._lock:
            if path == self._path:
                return
            self._close()
            try:
                # For reading too: then there is always a reader, no SIGPIPE and no waiting for one.
                descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
            except OSError:
                self._path = path
                return
            status = os.fstat(descriptor)
            if stat.S_ISFIFO(status.st_mode):
                self._descriptor, self._identity = descriptor, (status.st_dev, status.st_ino)
            else:
                os.close(descriptor)
            self._path = path

    def _is_ours(self) -> bool:
        # A program that closed all descriptors may have opened another file under this number.
        try:
            status = os.fstat(self._descriptor)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def _close(self) -> None:
        if self._descriptor >= 0 and self._is_ours():
            os.close(self._descriptor)
        self._descriptor, self._path = -1, None

    def close(self) -> None:
        with self._lock:
            self._close()

    def is_open(self) -> bool:
        """Whether somebody measures."""
        path = os.environ.get(VARIABLE)
        if not path:
            return False
        if path != self._path:
            self._open(path)
        return self._descriptor >= 0 and self._is_ours()

    def mark(self, kind: str, name: str) -> None:
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        if not self.is_open():
            return
        text = (name or "(no name)").translate(_ESCAPED).encode("utf-8", "replace")[:_LONGEST_NAME]
        lost, self._lost = self._lost, 0
        head = f"1 {kind} {now} {os.getpid()} {threading.get_native_id()} {lost} "
        try:
            os.write(self._descriptor, head.encode() + text + b"\n")
        except OSError:
            self._lost += lost + 1


PIPE = Pipe()


def synchronise() -> None:
    """Waits for the GPU where PyTorch has used one: what lies in its queue belongs to what was before the mark."""
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    if cuda is not None and cuda.is_initialized():
        cuda.synchronize()


def refuse_unfinished(function: Callable[..., Any]) -> None:
    """A coroutine or a generator is not done when its call returns."""
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise TypeError(
            f"{function.__qualname__} is not done when its call returns: use `with` inside it instead of the decorator"
        )


class region(contextlib.AbstractContextManager["region"]):
    """A named part of the program, as `with region("epoch 3"):` or as a decorator; nothing where nobody measures.

    Regions nest, and each thread has its own. `synchronise=False`: do not wait for the GPU at its ends.
    """

    def __init__(self, name: str, *, synchronise: bool = True) -> None:
        self.name = str(name)
        self._synchronise = synchronise

    def __enter__(self) -> "region":
        self._mark("b")
        return self

    def __exit__(self, *_: object) -> None:
        self._mark("e")

    def _mark(self, kind: str) -> None:
        if VARIABLE not in os.environ:
            return
        if self._synchronise:
            synchronise()
        PIPE.mark(kind, self.name)

    def __call__(self, function: _Function) -> _Function:
        refuse_unfinished(function)

        @functools.wraps(function)
        def inside(*arguments: Any, **named: Any) -> Any:
            with self:
                return function(*arguments, **named)

        return inside  # type: ignore[return-value]
