"""Who may import whom: the ten contracts, run as the build runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_ten_import_contracts_are_kept() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    found = subprocess.run([str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert "10 kept, 0 broken" in found.stdout, found.stdout[-3000:]
