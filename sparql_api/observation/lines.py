"""Lines to a file descriptor that never hold up who writes them.

`write` puts a line into a bounded buffer; a thread hands them over in pieces that a pipe takes whole. When the reader is
slow the buffer fills, when the disk is full or nobody reads any longer the lines are lost: they are counted, and every
request goes on.
"""

from __future__ import annotations

import logging
import os
import select
import stat
import threading
import time
from collections import deque

MOST_LINES = 20_000
FLUSH_SECONDS = 0.2
# Bytes written at once. A pipe takes so many in one piece that lines of several processes never mix; for files and sockets
# larger pieces mean that the thread takes the interpreter away from the event loop less often.
PIECE_OF_PIPE = select.PIPE_BUF
PIECE = 64 * 1024
CLOSE_SECONDS = 2.0
RETRY_SECONDS = 0.05  # where the other end is set to non-blocking and full


class LineWriter:
    """Writes lines, each ending in a newline, to `descriptor` from a thread of its own. Never raises, never blocks.

    `dropped` counts the lines that were lost: no room in the buffer, or refused by the system.
    """

    def __init__(self, descriptor: int = 2, most_lines: int = MOST_LINES) -> None:
        self.dropped = 0
        self._descriptor = descriptor
        self._piece = PIECE_OF_PIPE if _is_pipe(descriptor) else PIECE
        self._most = most_lines
        self._lines: deque[str] = deque()
        self._some = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        if len(self._lines) >= self._most:
            self.dropped += 1
            return
        self._lines.append(line)
        if not self._some.is_set():
            self._some.set()

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Write what is there, waiting at most `seconds`: a reader that stands still must not keep the process alive."""
        self._ending.set()
        self._some.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            self._some.wait()
            self._ending.wait(FLUSH_SECONDS)  # lines come in crowds; one system call for many
            self._some.clear()
            self._flush()
            if self._ending.is_set() and not self._lines:
                return

    def _flush(self) -> None:
        while self._lines:
            lines, size = [], 0
            while self._lines:
                line = self._lines[0]
                size += len(line) if line.isascii() else len(line.encode("utf-8", "backslashreplace"))
                if lines and size > self._piece:
                    break
                lines.append(self._lines.popleft())
            if not self._hand_over("".join(lines).encode("utf-8", "backslashreplace")):
                self.dropped += len(lines)

    def _hand_over(self, piece: bytes) -> bool:
        while piece:
            try:
                piece = piece[os.write(self._descriptor, piece) :]
            except BlockingIOError:
                if self._ending.is_set():
                    return False
                time.sleep(RETRY_SECONDS)
            except OSError:
                return False
        return True


def _is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:  # closed already
        return True


_CONTROL = {code: f"\\x{code:02x}" for code in [*range(0x20), *range(0x7F, 0xA0)] if code not in (0x09, 0x0A)}
_CONTROL |= {0x2028: "\\u2028", 0x2029: "\\u2029"}


class OneMessage(logging.Formatter):
    """A message of the program as text whose first line alone starts at the margin: what a client sent can neither look
    like another message or request line, nor reach a terminal as a control sequence."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).translate(_CONTROL).replace("\n", "\n  ")


class LineHandler(logging.Handler):
    """Sends what the program logs through a LineWriter, so that a full pipe or disk never stops the event loop."""

    def __init__(self, writer: LineWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._writer.write(self.format(record) + "\n")
        except Exception:  # as logging's own handlers: a message that cannot be formatted harms nobody else
            self.handleError(record)
