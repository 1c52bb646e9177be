"""Tools for developers: training and benchmarks; the wheel leaves them out."""
