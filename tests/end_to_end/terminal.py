"""A command on a terminal of its own."""

import os
import pty
import select
import signal
import time


class Session:
    """`wattlens measure` on it, as its session's leader."""

    def __init__(self, binary, environment, *words):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.execve(str(binary), [str(binary), "measure", *words], environment)
        self.pid = pid
        self.text = b""

    def read_until(self, wanted, limit=20.0):
        end = time.monotonic() + limit
        while wanted not in self.text and time.monotonic() < end:
            self.read(0.1)
        assert wanted in self.text, self.text

    def read(self, wait):
        """Whether anything was there; nothing is once its last process has ended."""
        if not select.select([self.terminal], [], [], wait)[0]:
            return False
        try:
            part = os.read(self.terminal, 4096)
        except OSError:
            return False
        self.text += part
        return bool(part)

    def press(self, key):
        os.write(self.terminal, key)

    def status(self, limit=20.0):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.read(0.0):  # what was written before it ended
                    pass
                return os.waitstatus_to_exitcode(status)
            if not self.read(0.05):
                time.sleep(0.01)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError(self.text)
