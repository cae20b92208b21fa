"""Prints the nanoseconds of the best of N hashes by argon2-cffi."""

import sys
import time

from argon2.low_level import Type, hash_secret_raw

memory, passes, lanes, count = map(int, sys.argv[1:])
best = None
for _ in range(count):
    began = time.perf_counter_ns()
    hash_secret_raw(b"password", b"sixteen bytes ok", passes, memory, lanes, 32, Type.ID)
    took = time.perf_counter_ns() - began
    best = took if best is None else min(best, took)
print(best)
