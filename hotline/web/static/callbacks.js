// The caller-back's pages: keys that do what buttons do, a plan that follows, a number that goes away.
"use strict";
(() => {
  // Keys that neither browsers nor screen readers use; each does what a button on the page does.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat) return;
    const first = document.querySelector("[data-first] input");
    const target = event.key === "F2" ? first : document.querySelector(`main [aria-keyshortcuts="${event.key}"]`);
    if (!target) return;
    event.preventDefault();
    if (event.key === "F2") (document.querySelector("[data-first] input:checked") || target).focus();
    else target.click();
  });

  const number = document.getElementById("number");
  if (number) {
    // A clock that is wrong here is no matter: it is counted how long the page has stood.
    const left = Date.parse(number.dataset.until) - Date.parse(number.dataset.now);
    setTimeout(() => {
      number.remove();
      document.getElementById("number-gone").hidden = false;
    }, Math.max(left, 0));
  }

  const plan = document.getElementById("plan");
  if (!plan || !window.EventSource) return;
  let soon = null;
  async function look() {
    const address = new URL(location.href);
    address.searchParams.set("part", "1");
    address.searchParams.delete("done");
    const answer = await fetch(address);
    // Never under a hand: a link that is in focus would be lost.
    if (answer.ok && !plan.contains(document.activeElement)) plan.innerHTML = await answer.text();
  }
  const stream = new EventSource("/api/v1/events");
  for (const kind of ["callbacks", "counts"]) {
    stream.addEventListener(kind, () => {
      clearTimeout(soon);
      soon = setTimeout(look, 300);
    });
  }
  window.addEventListener("pagehide", () => stream.close());
})();
