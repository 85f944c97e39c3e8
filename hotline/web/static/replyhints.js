// Hints beside a reply while it is written; without it the button below does the same.
"use strict";
(() => {
  const pause = 800; // milliseconds after the last key
  for (const shown of document.querySelectorAll("[data-reply-hints]")) {
    const form = shown.closest("form");
    const field = form && form.elements.public_reply;
    if (!field || !window.fetch) continue;
    let timer = 0;
    let asked = field.value;
    let turn = 0;

    const line = (one) => {
      const item = document.createElement("li");
      item.append(one.text);
      for (const words of one.quoted) {
        const quoted = document.createElement("q");
        quoted.textContent = words;
        item.append(" ", quoted);
      }
      return item;
    };

    const look = async () => {
      if (field.value === asked || !navigator.onLine) return;
      asked = field.value;
      const mine = ++turn;
      try {
        const answer = await fetch(shown.dataset.replyHints, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ public_reply: asked.slice(0, 5000) }),
        });
        if (!answer.ok || mine !== turn) return;
        const { items } = await answer.json();
        const list = document.createElement("ul");
        list.append(...items.map(line));
        const none = document.createElement("p");
        none.textContent = shown.dataset.none;
        shown.replaceChildren(...(items.length ? [list] : asked.trim() ? [none] : []));
      } catch (error) {
        // Not reachable just now: the button works without it.
      }
    };

    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, pause);
    });
  }
})();
