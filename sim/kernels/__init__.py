"""Numba kernels: arrays in, arrays out. They know no word of the model.

Where a processor has vectors of 512 bits they are used: by itself LLVM keeps to 256 on Intel's, as the first of these slowed down
at 512. The noise of a choice takes half the time so, and no bit differs. NUMBA_CPU_FEATURES, where it is set, has the last word.
"""

from numba import config
from numba.core.codegen import get_host_cpu_features

if config.CPU_FEATURES is None and "+avx512f" in get_host_cpu_features():
    config.CPU_FEATURES = f"{get_host_cpu_features()},-prefer-256-bit"
