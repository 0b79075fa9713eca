"""Numba kernels: arrays in, arrays out. They know no word of the model.

Where a processor has vectors of 512 bits they are used: by itself LLVM keeps to 256 on Intel's, as the first of these slowed down
at 512. The noise of a choice takes half the time so, and no bit differs. NUMBA_CPU_FEATURES, where it is set, has the last word.
"""

from typing import Any

import numba
from numba.core import codegen

_settings: Any = numba.config
_features: str = codegen.get_host_cpu_features()  # type: ignore[no-untyped-call]  # numba's
if _settings.CPU_FEATURES is None and "+avx512f" in _features:
    _settings.CPU_FEATURES = f"{_features},-prefer-256-bit"
