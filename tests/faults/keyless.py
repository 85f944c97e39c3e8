"""A sabotaged twin: no key is ever known again. Lives under tests only; the kill test must catch it."""

import secrets
import sys
from dataclasses import replace

from hotline.store.inbox import Inbox, Kept, Letter
from tests.faults.early_ack import run_with


class KeylessInbox(Inbox):
    """Every try is a new one, whatever key it came under; the key stays readable before the #."""

    async def keep(self, letter: Letter) -> Kept:
        return await super().keep(replace(letter, key=f"{letter.key}#{secrets.token_hex(4)}"))


if __name__ == "__main__":
    sys.exit(run_with(KeylessInbox, sys.argv[1:]))
