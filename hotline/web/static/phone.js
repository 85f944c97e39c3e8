// The telephone desk, live: a call is on the screen when it rings; what is typed is never lost for it.
"use strict";
(() => {
  const panel = document.getElementById("panel");
  const form = document.getElementById("file");
  const seat = document.getElementById("seat");
  if (!panel || !form || !seat) return;
  const english = document.documentElement.lang === "en";
  const token = form.elements.token.value;
  const said = document.getElementById("call-told");
  const guesses = document.getElementById("guess");
  const words = {
    ringing: english ? "ringing" : "来电振铃",
    talking: english ? "answered" : "已接听",
    held: english ? "on hold" : "已保持",
    ended: english ? "ended" : "通话已结束",
  };

  async function show(call, phase) {
    const answer = await fetch(`/office/phone/panel?call=${encodeURIComponent(call)}`);
    if (!answer.ok) return;
    const typing = panel.contains(document.activeElement) && /INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName);
    if (!typing) panel.innerHTML = await answer.text();
    panel.dataset.call = call;
    if (phase !== "ended" || !form.elements.call_id.value) form.elements.call_id.value = call;
    panel.dataset.phase = phase;
    said.textContent = words[phase] || "";
  }

  function ours(call) {
    const known = panel.dataset.call;
    const idle = !known || (panel.dataset.phase || "") === "ended" || !form.elements.title.value;
    return call.call_id === known || (call.phase !== "ended" && idle);
  }

  const stream = new EventSource("/api/v1/events");
  stream.addEventListener("call", (event) => {
    const call = JSON.parse(event.data);
    if (ours(call)) show(call.call_id, call.phase);
    if (["talking", "ended"].includes(call.phase)) setTimeout(standing, 400);
  });

  async function standing() {
    const answer = await fetch("/api/v1/seat");
    if (!answer.ok) return;
    const told = await answer.json();
    seat.dataset.state = told.state;
    seat.dataset.ready = told.ready_at || "";
    const now = document.getElementById("seat-now");
    now.textContent = told.state_text;
    now.className = `state seat-${told.state}`;
    count();
  }

  const left = document.getElementById("countdown");
  function count() {
    const until = seat.dataset.state === "after_call" && seat.dataset.ready;
    const seconds = until ? Math.ceil((Date.parse(until) - Date.now()) / 1000) : 0;
    left.textContent = seconds > 0 ? (english ? `${seconds} s` : `${seconds} 秒后示闲`) : "";
    if (until && seconds <= -2) standing();
  }
  setInterval(count, 1000);
  setInterval(() => document.hidden || standing(), 5000);  // the switch may change it, or the time
  count();

  let waiting = null;
  async function guess() {
    const told = new URLSearchParams({
      token, title: form.elements.title.value, content: form.elements.content.value,
    });
    const answer = await fetch("/office/phone/guess", { method: "POST", body: told });
    if (answer.ok) guesses.innerHTML = await answer.text();
  }
  for (const name of ["title", "content"]) {
    form.elements[name].addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(guess, 500);
    });
  }
  // Keys that neither browsers nor screen readers use; each does what a button on the page does.
  const keys = {
    F2: () => form.elements.title,
    F4: () => guesses.querySelector("[data-field]"),
    F8: () => panel.querySelector("button[name=service][value='110']"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat) return;
    const target = keys[event.key] && keys[event.key]();
    if (!target) return;
    event.preventDefault();
    if (event.key === "F8") target.click();
    else target.focus();
  });

  guesses.addEventListener("click", (event) => {
    const button = event.target.closest("[data-field]");
    if (!button) return;
    const field = form.elements[button.dataset.field];
    field.value = button.dataset.value;
    field.focus();
  });
})();
