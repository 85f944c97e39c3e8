// A board, live: its part is fetched anew every few seconds; the queue's whenever a call changes, too.
"use strict";
(() => {
  const board = document.getElementById("board");
  if (!board) return;
  let busy = false;
  async function look() {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(board.dataset.from || "/office/board?part=1");
      // Never under a hand: a link that is in focus would be lost.
      if (answer.ok && !board.contains(document.activeElement)) board.innerHTML = await answer.text();
    } finally {
      busy = false;
    }
  }
  setInterval(look, 1000 * (board.dataset.every || 5));
  if (board.dataset.from) return;
  let soon = null;
  new EventSource("/api/v1/events").addEventListener("call", () => {
    clearTimeout(soon);
    soon = setTimeout(look, 300);
  });
})();
