"""The process that workers are forked from: what it has imported, it must not have started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.workers import ONE_THREAD

ASK = """
import os, gc
import experiments.preloaded
from sim.kernels.random import fill_uniform
print(len(os.listdir("/proc/self/task")), gc.isenabled(), gc.get_freeze_count() > 0, len(fill_uniform.signatures))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux lists a process's threads there")
def test_no_thread_runs_and_no_rule_is_compiled_before_workers_are_forked() -> None:
    told = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env={**os.environ, **ONE_THREAD})
    assert told.stdout.split() == ["1", "True", "True", "0"]
