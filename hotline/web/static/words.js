// What an officer types stays in this browser until it was taken, whatever ends in between: the
// session, the network, the page. Each account finds only its own; signing out clears it.
"use strict";
(() => {
  const own = document.currentScript.dataset; // who is signed in; nobody on the sign-in page
  const all = "hotline-words-";
  const mark = "hotline-words-sending"; // of this page of the browser alone
  const hours = 24;
  const pause = 300;
  const personal = ["contact.name", "contact.phone", "contact.email"]; // until the page is closed
  const skipped = ["hidden", "file", "password", "submit", "button"];
  const english = document.documentElement.lang === "en";

  // Storage may be shut off altogether; the forms then work as they did before.
  function store(kind) {
    try {
      window[kind].setItem(`${all}try`, "1");
      window[kind].removeItem(`${all}try`);
      return window[kind];
    } catch (error) {
      return null;
    }
  }
  const lasting = store("localStorage");
  const passing = store("sessionStorage");
  if (!lasting || !passing) return;

  function read(where, name) {
    try {
      return JSON.parse(where.getItem(name) || "null");
    } catch (error) {
      return null;
    }
  }

  function write(where, name, told) {
    try {
      where.setItem(name, JSON.stringify(told));
    } catch (error) {
      // Full: the words stay on the page.
    }
  }

  function drop(name) {
    for (const where of [lasting, passing]) where.removeItem(name);
  }

  function dropWhere(unwanted) {
    for (const where of [lasting, passing]) {
      for (const name of Object.keys(where)) {
        if (name.startsWith(all) && name !== mark && unwanted(name, read(where, name))) where.removeItem(name);
      }
    }
  }

  // What this page of the browser sent last, if the answer says that just that was taken.
  function settle() {
    const sent = read(passing, mark);
    passing.removeItem(mark);
    const told = /(?:^|; )hotline_taken=([^;]*)/.exec(document.cookie);
    if (told) document.cookie = "hotline_taken=; path=/; max-age=0; samesite=strict";
    if (sent && told && decodeURIComponent(told[1]) === sent.path) drop(sent.name);
    return sent;
  }

  dropWhere((name, kept) => !kept || Date.now() - kept.at > hours * 3600000);
  const sent = settle();
  const notice = document.getElementById("words-kept");
  if (notice && sent) notice.hidden = false;
  if (!own.owner) return;
  const mine = `${all}${own.owner}:`;
  let leaving = false;

  const known = {};
  for (const form of document.querySelectorAll("main form[method=post]")) {
    const texts = form.querySelector("textarea") || "words" in form.dataset;
    if (!texts || form.dataset.words === "off" || form.querySelector("[type=password]")) continue;
    const action = form.elements.namedItem("action");
    const path = new URL(form.getAttribute("action") || location.href, location.href).pathname;
    const place = `${path}#${action ? action.value : ""}`;
    known[place] = (known[place] || 0) + 1;
    keep(form, path, `${mine}${place}${known[place]}`);
  }

  for (const out of document.querySelectorAll("form[action='/office/logout']")) {
    out.addEventListener("submit", () => {
      leaving = true;
      dropWhere((name) => name.startsWith(mine));
    });
  }

  function keep(form, path, base) {
    const call = form.elements.namedItem("call_id");
    const waits = () => call && !call.value; // a form for a call that has not come yet
    let name = call ? `${base}:${call.value}` : base;
    const touched = new Set();
    let timer = 0;
    let said = null;

    function fields() {
      const count = {};
      return [...form.elements]
        .filter((one) => one.name && !one.disabled && !skipped.includes(one.type))
        .map((one) => {
          const ticked = ["checkbox", "radio"].includes(one.type);
          const base = ticked ? `${one.name}=${one.value}` : one.name;
          count[base] = (count[base] || 0) + 1;
          return { one, ticked, key: `${base}~${count[base]}` };
        });
    }

    function value({ one, ticked }) {
      if (ticked) return one.checked;
      return one.multiple && one.options ? [...one.selectedOptions].map((chosen) => chosen.value) : one.value;
    }

    function set({ one, ticked }, told) {
      if (ticked) one.checked = told;
      else if (one.multiple && one.options) for (const choice of one.options) choice.selected = told.includes(choice.value);
      else one.value = told;
    }

    function say(zh, en) {
      if (!said) {
        said = document.createElement("div");
        said.className = "draft words";
        said.setAttribute("role", "status");
        form.prepend(said);
      }
      const text = document.createElement("p");
      text.textContent = `${english ? en : zh} `;
      const clear = document.createElement("button");
      clear.type = "button";
      clear.className = "link";
      clear.textContent = english ? "Discard them" : "不要了，清空";
      clear.addEventListener("click", () => {
        clearTimeout(timer);
        timer = 0;
        touched.clear();
        drop(name);
        form.reset();
        said.remove();
        said = null;
      });
      text.append(clear);
      said.replaceChildren(text);
    }

    function save() {
      timer = 0;
      if (leaving || waits()) return;
      if (call) name = `${base}:${call.value}`; // calls come and go while the page stands
      const parts = [{}, {}];
      for (const field of fields()) {
        if (touched.has(field.key)) parts[Number(personal.includes(field.one.name))][field.key] = value(field);
      }
      for (const [where, told] of [[lasting, parts[0]], [passing, parts[1]]]) {
        if (Object.keys(told).length) write(where, name, { at: Date.now(), told });
        else where.removeItem(name);
      }
    }

    function restore() {
      const told = { ...(read(lasting, name) || {}).told, ...(read(passing, name) || {}).told };
      let changed = false;
      let fresh = false;
      for (const field of fields()) {
        // What the desk has just put there stands, and is kept from now on.
        if ("fresh" in field.one.dataset) {
          touched.add(field.key);
          fresh = true;
          continue;
        }
        if (!(field.key in told)) continue;
        touched.add(field.key);
        changed = changed || JSON.stringify(value(field)) !== JSON.stringify(told[field.key]);
        set(field, told[field.key]);
      }
      if (fresh) save();
      if (!changed) return;
      const folded = form.closest("details");
      if (folded) folded.open = true;
      const files = form.querySelector("[type=file]");
      say(
        `已找回您上次没有发出的内容，请核对后再提交。${files ? "附件需重新选择。" : ""}`,
        `What you had not sent yet is back; check it before you send.${files ? " Files must be chosen again." : ""}`,
      );
    }

    for (const kind of ["input", "change"]) {
      form.addEventListener(kind, (event) => {
        const field = fields().find(({ one }) => one === event.target);
        if (!field) return;
        touched.add(field.key);
        clearTimeout(timer);
        timer = setTimeout(save, pause);
      });
    }
    window.addEventListener("pagehide", () => {
      if (timer) save();
    });
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      save();
      const elsewhere = event.submitter && event.submitter.hasAttribute("formaction");
      if (!elsewhere && touched.size && !waits()) write(passing, mark, { name, path });
    });
    if (!waits()) restore();
  }
})();
