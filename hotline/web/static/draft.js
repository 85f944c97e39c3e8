// What is typed stays in this browser until it was sent: nothing of it leaves the device before that.
"use strict";
(() => {
  const days = 7;
  const pause = 300;
  const personal = ["contact.name", "contact.phone", "contact.email"]; // until the page is closed
  const own = ["key", "challenge_token", "challenge_number", "challenge_heard", "files", "place.lon", "place.lat"];

  // Storage may be shut off altogether; the form then works as it did before.
  function store(kind) {
    try {
      const found = window[kind];
      found.setItem("hotline-try", "1");
      found.removeItem("hotline-try");
      return found;
    } catch (error) {
      return null;
    }
  }
  const lasting = store("localStorage");
  const passing = store("sessionStorage");

  function read(where, name) {
    try {
      return JSON.parse((where && where.getItem(name)) || "null");
    } catch (error) {
      return null;
    }
  }

  function write(where, name, told) {
    try {
      if (where) where.setItem(name, JSON.stringify(told));
    } catch (error) {
      // Full: the words stay on the page.
    }
  }

  function drop(name) {
    if (lasting) lasting.removeItem(name);
    if (passing) passing.removeItem(name);
  }

  // A page that says what was taken: the draft of just that is no longer needed.
  const taken = document.querySelector("[data-draft-taken]");
  if (taken) {
    const name = `hotline-draft-${taken.dataset.draftTaken}`;
    const kept = read(lasting, name);
    if (kept && kept.sending) drop(name);
  }

  for (const form of document.querySelectorAll("form[data-draft]")) keep(form);

  function keep(form) {
    const name = `hotline-draft-${form.dataset.draft}`;
    const box = form.querySelector(".draft");
    const said = box && box.querySelector("[data-said]");
    let off = !lasting;
    let timer = 0;

    function fields(inside) {
      return [...form.elements].filter(
        (one) => one.name && !own.includes(one.name) && !one.disabled && one.type !== "file" && personal.includes(one.name) === inside,
      );
    }

    function values(inside) {
      const told = {};
      for (const one of fields(inside)) {
        if (["checkbox", "radio"].includes(one.type)) {
          if (one.name === "file_token") continue; // a file belongs to this page's sending
          if (one.checked) told[one.name] = one.type === "radio" ? one.value : true;
        } else if (one.value && one.name !== "file_token") told[one.name] = one.value;
      }
      return told;
    }

    function fill(told, inside) {
      let done = false;
      for (const one of fields(inside)) {
        const value = told[one.name];
        if (value === undefined) continue;
        if (one.type === "checkbox") done = (one.checked = Boolean(value)) || done;
        else if (one.type === "radio") done = (one.checked = one.value === value) || done;
        else if (!one.value) {
          one.value = value;
          done = true;
        }
      }
      return done;
    }

    function say(what) {
      if (!box) return;
      box.hidden = false;
      if (said.textContent !== said.dataset[what]) said.textContent = said.dataset[what];
    }

    function save(sending) {
      if (off) return;
      const told = values(false);
      const empty = !Object.values(told).some((one) => typeof one === "string" && one.trim());
      if (empty) return drop(name);
      const key = form.elements.key ? form.elements.key.value : "";
      write(lasting, name, { at: Date.now(), told, sending: Boolean(sending), key });
      write(passing, name, values(true));
      say("kept");
    }

    function restore() {
      const kept = read(lasting, name);
      if (!kept || Date.now() - kept.at > days * 86400000) return drop(name);
      const whole = fill(kept.told, false);
      fill(read(passing, name) || {}, true);
      // It may have arrived although no answer came: under its own key it is still one complaint.
      if (kept.sending && kept.key && form.elements.key) form.elements.key.value = kept.key;
      if (whole) {
        say("restored");
        const folded = form.closest("details");
        if (folded) folded.open = true;
        form.dispatchEvent(new Event("restored"));
      }
    }

    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => save(false), pause);
    });
    window.addEventListener("pagehide", () => {
      if (timer && !form.dataset.sent) save(false);
    });
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      timer = 0;
      const elsewhere = event.submitter && event.submitter.hasAttribute("formaction");
      if (!elsewhere) save(true);
    });
    const clear = box && box.querySelector("[data-clear]");
    if (clear) {
      clear.addEventListener("click", () => {
        clearTimeout(timer);
        timer = 0;
        off = true;
        drop(name);
        say("cleared");
        clear.hidden = true;
      });
    }
    if (!("answered" in form.dataset)) restore();
    else say("kept");
  }
})();
