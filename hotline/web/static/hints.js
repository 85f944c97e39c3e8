// Help beside the form while it is filled in; without it the button below does the same.
"use strict";
(() => {
  const form = document.getElementById("form");
  const shown = document.getElementById("hints");
  if (!form || !shown || !window.fetch) return;
  const pause = 700; // milliseconds after the last key
  const least = 6;
  const asking = ["title", "content", "place.district"];
  let timer = 0;
  let asked = "";
  let turn = 0;
  let quietUntil = 0;

  const value = (name) => (form.elements[name] ? form.elements[name].value : "");

  function typed() {
    const told = new URLSearchParams();
    told.set("title", value("title").slice(0, 200));
    told.set("content", value("content").slice(0, 5000));
    told.set("place.district", value("place.district"));
    const chosen = form.querySelector("[name=topic]:checked");
    told.set("topic", chosen ? chosen.value : "");
    return told;
  }

  // Only what changed is replaced: a warning is not read out twice, a choice keeps its focus.
  function show(html) {
    const found = new DOMParser().parseFromString(html, "text/html");
    for (const part of shown.querySelectorAll("[data-part]")) {
      const fresh = found.querySelector(`[data-part=${part.dataset.part}]`);
      if (fresh && fresh.innerHTML !== part.dataset.last && !part.contains(document.activeElement)) {
        part.dataset.last = fresh.innerHTML;
        part.innerHTML = fresh.innerHTML;
      }
    }
  }

  async function look() {
    const told = typed();
    const key = told.toString();
    const long = told.get("title").trim().length + told.get("content").trim().length;
    if (key === asked || long < least || Date.now() < quietUntil || !navigator.onLine) return;
    asked = key;
    const mine = ++turn;
    try {
      const answer = await fetch(shown.dataset.address, { method: "POST", body: told });
      if (answer.status === 429) quietUntil = Date.now() + 1000 * (Number(answer.headers.get("Retry-After")) || 30);
      if (answer.ok && mine === turn) show(await answer.text());
    } catch (error) {
      // Not reachable just now: the form works without it.
    }
  }

  form.addEventListener("input", (event) => {
    if (!asking.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  });
  form.addEventListener("restored", look);
  shown.addEventListener("click", (event) => {
    const button = event.target.closest("[data-field]");
    if (!button) return;
    const field = form.elements[button.dataset.field];
    field.value = button.dataset.value;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
