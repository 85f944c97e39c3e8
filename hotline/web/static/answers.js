// The three best answers beside the form while it is filled in; without it a button does the same.
"use strict";
(() => {
  const shown = document.getElementById("answers");
  if (!shown || !window.fetch) return;
  const english = document.documentElement.lang === "en";
  const base = shown.dataset.base;
  const address = base.startsWith("/office") ? "/api/v1/articles/suggestions" : "/api/v1/knowledge/suggestions";
  const field = (name) => document.getElementById(name);
  const pause = 600; // milliseconds after the last key
  let timer = 0;
  let asked = "";
  let turn = 0;

  function element(kind, text, style) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (style) made.className = style;
    return made;
  }

  function line(one) {
    const item = document.createElement("li");
    const link = element("a", one.title);
    link.href = `${base}/${one.id}`;
    link.target = "_blank";
    link.rel = "noopener";
    const passage = document.createElement("span");
    for (const part of one.passage) passage.append(element(part.marked ? "mark" : "span", part.text));
    item.append(link, document.createElement("br"), passage, document.createElement("br"));
    item.append(element("span", [one.department_name, one.basis].filter(Boolean).join(" · "), "hint"));
    return item;
  }

  async function look() {
    const told = {
      title: field("title").value.slice(0, 200),
      content: field("content").value.slice(0, 20000),
      place: field("place.district").value.slice(0, 40),
    };
    const body = JSON.stringify(told);
    if (body === asked || told.title.length + told.content.length < 4) return;
    asked = body;
    const mine = ++turn;
    try {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(address, { method: "POST", headers, body });
      if (!answer.ok || mine !== turn) return;
      const { items } = await answer.json();
      const list = element("ul", "", "plain");
      list.append(...items.map(line));
      const head = element("h2", english ? "These may answer at once" : "这些内容也许能马上回答您");
      shown.replaceChildren(...(items.length ? [head, list] : []));
      shown.hidden = !items.length;
    } catch (error) {
      // Not reachable just now: the form works without it.
    }
  }

  document.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  });
})();
