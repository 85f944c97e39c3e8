"""Orders issued before they had numbers get them in the order they were issued, each in its year."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline.store import migrations
from hotline.store.database import Store

BEFORE = (
    (2, 1, 3, "issued", "2025-12-31 15:59:00.000000"),
    (1, 1, 4, "appealed", "2025-12-31 16:01:00.000000"),  # 2026 in the city
    (3, 1, 5, "issued", "2026-03-01 02:00:00.000000"),
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/hotline.db")
    await migrations.upgrade(store, "0004")
    yield store
    await store.close()


async def test_orders_of_before_are_numbered_and_their_appeals_kept(
    store: Store, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "hotline.db") as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        for case_id, n, level, state, at in BEFORE:
            connection.execute(
                "INSERT INTO supervision_order (case_id, id, level, cause, text, issued_at, state,"
                " answer) VALUES (?, ?, ?, 'overdue', '请办', ?, ?, '不服')",
                (case_id, n, level, at, state),
            )
        for case_id in (1, 2, 3):
            number = f"20251231-{case_id:06d}"
            connection.execute(*_a_case(connection, case_id, number))
    connection.close()
    await migrations.upgrade(store)
    connection = sqlite3.connect(tmp_path / "hotline.db")
    found = connection.execute(
        "SELECT case_id, id, number, state, appeal_state FROM supervision_order ORDER BY number"
    ).fetchall()
    assert found == [
        (2, 1, "督〔2025〕0001号", "issued", None),
        (1, 1, "督〔2026〕0001号", "answered", "open"),
        (3, 1, "督〔2026〕0002号", "issued", None),
    ]
    assert connection.execute("SELECT year, last FROM order_year ORDER BY year").fetchall() == [
        (2025, 1),
        (2026, 2),
    ]
    connection.close()


def _a_case(connection: sqlite3.Connection, case_id: int, number: str) -> tuple[str, list[object]]:
    """A row with something in every column that must have something."""
    columns = connection.execute("PRAGMA table_info(cases)").fetchall()
    told = {name: "{}" for _, name, _, needed, _, _ in columns if needed}
    told |= {"id": str(case_id), "number": number}
    marks = ", ".join("?" for _ in told)
    return f"INSERT INTO cases ({', '.join(told)}) VALUES ({marks})", list(told.values())
