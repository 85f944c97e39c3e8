// The queue board, live: fetched anew every five seconds and whenever a call changes.
"use strict";
(() => {
  const board = document.getElementById("board");
  if (!board) return;
  let busy = false;
  async function look() {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch("/office/board?part=1");
      if (answer.ok) board.innerHTML = await answer.text();
    } finally {
      busy = false;
    }
  }
  setInterval(look, 5000);
  let soon = null;
  new EventSource("/api/v1/events").addEventListener("call", () => {
    clearTimeout(soon);
    soon = setTimeout(look, 300);
  });
})();
