"""The tests, and what has to stand before any of them brings a library in."""

import os

# Several processes share the cores already: threads of numpy's own would wait for each other, and
# they wait by computing.
for library in ("OMP", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
