"""`python -m tests.bench [NAME]`: all, or one of the BENCHES below."""

import asyncio
import sys

from tests.bench import (
    answers,
    casesearch,
    cockpit,
    figures,
    intake,
    letters,
    lookup,
    reading,
    replies,
    ticks,
)

BENCHES = {
    "intake": intake.main,
    "letters": letters.main,
    "ticks": ticks.main,
    "lookup": lookup.main,
    "answers": answers.main,
    "search": casesearch.main,
    "cockpit": cockpit.main,
    "reading": reading.main,
    "figures": figures.main,
    "replies": replies.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        print(f"-- {name}")
        asyncio.run(BENCHES[name]())
