"""Whether what a process left behind may be taken away."""

from __future__ import annotations

import os
import sys


def another_runs(process: int) -> bool:
    """Whether the number is that of a running process of this machine other than this one."""
    if process == os.getpid():
        return False  # what bears our number and is not ours was left by one before us
    if sys.platform == "win32":
        return True  # there, to ask is to interrupt
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # of another user
    return True
