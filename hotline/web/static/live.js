// The badge, live: one stream a browser, however many of its pages are open; a sound where chosen.
"use strict";
(() => {
  const link = document.getElementById("notices");
  if (!link || !window.EventSource) return;
  const number = document.getElementById("badge");
  const said = document.getElementById("badge-said");
  const told = document.getElementById("badge-told");
  const english = document.documentElement.lang === "en";
  const lights = window.BroadcastChannel ? new BroadcastChannel("hotline-light") : null;
  const shared = window.BroadcastChannel ? new BroadcastChannel("hotline-badge") : null;
  const title = document.title;
  let known = Number(link.dataset.total);
  let sound = link.dataset.sound === "on";
  let audio = null;

  function words(badge) {
    const rings = badge.calls ? (english ? `, ${badge.calls} call tasks` : `，${badge.calls} 项电话任务`) : "";
    return english ? `${badge.unread} unread notices${rings}` : `${badge.unread} 条未读通知${rings}`;
  }

  function show(badge) {
    const most = 99;
    const more = badge.total > known;
    known = badge.total;
    sound = badge.sound;
    number.hidden = badge.total === 0;
    number.textContent = badge.total > most ? `${most}+` : String(badge.total);
    number.classList.toggle("rings", badge.calls > 0);
    said.textContent = words(badge);
    document.title = badge.total ? `(${number.textContent}) ${title}` : title;
    if (more) told.textContent = words(badge);
    return more;
  }

  // A browser lets a page sound only after somebody has used it; until then it stays silent.
  function ready() {
    if (!sound && !wanted()) return;
    audio = audio || new (window.AudioContext || window.webkitAudioContext)();
    if (audio.state === "suspended") audio.resume();
  }

  function wanted() {
    const box = document.getElementById("sound");
    return Boolean(box && box.checked);
  }

  function ring() {
    if (!audio || audio.state !== "running") return;
    const start = audio.currentTime;
    for (const [after, pitch] of [[0, 660], [0.18, 880]]) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, start + after);
      volume.gain.exponentialRampToValueAtTime(0.2, start + after + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + after + 0.16);
      tone.connect(volume).connect(audio.destination);
      tone.start(start + after);
      tone.stop(start + after + 0.17);
    }
  }

  // Resolves when the stream is over for good: signed out, or the page goes away.
  function listen() {
    return new Promise((over) => {
      const stream = new EventSource("/api/v1/events");
      stream.addEventListener("badge", (event) => {
        const badge = JSON.parse(event.data);
        if (shared) shared.postMessage(badge);
        if (show(badge) && sound) ring();
      });
      stream.addEventListener("light", (event) => {
        const light = JSON.parse(event.data);
        if (lights) lights.postMessage(light);
        document.dispatchEvent(new CustomEvent("light", { detail: light }));
      });
      stream.addEventListener("error", () => {
        if (stream.readyState === EventSource.CLOSED) over();
      });
      const end = () => { stream.close(); over(); };
      window.addEventListener("pagehide", end, { once: true });
      if (!navigator.locks) document.addEventListener("visibilitychange", end, { once: true });
    });
  }

  function begin() {
    // A browser opens six connections to a site: a stream for every page would use them up.
    if (navigator.locks) navigator.locks.request("hotline-badge", listen);
    else if (document.visibilityState === "visible") listen();
  }

  if (shared) shared.addEventListener("message", (event) => show(event.data));
  for (const use of ["pointerdown", "keydown"]) document.addEventListener(use, ready);
  window.addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
  if (!navigator.locks) {
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") begin(); });
  }
  const hear = document.getElementById("hear");
  if (hear) {
    hear.hidden = false;
    hear.addEventListener("click", () => {
      audio = audio || new (window.AudioContext || window.webkitAudioContext)();
      audio.resume().then(ring);
    });
  }
  begin();
})();
