// Sending: once, after the files have arrived, and only when somebody answers at the other end.
"use strict";
(() => {
  const form = document.getElementById("form");
  const said = document.getElementById("sending");
  if (!form || !said || !window.fetch) return;
  const words = form.dataset;
  const submit = form.querySelector("button[type=submit]");
  const wait = 10000; // milliseconds for an answer
  const look = 200;
  let busy = false;

  function tell(text, style) {
    said.className = text ? `alert ${style}` : "";
    said.textContent = text;
  }

  function stopped(text) {
    busy = false;
    submit.removeAttribute("aria-disabled");
    submit.textContent = submit.dataset.again;
    tell(text, "");
    submit.focus();
  }

  const arriving = () => Boolean(form.querySelector("[data-busy]"));

  async function arrived() {
    if (arriving()) tell(words.waiting, "calm");
    while (arriving()) await new Promise((next) => setTimeout(next, look));
  }

  async function reachable() {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), wait);
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: limit.signal });
      return answer.ok ? "" : words.away;
    } catch (error) {
      return words.offline;
    } finally {
      clearTimeout(timer);
    }
  }

  form.addEventListener("submit", async (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    submit.setAttribute("aria-disabled", "true");
    await arrived();
    tell(words.sending, "calm");
    const problem = await reachable();
    if (problem) return stopped(problem);
    form.dataset.sent = "yes";
    form.submit();
  });
  window.addEventListener("online", () => {
    if (said.textContent === words.offline) tell("", "");
  });
  // Back from an error page, from the browser's memory: it can be sent again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    busy = false;
    delete form.dataset.sent;
    submit.removeAttribute("aria-disabled");
    tell("", "");
  });
})();
