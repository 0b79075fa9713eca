"""Numba kernels: arrays in, arrays out. They know no word of the model."""
