// A board, live: its part is fetched anew every few seconds; the queue's whenever a call changes, too,
// the cockpit's whenever a light comes on, which is told beside it.
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
  let soon = null;
  const lit = document.getElementById("lit");
  if (lit) {
    let more = 0;
    // Many may come on in one moment: the last is named, the others are counted.
    const tell = (light) => {
      more += 1;
      clearTimeout(soon);
      soon = setTimeout(() => {
        const link = document.createElement("a");
        link.href = `/office/cases/${encodeURIComponent(light.number)}`;
        link.textContent = `${light.number} ${light.title}`;
        lit.replaceChildren(`${light.said} `, link, more > 1 ? ` +${more - 1}` : "");
        lit.hidden = false;
        lit.className = `alert lit ${light.kind}`;
        more = 0;
        look();
      }, 400);
    };
    document.addEventListener("light", (event) => tell(event.detail));
    if (window.BroadcastChannel) {
      new BroadcastChannel("hotline-light").addEventListener("message", (event) => tell(event.data));
    }
  }
  if (board.dataset.from) return;
  new EventSource("/api/v1/events").addEventListener("call", () => {
    clearTimeout(soon);
    soon = setTimeout(look, 300);
  });
})();
