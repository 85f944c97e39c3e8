"""`python -m tests.bench [intake|ticks|reading]`: all of them, or the one named."""

import asyncio
import sys

from tests.bench import intake, reading, ticks

BENCHES = {"intake": intake.main, "ticks": ticks.main, "reading": reading.main}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        print(f"-- {name}")
        asyncio.run(BENCHES[name]())
